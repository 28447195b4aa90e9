import { Job, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { countJob, shownCounts, words } from "../../support/countJob.ts"
import { seededNumbers } from "../../support/seededNumbers.ts"
import { until } from "../../support/until.ts"

describe("a job in memory whose functions fail now and then", () => {
  for (const [seed, parallelism] of [
    [1, 2],
    [2, 2],
    [3, 1],
    [4, 3],
    [5, 2],
    [6, 3]
  ] as const) {
    it(`S1 S2 shows every window exactly once, at parallelism ${parallelism}, seed ${seed}`, async () => {
      const random = seededNumbers(seed)
      const records = words(3_000)
      const failAt = Array.from({ length: 4 }, () => Math.floor(random() * 4_000))
      let seen = 0
      const { expected, job, sink } = countJob({
        records,
        splits: 5,
        onRecord: () => {
          seen++
          if (failAt.includes(seen)) throw new Error(`the ${seen}th call fails`)
        }
      })
      const report = await Job.runPromise({ ...job, parallelism })
      expect(shownCounts(sink.records())).toEqual(expected)
      expect(report).toMatchObject({ outcome: "finished", lateRecords: 0, position: { records: records.length } })
      expect(report.restarts).toBeGreaterThan(0)
      expect(report.recoveries.length).toBe(report.restarts)
      expect(report.checkpoints.completed).toBeGreaterThan(0)
    })
  }

  it("S1 a run that is stopped at any place goes on exactly once, at another parallelism", async () => {
    const { expected, job, sink } = countJob({ records: words(12_000) })
    const outcomes: Array<string | null> = []
    for (const parallelism of [1, 3, 2, 1, 3, 2, 2]) {
      const isLast = outcomes.length === 6
      const run = Effect.gen(function* () {
        const handle = yield* Job.start({ ...job, parallelism })
        if (!isLast) {
          yield* until(() => handle.report().recordsIn > 300)
          yield* handle.stop()
        }
        return yield* handle.await
      })
      outcomes.push((await Effect.runPromise(Effect.scoped(run))).outcome)
    }
    expect(shownCounts(sink.records())).toEqual(expected)
    expect(outcomes.slice(0, 3)).toEqual(["stopped", "stopped", "stopped"])
  })

  it("S19 with two checkpoints pending at a time nothing is lost or doubled", async () => {
    let seen = 0
    const { expected, job, sink } = countJob({
      onRecord: () => {
        seen++
        if (seen === 900 || seen === 1_900) throw new Error("now and then")
      }
    })
    const checkpoint = { ...job.checkpoint, maxConcurrent: 3, trigger: Trigger.count(50) }
    const report = await Job.runPromise({ ...job, checkpoint })
    expect(shownCounts(sink.records())).toEqual(expected)
    expect(report.restarts).toBe(2)
  })

  it("the interpreted twins of the chains give the same", async () => {
    const { expected, job, sink } = countJob()
    await Job.runPromise({ ...job, chains: "interpreted" })
    expect(shownCounts(sink.records())).toEqual(expected)
  })
})
