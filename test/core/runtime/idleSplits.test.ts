import { it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Aggregate, Job, Pipeline, Trigger, Window } from "@tidemark/core"
import type { Polled, Source } from "@tidemark/core/connector"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { describe, expect } from "vitest"
import { Word, WordCount } from "../../support/countJob.ts"

/** Two endless splits, read by one subtask each, into which a test puts records. */
const fed = () => {
  const wakes: Array<() => void> = []
  const waiting = new Map<string, Array<Word>>([
    ["busy", []],
    ["quiet", []]
  ])
  const source: Source<Word> = {
    description: "what a test feeds",
    schema: Word,
    isBounded: false,
    isTimeOrdered: false,
    discover: Effect.succeed([...waiting.keys()].map((id) => ({ id, spec: null }))),
    validate: () => Effect.void,
    open: ({ wake }) =>
      Effect.sync(() => {
        const splits: Array<string> = []
        wakes.push(wake)
        return {
          assign: ({ id }) => splits.push(id),
          poll: (): Polled<Word> => {
            for (const split of splits) {
              const values = waiting.get(split)?.splice(0) ?? []
              if (values.length > 0) return { _tag: "Records", split, values, position: 0, skipped: 0 }
            }
            return { _tag: "Pending" }
          }
        }
      })
  }
  return {
    source,
    put: (split: "busy" | "quiet", at: number) => {
      waiting.get(split)?.push({ word: `word-${at}`, at })
      for (const wake of wakes) wake()
    }
  }
}

/** Turns of the event loop in which the job does whatever it can. */
const settle = Effect.promise(async () => {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
})

const pass = (time: Parameters<typeof TestClock.adjust>[0]) => Effect.andThen(TestClock.adjust(time), settle)

const started = (idleAfter?: "1 minute") =>
  Effect.gen(function* () {
    const { put, source } = fed()
    const sink = Collection.sink({ schema: WordCount })
    const pipeline = Pipeline.make("idle")
      .from("words", source)
      .eventTime((word) => word.at, idleAfter === undefined ? {} : { idleAfter })
      .keyBy("word")
      .window(Window.tumbling(1_000))
      .aggregate("counts", { count: Aggregate.count })
      .map(({ key, value, window }) => ({ word: key, start: window.start, count: value.count }), { schema: WordCount })
      .to("shown", sink)
    const job = yield* Job.start({
      pipeline,
      parallelism: 2,
      checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.every("10 days") }
    })
    yield* settle
    return {
      watermark: () => job.report().watermark,
      put: (split: "busy" | "quiet", at: number) =>
        Effect.andThen(
          Effect.sync(() => put(split, at)),
          settle
        )
    }
  })

describe("a split without records", () => {
  it.effect("holds the watermark of all tasks back for ever, unless told otherwise", () =>
    Effect.gen(function* () {
      const { put, watermark } = yield* started()
      yield* put("quiet", 5)
      yield* put("busy", 50_000)
      yield* pass("1 day")
      expect(watermark()).toBe(4)
    })
  )

  it.effect("is left out after idleAfter, behind the exchange as well, until it has a record again", () =>
    Effect.gen(function* () {
      const { put, watermark } = yield* started("1 minute")
      yield* put("quiet", 5)
      yield* put("busy", 100)
      yield* pass("45 seconds")
      yield* put("busy", 50_000)
      expect(watermark()).toBe(4)
      yield* pass("15 seconds")
      expect(watermark()).toBe(49_999)
      yield* put("quiet", 60_000)
      yield* put("busy", 90_000)
      expect(watermark()).toBe(59_999)
    })
  )

  it.effect("with all splits idle the watermark stands, and moves again with the first that speaks", () =>
    Effect.gen(function* () {
      const { put, watermark } = yield* started("1 minute")
      yield* put("quiet", 5)
      yield* put("busy", 100)
      yield* pass("10 minutes")
      expect(watermark()).toBe(4)
      yield* put("busy", 3_000)
      expect(watermark()).toBe(2_999)
    })
  )

  it.effect("of which no record ever came is left out as well", () =>
    Effect.gen(function* () {
      const { put, watermark } = yield* started("1 minute")
      yield* pass("30 seconds")
      yield* put("busy", 700)
      expect(watermark()).toBeNull()
      yield* pass("30 seconds")
      expect(watermark()).toBe(699)
    })
  )
})
