/** The program of the watchdog's thread. */
import { parentPort } from "node:worker_threads"
import { invariant } from "../../model/invariant.ts"
import { watchThreads } from "./watchThreads.ts"

invariant(parentPort !== null, "the watchdog runs in a worker thread")
watchThreads(parentPort)
