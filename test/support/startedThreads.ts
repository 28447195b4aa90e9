import type { Worker } from "node:worker_threads"
import { watchdogName } from "../../packages/core/src/runtime/watchdog/Watchdog.ts"

/** Counts the worker threads that this thread has started and that have not ended, and what Node warns of meanwhile. */
export class StartedThreads {
  started = 0
  running = 0
  readonly warnings: Array<string> = []
  readonly #onWorker = (worker: Worker): void => {
    // One for the whole process, and it stays.
    if (worker.threadName === watchdogName) return
    this.started++
    this.running++
    worker.once("exit", () => this.running--)
  }
  readonly #onWarning = (warning: Error): void => {
    this.warnings.push(warning.message)
  }

  constructor() {
    process.on("worker", this.#onWorker)
    process.on("warning", this.#onWarning)
  }

  close(): void {
    process.off("worker", this.#onWorker)
    process.off("warning", this.#onWarning)
  }
}
