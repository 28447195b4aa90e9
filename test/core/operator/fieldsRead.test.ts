import { Aggregate } from "@tidemark/core"
import { Schema } from "effect"
import { expect, it } from "vitest"
import { fieldsRead } from "../../../packages/core/src/operator/fieldsRead.ts"

const first = Aggregate.custom({
  schema: Schema.Number,
  create: () => 0,
  add: (seen: number) => seen,
  result: (seen) => seen,
  resultSchema: Schema.Number
})

it("aggregates of named fields read these only, each once, in order", () => {
  expect(fieldsRead(Aggregate.count)).toEqual([])
  expect(fieldsRead(Aggregate.mean("delay"))).toEqual(["delay"])
  expect(
    fieldsRead<{ readonly delay: number; readonly distance: number }>({
      worst: Aggregate.max("delay"),
      sum: Aggregate.sum("delay"),
      far: Aggregate.min("distance"),
      all: Aggregate.count
    })
  ).toEqual(["delay", "distance"])
})

it("a function may read whole records, wherever it stands", () => {
  expect(fieldsRead(Aggregate.count((value: { readonly a: number }) => value.a > 1))).toBeNull()
  expect(fieldsRead(Aggregate.sum((value: { readonly a: number }) => value.a))).toBeNull()
  expect(fieldsRead({ one: Aggregate.sum("a"), two: first })).toBeNull()
})
