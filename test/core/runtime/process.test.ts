import { describe, expect, it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, type JobOptions, Pipeline, State, Trigger } from "@tidemark/core"
import { Clock, Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { bucketJob, shownBuckets } from "../../support/bucketJob.ts"
import { Word, words } from "../../support/countJob.ts"
import { pacedSource } from "../../support/pacedSource.ts"
import { seededNumbers } from "../../support/seededNumbers.ts"
import { until } from "../../support/until.ts"

describe("a job with a process function", () => {
  for (const [seed, parallelism] of [
    [1, 1],
    [2, 2],
    [3, 3]
  ] as const) {
    it(`S1 S2 fires every timer exactly once, at parallelism ${parallelism}, seed ${seed}`, async () => {
      const random = seededNumbers(seed)
      const failAt = Array.from({ length: 4 }, () => Math.floor(random() * 2_000))
      let fired = 0
      const { expected, job, sink } = bucketJob({
        records: words(3_000, 40),
        onTimer: () => {
          fired++
          if (failAt.includes(fired)) throw new Error(`the ${fired}th timer fails`)
        }
      })
      const report = await Job.runPromise({ ...job, parallelism })
      expect(shownBuckets(sink.records())).toEqual(expected)
      expect(report.restarts).toBeGreaterThan(0)
    })
  }

  it("S1 a job that is stopped between its timers goes on with them, at another parallelism", async () => {
    const { expected, job, sink } = bucketJob({ records: words(6_000, 40) })
    const outcomes: Array<string | null> = []
    for (const parallelism of [1, 3, 2]) {
      const isLast = outcomes.length === 2
      const run = Effect.gen(function* () {
        const handle = yield* Job.start({ ...job, parallelism })
        if (!isLast) {
          yield* until(() => handle.report().recordsIn > 500)
          yield* handle.stop()
        }
        return yield* handle.await
      })
      outcomes.push((await Effect.runPromise(Effect.scoped(run))).outcome)
    }
    expect(outcomes).toEqual(["stopped", "stopped", "finished"])
    expect(shownBuckets(sink.records())).toEqual(expected)
  })
})

const Reminder = Schema.Struct({ word: Schema.String, at: Schema.Number })

/** Tells every word a minute after it came, by the clock; the source ends or not. */
const reminders = (isEndless: boolean) => {
  const fired: Array<string> = []
  const elements: Array<number> = []
  const sink = Collection.sink({ schema: Reminder })
  const records = words(10, 5)
  const pipeline = Pipeline.make("reminders")
    .from("words", pacedSource({ schema: Word, records, splits: 2, perPoll: 10, isEndless }))
    .keyBy("word")
    .process("remind", {
      schema: Reminder,
      states: { brief: State.value("brief", Schema.Number, { timeToLive: "30 seconds" }) },
      onElement: (_, { processingTime, states, timers }) => {
        elements.push(processingTime)
        states.brief.set(processingTime)
        timers.processingTime.register(processingTime + 60_000)
      },
      onProcessingTimer: ({ timestamp }, { emit, key, processingTime, states }) => {
        fired.push(`${key} ${processingTime >= timestamp} ${states.brief.get()}`)
        emit({ word: key, at: timestamp })
      }
    })
    .to("told", sink)
  const job: JobOptions = {
    pipeline,
    parallelism: 2,
    checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.every("10 hours") }
  }
  return { elements, fired, job, sink, keys: [...new Set(records.map(({ word }) => word))] }
}

describe("processing time", () => {
  it.effect("wakes a task that waits, when a timer is due and not before", () =>
    Effect.gen(function* () {
      const { elements, fired, job, keys, sink } = reminders(true)
      const handle = yield* Job.start(job)
      yield* until(() => elements.length === 10)
      expect(new Set(elements)).toEqual(new Set([yield* Clock.currentTimeMillis]))
      yield* TestClock.adjust("59 seconds")
      expect(fired).toEqual([])
      yield* TestClock.adjust("1 second")
      yield* until(() => fired.length === keys.length)
      // What was written longer ago than its time to live is forgotten by then.
      expect([...fired].sort()).toEqual(keys.map((key) => `${key} true undefined`).sort())
      yield* handle.triggerCheckpoint
      yield* until(() => sink.records().length === keys.length)
      yield* handle.cancel
    })
  )

  it.effect("S1 timers that a checkpoint holds fire after a restore, once", () =>
    Effect.gen(function* () {
      const { elements, fired, job, keys, sink } = reminders(true)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const handle = yield* Job.start(job)
          yield* until(() => elements.length === 10)
          yield* handle.stop()
          yield* handle.await
        })
      )
      expect(fired).toEqual([])
      yield* TestClock.adjust("2 hours")
      const handle = yield* Job.start({ ...job, parallelism: 1 })
      yield* until(() => fired.length === keys.length)
      yield* handle.stop()
      yield* handle.await
      expect(
        sink
          .records()
          .map(({ word }) => word)
          .sort()
      ).toEqual([...keys].sort())
      expect(elements.length).toBe(10)
    })
  )

  it.effect("timers that are left at the end of data never fire", () =>
    Effect.gen(function* () {
      const { fired, job, sink } = reminders(false)
      const handle = yield* Job.start(job)
      yield* handle.await
      yield* TestClock.adjust("2 hours")
      expect([fired, sink.records()]).toEqual([[], []])
    })
  )
})
