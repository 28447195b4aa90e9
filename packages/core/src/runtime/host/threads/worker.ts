/** The program of a worker thread. */
import { parentPort, workerData } from "node:worker_threads"
import { invariant } from "../../../model/invariant.ts"
import { runWorker } from "./runWorker.ts"

invariant(parentPort !== null, "a worker program runs in a worker thread")
runWorker(workerData, parentPort)
