import { Aggregate } from "@tidemark/core"
import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { makeAggregation } from "../../../packages/core/src/operator/aggregation.ts"
import { compileCodec } from "../../../packages/core/src/state/compileCodec.ts"

interface Item {
  readonly n: number
}

const items = fc.array(fc.record({ n: fc.integer({ min: -100, max: 100 }) }), { minLength: 1, maxLength: 20 })

const distinct = Aggregate.custom({
  schema: Schema.mutable(Schema.Array(Schema.Number)),
  create: () => [],
  add: (seen, item: Item) => {
    if (!seen.includes(item.n)) seen.push(item.n)
    return seen
  },
  result: (seen) => seen.length,
  resultSchema: Schema.Int,
  copy: (seen) => [...seen]
})

const spec = {
  count: Aggregate.count,
  positive: Aggregate.count((item: Item) => item.n > 0),
  sum: Aggregate.sum("n"),
  min: Aggregate.min("n"),
  max: Aggregate.max((item: Item) => item.n),
  mean: Aggregate.mean("n"),
  distinct
}

const aggregate = (values: ReadonlyArray<Item>, aggregation = makeAggregation(spec)) => {
  const accumulator = aggregation.create()
  for (const value of values) aggregation.add(accumulator, value)
  return accumulator
}

describe("an aggregation", () => {
  it("comes to what its definition says", () => {
    fc.assert(
      fc.property(items, (values) => {
        const numbers = values.map(({ n }) => n)
        const sum = numbers.reduce((left, right) => left + right, 0)
        expect(makeAggregation(spec).resultOf(aggregate(values))).toEqual({
          count: numbers.length,
          positive: numbers.filter((n) => n > 0).length,
          sum,
          min: Math.min(...numbers),
          max: Math.max(...numbers),
          mean: sum / numbers.length,
          distinct: new Set(numbers).size
        })
      })
    )
  })

  it("copies accumulators that no longer share anything", () => {
    fc.assert(
      fc.property(items, items, (before, after) => {
        const aggregation = makeAggregation(spec)
        const original = aggregate(before, aggregation)
        const expected = structuredClone(original)
        const copy = aggregation.copy(original)
        for (const value of after) aggregation.add(copy, value)
        expect(original).toEqual(expected)
      })
    )
  })

  it("stores accumulators and results by their schemas without loss", () => {
    fc.assert(
      fc.property(items, (values) => {
        const aggregation = makeAggregation(spec)
        const accumulator = aggregate(values, aggregation)
        const codec = compileCodec(aggregation.accumulator)
        expect(codec.decode(codec.encode(accumulator))).toEqual(accumulator)
        expect(Schema.is(aggregation.result)(aggregation.resultOf(accumulator))).toBe(true)
      })
    )
  })

  it("A1 gives every accumulator the same slots in the same order, copied ones too", () => {
    const aggregation = makeAggregation(spec)
    const created = aggregation.create()
    expect(Object.keys(aggregation.copy(created))).toEqual(Object.keys(created))
  })

  it("answers the bare result of a single aggregate", () => {
    const aggregation = makeAggregation(Aggregate.mean("n"))
    expect(aggregation.resultOf(aggregate([{ n: 1 }, { n: 2 }], aggregation))).toBe(1.5)
  })

  it("A2 names slots after field and kind", () => {
    expect(Object.keys(makeAggregation(spec).create())).toEqual(
      "count.count positive.count sum.sum min.min max.max mean.mean.sum mean.mean.count distinct.custom".split(" ")
    )
  })

  it("takes any name for a field", () => {
    const aggregation = makeAggregation({ 'a"b\n': Aggregate.count, 0: Aggregate.count, constructor: Aggregate.count })
    expect(aggregation.resultOf(aggregate([{ n: 1 }], aggregation))).toEqual({ 'a"b\n': 1, 0: 1, constructor: 1 })
  })
})
