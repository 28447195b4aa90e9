/**
 * Whole jobs in memory under everything at once: functions that fail, stops, abandoned runs, other parallelisms, several
 * pending checkpoints, retention, pauses. The seed decides all of it; TIDEMARK_SEED runs another one.
 */
import { Job, type JobOptions, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { countJob, shownCounts, words } from "../support/countJob.ts"
import { seededNumbers } from "../support/seededNumbers.ts"
import { until } from "../support/until.ts"

const seeds =
  process.env.TIDEMARK_SEED === undefined
    ? Array.from({ length: 16 }, (_, i) => i + 1)
    : [Number(process.env.TIDEMARK_SEED)]

/** One run of the job; abandoned without a word, or stopped in order, once its sources have come to a place. */
const runUntil = (options: JobOptions, at: number | null, isAbandoned: boolean) =>
  Effect.gen(function* () {
    const handle = yield* Job.start(options)
    if (at !== null) {
      yield* until(() => handle.report().position.records >= at || handle.report().outcome !== null)
      if (isAbandoned) return handle.report()
      yield* handle.stop()
    }
    return yield* handle.await
  })

describe("jobs in memory", () => {
  for (const seed of seeds) {
    it(`S1 S2 S25 seed ${seed}: every window is shown exactly once, whatever happens`, async () => {
      const random = seededNumbers(seed)
      const below = (limit: number) => Math.floor(random() * limit)
      const count = 1_000 + below(3_000)
      const failing = new Set(Array.from({ length: below(5) }, () => below(count * 1.5)))
      let seen = 0
      const { expected, job, sink } = countJob({
        records: words(count, 1 + below(100)),
        splits: 1 + below(7),
        perPoll: 5 + below(60),
        onRecord: () => {
          seen++
          if (failing.has(seen)) throw new Error(`call ${seen} fails`)
        }
      })
      const trigger = random() < 0.5 ? Trigger.every(10 + below(20)) : Trigger.count(20 + below(300))
      const stops = below(4)
      for (let run = 0; run < 12; run++) {
        const checkpoint = {
          ...job.checkpoint,
          trigger,
          maxConcurrent: 1 + below(4),
          retained: 1 + below(3),
          minPause: below(2) * 5
        }
        const options = { ...job, parallelism: 1 + below(4), checkpoint }
        const report = await Effect.runPromise(
          Effect.scoped(runUntil(options, run < stops ? below(count) : null, random() < 0.5))
        )
        expect(report.lateRecords).toBe(0)
        if (report.outcome === "finished") break
      }
      expect(shownCounts(sink.records())).toEqual(expected)
    })
  }
})
