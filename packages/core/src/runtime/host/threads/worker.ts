/** The program of a worker thread. */
import { enableCompileCache } from "node:module"
import { parentPort, workerData } from "node:worker_threads"
import { invariant } from "../../../model/invariant.ts"

invariant(parentPort !== null, "a worker program runs in a worker thread")
// Before the rest is loaded: loading takes most of the time until a new attempt runs.
enableCompileCache()
const { runWorker } = await import("./runWorker.ts")
runWorker(workerData, parentPort)
