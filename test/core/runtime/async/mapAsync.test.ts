import { Job, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { bucketJob, shownBuckets } from "../../../support/bucketJob.ts"
import { type Word, words } from "../../../support/countJob.ts"
import { seededNumbers } from "../../../support/seededNumbers.ts"
import { until } from "../../../support/until.ts"

/** Answers at once, in the next turns of the event loop, or a little later. */
const sometime = (random: () => number, word: Word): Promise<Word> => {
  if (random() < 0.3) return Promise.resolve(word)
  return new Promise((resolve) =>
    random() < 0.5 ? setImmediate(resolve, word) : setTimeout(resolve, 3 * random(), word)
  )
}

describe("a job with a mapAsync", () => {
  for (const [seed, parallelism, order] of [
    [1, 1, "ordered"],
    [2, 2, "unordered"],
    [3, 3, "ordered"],
    [4, 1, "unordered"]
  ] as const) {
    it(`S1 S2 shows every record exactly once and none late, ${order}, at parallelism ${parallelism}`, async () => {
      const random = seededNumbers(seed)
      const failAt = Array.from({ length: 4 }, () => Math.floor(random() * 2_000))
      let calls = 0
      const { expected, job, sink } = bucketJob({
        records: words(2_000, 40),
        async: { order, capacity: 30 },
        call: async (word) => {
          calls++
          if (failAt.includes(calls)) throw new Error(`call ${calls} fails`)
          return await sometime(random, word)
        }
      })
      const report = await Job.runPromise({ ...job, parallelism })
      expect(shownBuckets(sink.records())).toEqual(expected)
      expect(report.restarts).toBeGreaterThan(0)
    })
  }

  it("A1 A4 barriers wait for no call; what is in work when the job stops is called for again, elsewhere", async () => {
    const open: Array<{ readonly word: Word; readonly signal: AbortSignal }> = []
    let isOpen = false
    const { expected, job, sink } = bucketJob({
      records: words(400, 40),
      async: { capacity: 25 },
      call: (word, { signal }) => {
        if (isOpen) return Promise.resolve(word)
        open.push({ word, signal })
        return new Promise(() => {})
      }
    })
    const manual = { ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.manual } }
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const handle = yield* Job.start(manual)
          yield* until(() => open.length === 50)
          yield* handle.triggerCheckpoint
          expect(handle.report().checkpoints.completed).toBe(1)
          yield* handle.stop()
          expect((yield* handle.await).outcome).toBe("stopped")
        })
      )
    )
    // A3, too: two subtasks, and 25 records in each.
    expect(open.length).toBe(50)
    expect(open.every(({ signal }) => signal.aborted)).toBe(true)
    expect(sink.records()).toEqual([])
    isOpen = true
    await Job.runPromise({ ...job, parallelism: 3 })
    expect(shownBuckets(sink.records())).toEqual(expected)
  })

  it("A2 the end of data waits for the last call", async () => {
    const answers: Array<() => void> = []
    const { expected, job, sink } = bucketJob({
      records: words(10, 5),
      call: (word) =>
        new Promise((resolve) => {
          answers.push(() => resolve(word))
        })
    })
    const running = Job.runPromise({ ...job, parallelism: 1 })
    await Effect.runPromise(until(() => answers.length === 10))
    for (const answer of answers.slice(1)) answer()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(sink.records()).toEqual([])
    answers[0]?.()
    await running
    expect(shownBuckets(sink.records())).toEqual(expected)
  })

  it("a call that fails for good ends the job with operator, record and cause", async () => {
    const { job } = bucketJob({
      records: words(100, 5),
      call: async (word) => {
        if (word.at === 770) throw new Error("no such word")
        return word
      }
    })
    await expect(Job.runPromise(job)).rejects.toThrow(/Operator "called".*no such word.*Record: .*at: 770/)
  })
})
