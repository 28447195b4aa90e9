/**
 * Threads that load the job module before an attempt needs them: while the log is claimed, while the checkpoint is read,
 * and while the job waits to start again.
 */
import { Effect } from "effect"
import type { JobModuleInvalid } from "../../../model/errors.ts"
import type { JobModule, JobSettings } from "../../JobOptions.ts"
import { startWorkerThread, type WorkerThread } from "./WorkerThread.ts"

export class SpareThreads {
  readonly #settings: JobSettings
  readonly #module: JobModule
  readonly #threads = new Map<number, WorkerThread>()

  constructor(settings: JobSettings, module: JobModule) {
    this.#settings = settings
    this.#module = module
  }

  /** Starts those that are missing; what fails here fails again, and is heard of, when a thread is taken. */
  readonly fill: Effect.Effect<void> = Effect.suspend(() =>
    Effect.ignore(
      Effect.forEach(
        Array.from({ length: this.#settings.threads }, (_, thread) => thread),
        (thread) => Effect.map(this.take(thread), (started) => this.#threads.set(thread, started)),
        { discard: true }
      )
    )
  )

  /** Whoever takes a thread closes it. */
  take(thread: number): Effect.Effect<WorkerThread, JobModuleInvalid> {
    return Effect.suspend(() => {
      const spare = this.#threads.get(thread)
      this.#threads.delete(thread)
      if (spare !== undefined) return Effect.succeed(spare)
      const { pipeline, threadHeapMax: heapMax } = this.#settings
      return startWorkerThread({ job: pipeline.name, thread, start: { module: this.#module }, heapMax })
    })
  }

  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    const spares = [...this.#threads.values()]
    this.#threads.clear()
    return Effect.forEach(spares, (thread) => thread.close, { concurrency: "unbounded", discard: true })
  })
}
