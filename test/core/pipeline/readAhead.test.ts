import { Aggregate, Pipeline, Window } from "@tidemark/core"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { fuseExchanges } from "../../../packages/core/src/pipeline/fuseExchanges.ts"
import { makeRandom } from "../../bench/harness/random.ts"
import { type Feed, runPlan } from "./chainHarness.ts"
import { compiled, sinkOf, sourceOf } from "./fixtures.ts"

const ByNumber = Schema.Struct({ key: Schema.Int, at: Schema.Number })
const ByText = Schema.Struct({ key: Schema.String, at: Schema.Number })
const Counted = Schema.Struct({ key: Schema.Union([Schema.Int, Schema.String]), start: Schema.Number, n: Schema.Int })

/** More keys than a state has before the rows of a batch are sought ahead of its records. */
const manyKeys = 31_000

/** One key that a function of the user's changes in place, against what it promises, in all batches but the first. */
const renamed = 3

const rename = (visit: { key: unknown; readonly at: number }, to: unknown): boolean => {
  if (visit.at > 0 && String(visit.key) === String(renamed)) visit.key = to
  return true
}

const byNumber = compiled(
  Pipeline.make("by-number")
    .from("visits", sourceOf(ByNumber))
    .eventTime(({ at }) => at)
    .filter((visit) => rename(visit, 17))
    .keyBy("key")
    .window(Window.tumbling(1_000))
    .aggregate("visits per key", { n: Aggregate.count })
    .map(({ key, value, window }) => ({ key, start: window.start, n: value.n }), { schema: Counted })
    .to("counts", sinkOf(Counted))
)

const byText = compiled(
  Pipeline.make("by-text")
    .from("visits", sourceOf(ByText))
    .eventTime(({ at }) => at)
    .filter((visit) => rename(visit, "17"))
    .keyBy("key")
    .window(Window.tumbling(1_000))
    .aggregate("visits per key", { n: Aggregate.count })
    .map(({ key, value, window }) => ({ key, start: window.start, n: value.n }), { schema: Counted })
    .to("counts", sinkOf(Counted))
)

/** Two windows that are open at once: most records are in the first, keys come again and new ones come. */
const feeds = (seed: number, keyOf: (number: number) => number | string): ReadonlyArray<Feed> => {
  const random = makeRandom(seed)
  const record = (number: number, at: number) => ({ key: keyOf(number), at })
  const batch = (): Feed => ({
    records: Array.from({ length: 300 }, () => {
      const at = random.below(20) === 0 ? 1_000 + random.below(1_000) : random.below(1_000)
      return record(random.below(50) === 0 ? renamed : random.below(manyKeys + 500), at)
    })
  })
  return [
    { records: Array.from({ length: manyKeys }, (_, i) => record(i, 0)) },
    ...Array.from({ length: 12 }, batch),
    { watermark: 999 },
    ...Array.from({ length: 3 }, batch),
    { watermark: 10_000 }
  ]
}

describe("rows that are sought ahead, batch by batch", () => {
  it.for([
    { kind: "integers", plan: byNumber, keyOf: (number: number) => number },
    { kind: "strings", plan: byText, keyOf: String }
  ])("are those that each record would find by itself: $kind", ({ keyOf, plan }) => {
    for (const seed of [1, 2, 3]) {
      for (const tasks of [plan, fuseExchanges(plan, 1)]) {
        const generated = runPlan(tasks, feeds(seed, keyOf), "generated", true)
        const interpreted = runPlan(tasks, feeds(seed, keyOf), "interpreted", true)
        expect(generated.error).toBeNull()
        expect(generated.values.length).toBeGreaterThan(manyKeys)
        expect(generated.values).toEqual(interpreted.values)
        expect(generated.late).toEqual(interpreted.late)
      }
    }
  })
})
