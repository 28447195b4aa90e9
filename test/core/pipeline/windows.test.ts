import { Aggregate, Batch, Pipeline, Window } from "@tidemark/core"
import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { windowStart } from "../../../packages/core/src/operator/windowAggregate.ts"
import { type Feed, openChains, runPlan } from "./chainHarness.ts"
import { compiled, sinkOf, Visit, visits } from "./fixtures.ts"

const Result = Schema.Struct({
  key: Schema.String,
  window: Schema.Struct({ start: Schema.Int, end: Schema.Int }),
  value: Schema.Struct({ visits: Schema.Int, size: Schema.Number })
})

const windowed = (sizeMs: number): Pipeline =>
  visits()
    .eventTime((visit) => visit.at)
    .keyBy("page")
    .window(Window.tumbling(sizeMs))
    .aggregate("per window", { visits: Aggregate.count, size: Aggregate.sum("size") })
    .to("sink", sinkOf(Result))

/** What the windows must come to, computed record by record from the definition. */
const naive = (feeds: ReadonlyArray<Feed>, sizeMs: number) => {
  const windows = new Map<string, { key: string; start: number; visits: number; size: number }>()
  let watermark = -Infinity
  let late = 0
  for (const feed of feeds) {
    if ("watermark" in feed) watermark = Math.max(watermark, feed.watermark)
    else if ("records" in feed) {
      for (const { at, page, size } of feed.records as ReadonlyArray<Visit>) {
        let start = 0
        while (start > at) start -= sizeMs
        while (start + sizeMs <= at) start += sizeMs
        if (start + sizeMs - 1 <= watermark) late += 1
        else {
          const known = windows.get(`${start} ${page}`) ?? { key: page, start, visits: 0, size: 0 }
          windows.set(`${start} ${page}`, { ...known, visits: known.visits + 1, size: known.size + size })
        }
      }
    }
  }
  const fired = [...windows.values()].filter(({ start }) => start + sizeMs - 1 <= watermark)
  return { fired: fired.map(resultText).sort(), late }
}

const resultText = (window: { key: string; start: number; visits: number; size: number }): string =>
  JSON.stringify([window.start, window.key, window.visits, window.size])

const visit: fc.Arbitrary<Visit> = fc.record({
  page: fc.constantFrom("a", "b", "c"),
  size: fc.integer({ min: 0, max: 9 }),
  at: fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constantFrom(-0.5, 9.75))
})
const feed: fc.Arbitrary<Feed> = fc.oneof(
  fc.record({ records: fc.array(visit, { maxLength: 10 }) }),
  fc.record({ watermark: fc.integer({ min: -60, max: 60 }) })
)

const decode = Schema.decodeUnknownSync(Result)
const feedVisits = (...at: ReadonlyArray<number>): Feed => ({
  records: at.map((time) => ({ page: "a", size: 1, at: time }))
})

describe("tumbling windows", () => {
  it("W1 W2 fire exactly what a naive reference computes, and count the rest as late", () => {
    fc.assert(
      fc.property(fc.array(feed, { maxLength: 15 }), fc.integer({ min: 1, max: 20 }), (feeds, sizeMs) => {
        const { error, late, values } = runPlan(compiled(windowed(sizeMs)), feeds, "generated")
        expect(error).toBeNull()
        const fired = values.map((value) => {
          const { key, value: sums, window } = decode(value)
          expect(window.end - window.start).toBe(sizeMs)
          return resultText({ key, start: window.start, ...sums })
        })
        const expected = naive(feeds, sizeMs)
        expect(fired.sort()).toEqual(expected.fired)
        expect(new Map(late).get("per window") ?? 0).toBe(expected.late)
      }),
      { numRuns: 300 }
    )
  })

  it("W3 fire in order of time, stamped with the last millisecond of the window", () => {
    const feeds = [feedVisits(35, 5, 25, -5), { watermark: 100 }]
    const { timestamps, values } = runPlan(compiled(windowed(10)), feeds, "generated")
    expect(values.map((value) => decode(value).window.start)).toEqual([-10, 0, 20, 30])
    expect(timestamps).toEqual([-1, 9, 29, 39])
  })

  it("W2 a window is open until the watermark reaches its last millisecond", () => {
    const feeds = [feedVisits(0), { watermark: 8 }, feedVisits(9), { watermark: 9 }, feedVisits(0, 9, 10)]
    const { late, values } = runPlan(compiled(windowed(10)), feeds, "generated")
    expect(values.map((value) => decode(value).value.visits)).toEqual([2])
    expect(late).toEqual([["per window", 2]])
  })

  it("W1 hold every millisecond that a Date can show", () => {
    const time = fc.oneof(
      fc.integer({ min: -8.64e15, max: 8.64e15 }),
      fc.integer({ min: -1000, max: 1000 }).map((n) => n * 8.64e7 - 1),
      fc.integer({ min: 1, max: 1000 }).map((n) => 8.64e15 - n)
    )
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 1e9 }), (at, sizeMs) => {
        const start = windowStart(at, sizeMs)
        expect(start <= at && at < start + sizeMs && start % sizeMs === 0).toBe(true)
      })
    )
  })

  it("W1 a time of -0 belongs to the window that starts at 0", () => {
    const { values } = runPlan(compiled(windowed(10)), [feedVisits(-0, 0), { watermark: 9 }], "generated")
    expect(values).toEqual([{ key: "a", window: { start: 0, end: 10 }, value: { visits: 2, size: 2 } }])
  })

  it.each(["generated", "interpreted"] as const)(
    "W2 what is overdue after a restore fires at the next advance (%s)",
    (mode) => {
      const [source, windows] = openChains(compiled(windowed(10)), mode)
      if (source === undefined || windows === undefined) throw new Error("the plan has two tasks")
      const batch = new Batch()
      batch.values.push({ page: "a", size: 1, at: 5 }, { page: "a", size: 1, at: 15 })
      source.chain.run(batch)
      expect(source.chain.takeMaxTimestamp()).toBe(15)
      expect(source.chain.takeMaxTimestamp()).toBe(-Infinity)
      const exchanged = source.output.take()
      windows.chain.run(exchanged)
      windows.chain.restoreWatermark(12)
      expect(windows.output.take().values).toEqual([])
      windows.chain.run(exchanged)
      windows.chain.advance(11)
      expect(windows.chain.watermark()).toBe(12)
      expect(windows.chain.lateRecords()).toEqual(new Map([["per window", 1]]))
      const fired = (): unknown => windows.output.take().values.map((value) => decode(value).value.visits)
      expect(fired()).toEqual([1])
      windows.chain.advance(19)
      expect(fired()).toEqual([2])
    }
  )

  it("give tuples back as the key of their results", () => {
    const key = Schema.Tuple([Schema.String, Schema.BigInt, Schema.Boolean])
    const pipeline = visits()
      .eventTime((record) => record.at)
      .keyBy((record) => [record.page, BigInt(record.size), record.size > 1], key)
      .window(Window.tumbling(10))
      .aggregate("pairs", Aggregate.count)
      .to("sink", sinkOf(Schema.Struct({ key, window: Result.fields.window, value: Schema.Int })))
    const { values } = runPlan(compiled(pipeline), [feedVisits(1, 2), { watermark: 10 }], "generated")
    expect(values).toEqual([{ key: ["a", 1n, false], window: { start: 0, end: 10 }, value: 2 }])
  })
})
