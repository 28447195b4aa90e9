import { Aggregate, type Pipeline, Window } from "@tidemark/core"
import { Effect, Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ChainMode } from "../../../packages/core/src/pipeline/compileChain.ts"
import { type Feed, runPlan } from "./chainHarness.ts"
import { compiled, problemsOf, sinkOf, Visit, visits } from "./fixtures.ts"
import { type FeedOrRestart, runRestarted } from "./restarted.ts"

const Value = Schema.Struct({
  ...{ visits: Schema.Int, big: Schema.Int, size: Schema.Number },
  ...{ least: Schema.Number, most: Schema.Number, mean: Schema.Number }
})
const Key = Schema.Union([Schema.String, Schema.Number])
const Result = Schema.Struct({ key: Key, window: Schema.Struct({ start: Schema.Int, end: Schema.Int }), value: Value })

const described = {
  visits: Aggregate.count,
  big: Aggregate.count((visit: Visit) => visit.size > 4),
  size: Aggregate.sum("size"),
  least: Aggregate.min("size"),
  most: Aggregate.max((visit: Visit) => visit.size),
  mean: Aggregate.mean("size")
}

const Sizes = Schema.Array(Schema.Number)

/** The same figures, as a custom aggregate: it cannot be merged. */
const custom = Aggregate.custom<Visit, typeof Sizes.Type, typeof Value.Type>({
  schema: Sizes,
  create: () => [],
  add: (sizes, visit) => [...sizes, visit.size],
  result: (sizes) => figures(sizes),
  resultSchema: Value
})

const figures = (sizes: ReadonlyArray<number>): typeof Value.Type => {
  const size = sizes.reduce((a, b) => a + b, 0)
  return {
    ...{ visits: sizes.length, big: sizes.filter((each) => each > 4).length, size },
    ...{ least: Math.min(...sizes), most: Math.max(...sizes), mean: size / sizes.length }
  }
}

interface Case {
  readonly sizeMs: number
  readonly everyMs: number
  /** Strings live off-heap, a union in maps. */
  readonly keys: "off-heap" | "maps"
  readonly of: "described" | "custom"
}

const sliding = ({ everyMs, keys, of, sizeMs }: Case): Pipeline => {
  const timed = visits().eventTime((visit) => visit.at)
  const keyed =
    keys === "off-heap"
      ? timed.keyBy((visit) => visit.page, Schema.String)
      : timed.keyBy((visit): string | number => (visit.page === "a" ? 1 : visit.page), Key)
  const windows = keyed.window(Window.sliding(sizeMs, everyMs))
  const results = of === "custom" ? windows.aggregate("per window", custom) : windows.aggregate("per window", described)
  return results.to("sink", sinkOf(Result))
}

/** What the windows must come to, record by record and window by window. */
const naive = (feeds: ReadonlyArray<Feed>, { everyMs, keys, sizeMs }: Case) => {
  const windows = new Map<string, { key: string | number; start: number; sizes: Array<number> }>()
  let watermark = -Infinity
  let late = 0
  for (const feed of feeds) {
    if ("watermark" in feed) watermark = Math.max(watermark, feed.watermark)
    else if ("records" in feed) {
      for (const { at, page, size } of feed.records as ReadonlyArray<Visit>) {
        const key = keys === "maps" && page === "a" ? 1 : page
        let hasRoom = false
        for (let start = -1000 * everyMs; start <= at; start += everyMs) {
          if (start + sizeMs <= at || start + sizeMs - 1 <= watermark) continue
          hasRoom = true
          const window = windows.get(`${start} ${key}`) ?? { key, start, sizes: [] }
          windows.set(`${start} ${key}`, window)
          window.sizes.push(size)
        }
        if (!hasRoom) late += 1
      }
    }
  }
  const fired = [...windows.values()].filter(({ start }) => start + sizeMs - 1 <= watermark)
  return {
    late,
    fired: fired
      .map(({ key, sizes, start }) => ({ key, window: { start, end: start + sizeMs }, value: figures(sizes) }))
      .map(resultText)
      .sort()
  }
}

const resultText = (result: unknown): string => JSON.stringify(result)

const visit: fc.Arbitrary<Visit> = fc.record({
  page: fc.constantFrom("a", "b", "c"),
  size: fc.integer({ min: 0, max: 9 }),
  at: fc.integer({ min: -50, max: 50 })
})
const feed: fc.Arbitrary<Feed> = fc.oneof(
  fc.record({ records: fc.array(visit, { maxLength: 10 }) }),
  fc.record({ watermark: fc.integer({ min: -60, max: 70 }) })
)
const windowCase: fc.Arbitrary<Case> = fc
  .record({
    ...{ sizeMs: fc.integer({ min: 1, max: 30 }), share: fc.integer({ min: 1, max: 100 }) },
    ...{ keys: fc.constantFrom("off-heap" as const, "maps" as const) },
    ...{ of: fc.constantFrom("described" as const, "custom" as const) }
  })
  .map(({ keys, of, share, sizeMs }) => ({ keys, of, sizeMs, everyMs: Math.ceil((sizeMs * share) / 100) }))

const modes: ReadonlyArray<ChainMode> = ["generated", "interpreted"]

const feedVisits = (...at: ReadonlyArray<number>): Feed => ({
  records: at.map((time) => ({ page: "a", size: 1, at: time }))
})
const tenEveryFour: Case = { sizeMs: 10, everyMs: 4, keys: "off-heap", of: "described" }
const startsOf = (values: ReadonlyArray<unknown>): ReadonlyArray<readonly [number, number]> =>
  values.map((value) => decode(value)).map(({ value, window }) => [window.start, value.visits])
const decode = Schema.decodeUnknownSync(Result)

describe("sliding windows", () => {
  it("W1 W2 fire exactly what a naive reference computes, and count the rest as late", () => {
    const seen = { fired: 0, late: 0 }
    fc.assert(
      fc.property(fc.array(feed, { maxLength: 15 }), windowCase, (feeds, windows) => {
        for (const mode of modes) {
          const { error, late, values } = runPlan(compiled(sliding(windows)), feeds, mode)
          expect(error).toBeNull()
          const expected = naive(feeds, windows)
          expect(values.map(resultText).sort()).toEqual(expected.fired)
          expect(new Map(late).get("per window") ?? 0).toBe(expected.late)
          seen.fired += expected.fired.length
          seen.late += expected.late
        }
      }),
      { numRuns: 300 }
    )
    expect(seen.fired).toBeGreaterThan(1000)
    expect(seen.late).toBeGreaterThan(100)
  })

  it("W3 fire in order of time, stamped with the last millisecond of the window", () => {
    for (const mode of modes) {
      const { timestamps, values } = runPlan(
        compiled(sliding(tenEveryFour)),
        [feedVisits(5, 9), { watermark: 99 }],
        mode
      )
      expect(startsOf(values)).toEqual([
        ...[
          [-4, 1],
          [0, 2],
          [4, 2],
          [8, 1]
        ]
      ])
      expect(timestamps).toEqual([5, 9, 13, 17])
    }
  })

  it.each([["described"], ["custom"]] as const)(
    "W2 a record counts in those of its windows that have not fired (%s)",
    (of) => {
      for (const mode of modes) {
        const feeds = [
          feedVisits(5),
          { watermark: 9 },
          feedVisits(5),
          { watermark: 13 },
          feedVisits(5, 13),
          { watermark: 99 }
        ]
        const { late, values } = runPlan(compiled(sliding({ ...tenEveryFour, of })), feeds, mode)
        expect(startsOf(values)).toEqual([
          ...[
            [-4, 1],
            [0, 1],
            [4, 2],
            [8, 1],
            [12, 1]
          ]
        ])
        expect(late).toEqual([["per window", 1]])
      }
    }
  )

  it("W4 go on from a snapshot at any place, at another parallelism, as if nothing had happened", async () => {
    const restart = fc.record({ restart: fc.integer({ min: 1, max: 3 }) })
    const feedsAndRestarts: fc.Arbitrary<ReadonlyArray<FeedOrRestart>> = fc.array(fc.oneof(feed, restart), {
      maxLength: 20
    })
    await fc.assert(
      fc.asyncProperty(feedsAndRestarts, windowCase, async (feeds, windows) => {
        const expected = naive(
          feeds.filter((each): each is Feed => !("restart" in each)),
          windows
        )
        for (const mode of modes) {
          const { late, values } = await Effect.runPromise(runRestarted(compiled(sliding(windows)), feeds, mode))
          expect(values.map(resultText).sort()).toEqual(expected.fired)
          expect(late).toBe(expected.late)
        }
      }),
      { numRuns: 100 }
    )
  })

  it("are tumbling windows where one begins when the one before ends", () => {
    const plan = compiled(sliding({ ...tenEveryFour, everyMs: 10 }))
    expect(plan.tasks[1]?.steps[0]?.description).toMatch(/^tumbling window of 10 milliseconds: /)
  })

  it("feed a second window, in which the results of one window meet", () => {
    const pipeline = visits()
      .eventTime((record) => record.at)
      .keyBy("page")
      .window(Window.sliding(10, 5))
      .aggregate("per page", Aggregate.count)
      .map(({ value, window }) => ({ start: window.start, count: value }), {
        schema: Schema.Struct({ start: Schema.Int, count: Schema.Int })
      })
      .keyBy("start")
      .window(Window.tumbling(5))
      .aggregate("most", Aggregate.max("count"))
      .map(({ key, value }) => `${key}: ${value}`, { schema: Schema.String })
      .to("sink", sinkOf(Schema.String))
    const record = (page: string, at: number): Visit => ({ page, size: 0, at })
    const feeds = [
      { records: [record("a", 1), record("b", 2), record("b", 7), record("a", 13), record("a", 14), record("a", 16)] },
      ...[{ watermark: 13 }, { watermark: 14 }, { watermark: Number.POSITIVE_INFINITY }]
    ]
    for (const mode of modes) {
      const { late, values } = runPlan(compiled(pipeline), feeds, mode)
      expect(values).toEqual(["-5: 1", "0: 2", "5: 2", "10: 3", "15: 1"])
      expect(late).toEqual([])
    }
  })

  it("refuse intervals that leave gaps or are none", () => {
    const problems = (size: number, every: number) =>
      problemsOf(sliding({ ...tenEveryFour, sizeMs: size, everyMs: every }))
    expect(problems(1000, 2000)).toEqual([expect.stringContaining("begins every 2 seconds only")])
    expect(problems(1000, 0)).toEqual([expect.stringContaining('Window "per window" begins every 0')])
    expect(problems(0.5, 0.5)).toEqual([
      ...[expect.stringContaining('Window "per window" has size 0.5'), expect.stringContaining("begins every 0.5")]
    ])
  })
})
