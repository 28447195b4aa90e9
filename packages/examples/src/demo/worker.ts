/**
 * The process that the demo kills: runs the flights job and tells its parent how far it is.
 */
import { FileStorage } from "@tidemark/backends/file"
import { Job, type JobHandle, maxWatermark, type RunReport, Trigger } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { airportDaySink, flightDelays, flightsSource } from "../flight-delays.ts"
import { type WorkerMessage, WorkerTask } from "./messages.ts"
import { SplitWatch } from "./SplitWatch.ts"

const tellEveryMs = 40

const tell = (message: WorkerMessage): void => {
  process.send?.(message)
}

/** Turns the reports of a job into messages. */
class Teller {
  readonly #job: JobHandle
  readonly #splits: SplitWatch
  readonly #startMs = performance.now()
  #flowingSince: number | null = null
  #checkpointTold = 0

  constructor(job: JobHandle, splits: SplitWatch) {
    this.#job = job
    this.#splits = splits
  }

  tell(): void {
    const report = this.#job.report()
    if (this.#flowingSince === null) {
      if (report.recordsIn === 0) return
      this.#flowingSince = performance.now()
      this.#tellRunning(report)
    }
    const completed = report.checkpoints.history.filter(({ id }) => id > this.#checkpointTold)
    this.#checkpointTold = completed.at(-1)?.id ?? this.#checkpointTold
    tell({
      _tag: "Progress",
      position: report.position.records,
      recordsIn: report.recordsIn,
      recordsOut: report.recordsOut,
      lateRecords: report.lateRecords,
      // At the end of the input the watermark is the end of time, which is no date.
      watermark: report.watermark === maxWatermark ? null : report.watermark,
      completed: completed.map(({ id, kind, durationMs, bytes }) => ({ id, kind, durationMs, bytes })),
      invalidated: report.checkpoints.invalidated,
      restarts: report.restarts,
      flowingMs: performance.now() - this.#flowingSince,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024
    })
  }

  #tellRunning(report: RunReport): void {
    tell({
      _tag: "Running",
      restored: report.restored,
      startMs: this.#startMs,
      restoreMs: report.restoreMs,
      records: report.position.records - report.recordsIn,
      splits: [...this.#splits.starts],
      splitsFinished: this.#splits.finished
    })
  }
}

const work = Effect.fnUntraced(function* (task: WorkerTask) {
  const splits = new SplitWatch()
  const begun = new Set<number>()
  const limit = task.limit === null ? {} : { limit: task.limit }
  const job = yield* Job.start({
    pipeline: flightDelays(splits.watch(flightsSource(limit)), airportDaySink(task.out)),
    checkpoint: { storage: FileStorage.at(task.checkpoints), trigger: Trigger.every(task.checkpointEveryMs) },
    parallelism: task.parallelism,
    inspect: (fact) => {
      if (fact._tag !== "ActivityStarted" || fact.activity !== "persist" || fact.checkpoint === null) return
      if (begun.has(fact.checkpoint)) return
      begun.add(fact.checkpoint)
      tell({ _tag: "CheckpointBegun", id: fact.checkpoint })
    }
  })
  const teller = new Teller(job, splits)
  const timer = setInterval(() => teller.tell(), tellEveryMs)
  const report = yield* Effect.ensuring(
    job.await,
    Effect.sync(() => clearInterval(timer))
  )
  teller.tell()
  tell({ _tag: "Ended", outcome: report.outcome ?? "unknown" })
})

// Without its parent there is nobody to work for.
process.once("disconnect", () => process.exit(1))
const task = Schema.decodeUnknownSync(Schema.fromJsonString(WorkerTask))(process.argv[2])
try {
  await Effect.runPromise(Effect.scoped(work(task)))
} catch (error) {
  tell({ _tag: "Failed", message: error instanceof Error ? error.message : String(error) })
}
process.removeAllListeners("disconnect")
process.disconnect?.()
