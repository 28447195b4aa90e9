/**
 * Totals over very many keys with checkpoints into files: every key once, to fill the state, and then traffic for some
 * time over some of them, which is what is watched.
 */
import { FileStorage } from "@tidemark/backends/file"
import { Job, Trigger } from "@tidemark/core"
import type { Pauses } from "../../harness/PauseWatch.ts"
import { CountingSink } from "../CountingSink.ts"
import { MeasuredSource } from "../MeasuredSource.ts"
import { withTemporaryDirectory } from "../temporaryDirectory.ts"
import { generated, IntVisit, intTotals, scattered, Total } from "./visits.ts"

export interface TrafficOptions {
  readonly keys: number
  /** Of the keys, touched after the filling. */
  readonly touchedShare: number
  readonly trafficMs: number
  /** Milliseconds from one trigger to the next; null for no checkpoints but the final one. */
  readonly everyMs: number | null
}

export interface TrafficReport {
  readonly records: number
  readonly elapsedMs: number
  readonly pauses: Pauses
  readonly checkpoints: number
  readonly longestCheckpointMs: number
  /** At the end of the traffic. */
  readonly residentBytes: number
}

/** Fails: when the totals are not those of the records that went in. */
export const runTraffic = (options: TrafficOptions): Promise<TrafficReport> =>
  withTemporaryDirectory(async (directory) => {
    const { everyMs, keys } = options
    const sink = new CountingSink<Total>(Total, ({ count }) => count)
    const traffic = new Traffic(options)
    const report = await Job.runPromise({
      pipeline: intTotals(traffic.input.source, sink.sink),
      checkpoint: {
        storage: FileStorage.at(directory),
        trigger: everyMs === null ? Trigger.manual : Trigger.every(`${everyMs} millis`)
      }
    })
    if (sink.count !== keys || sink.sum !== report.recordsIn) {
      throw new Error(`${sink.count} of ${keys} keys, ${sink.sum} of ${report.recordsIn} records.`)
    }
    return {
      ...traffic.end(),
      checkpoints: report.checkpoints.completed,
      longestCheckpointMs: Math.max(0, ...report.checkpoints.history.map(({ durationMs }) => durationMs))
    }
  })

class Traffic {
  readonly input: MeasuredSource<IntVisit>
  readonly #options: TrafficOptions
  #began: number | null = null
  #ended: Omit<TrafficReport, "checkpoints" | "longestCheckpointMs"> | null = null

  constructor(options: TrafficOptions) {
    this.#options = options
    const touched = Math.max(1, Math.floor(options.keys * options.touchedShare))
    const step = Math.floor(options.keys / touched)
    this.input = new MeasuredSource({
      schema: IntVisit,
      take: generated(options.keys, (index) => scattered(index % touched, touched) * step),
      until: (taken) => this.#until(taken)
    })
  }

  end(): Omit<TrafficReport, "checkpoints" | "longestCheckpointMs"> {
    if (this.#ended === null) throw new Error("The traffic has not come to its end.")
    return this.#ended
  }

  #until(taken: number): { readonly limit: number; readonly isEnd: boolean } {
    const { keys, trafficMs } = this.#options
    if (taken < keys) return { limit: keys, isEnd: false }
    const now = performance.now()
    if (this.#began === null) {
      this.#began = now
      this.input.pauses.start()
    }
    const elapsedMs = now - this.#began
    if (elapsedMs < trafficMs) return { limit: Number.POSITIVE_INFINITY, isEnd: false }
    this.#ended ??= {
      records: taken - keys,
      elapsedMs,
      pauses: this.input.pauses.stop(),
      residentBytes: process.memoryUsage.rss()
    }
    return { limit: taken, isEnd: true }
  }
}
