import { Aggregate, Window } from "@tidemark/core"
import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fuseExchanges } from "../../../packages/core/src/pipeline/fuseExchanges.ts"
import { type Feed, inMaps, runPlan } from "./chainHarness.ts"
import { compiled, sinkOf, Visit, visits } from "./fixtures.ts"

const Total = Schema.Struct({ size: Schema.Number, at: Schema.Number, visits: Schema.Number })
const Result = Schema.Struct({ key: Schema.Number, start: Schema.Number, most: Schema.NullOr(Schema.Number) })

/** Two exchanges, windows over the results of windows, and a key that is computed. */
const plan = compiled(
  visits()
    .eventTime((visit) => visit.at, { outOfOrderness: 10 })
    .filter((visit) => visit.size > 0)
    .keyBy("page")
    .window(Window.tumbling(20))
    .aggregate("by page", { visits: Aggregate.count, size: Aggregate.sum("size") })
    .map(({ value, window }) => ({ size: value.size, at: window.start, visits: value.visits }), { schema: Total })
    .keyBy((total) => total.visits % 3, Schema.Number.check(Schema.isInt()))
    .window(Window.tumbling(60))
    .aggregate("by visits", { most: Aggregate.max("size") })
    .map(({ key, value, window }) => ({ key, start: window.start, most: value.most }), { schema: Result })
    .to("results", sinkOf(Result))
)

const visit: fc.Arbitrary<typeof Visit.Type> = fc.record({
  page: fc.constantFrom("a", "b", "c", ""),
  size: fc.integer({ min: 0, max: 5 }),
  at: fc.integer({ min: 0, max: 400 })
})
const feed: fc.Arbitrary<Feed> = fc.oneof(
  fc.record({ records: fc.array(visit, { maxLength: 12 }) }),
  fc.record({ watermark: fc.integer({ min: 0, max: 400 }) })
)

describe("tasks that are joined at parallelism 1", () => {
  it("are one, named after the first, and know whom they hold", () => {
    const { tasks } = fuseExchanges(plan, 1)
    expect(tasks.map(({ fused, id }) => [id, ...fused])).toEqual([["visits", "by page", "by visits"]])
    expect(tasks[0]?.output._tag).toBe("Sink")
    expect(fuseExchanges(plan, 2)).toBe(plan)
  })

  it.for(["generated", "interpreted"] as const)("do what they do apart, and no result comes too late (%s)", (mode) => {
    fc.assert(
      fc.property(fc.array(feed, { maxLength: 30 }), (feeds) => {
        const ended: ReadonlyArray<Feed> = [...feeds, { watermark: Number.MAX_SAFE_INTEGER }]
        for (const layout of [plan, inMaps(plan)]) {
          const apart = runPlan(layout, ended, "interpreted", true)
          const { values, timestamps, late, error } = runPlan(fuseExchanges(layout, 1), ended, mode, true)
          expect({ values, timestamps, late, error }).toEqual({
            ...{ values: apart.values, timestamps: apart.timestamps, late: apart.late, error: apart.error }
          })
        }
      }),
      { numRuns: 150 }
    )
  })
})
