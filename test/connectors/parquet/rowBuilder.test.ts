import { expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import type { DecodedColumn } from "../../../packages/connectors/src/parquet/decoding.ts"
import { compileBuildRows, interpretedBuildRows } from "../../../packages/connectors/src/parquet/rowBuilder.ts"
import { wantedRow } from "../../../packages/connectors/src/parquet/wantedColumns.ts"

const wanted = (schema: Schema.Top) => Result.getOrThrow(wantedRow(schema)).columns

const Every = Schema.Struct({
  number: Schema.Number,
  'odd "name"': Schema.NullOr(Schema.Number),
  big: Schema.UndefinedOr(Schema.BigInt),
  flag: Schema.optionalKey(Schema.Boolean),
  text: Schema.NullOr(Schema.String),
  ["__proto__"]: Schema.String,
  date: Schema.NullOr(Schema.Date)
})

const texts = ["", "a", "ß"]
const count = 20

const nulls = fc.option(fc.array(fc.constantFrom(0, 1), { minLength: count, maxLength: count }), { nil: null })
const ofCount = <A>(value: fc.Arbitrary<A>) => fc.array(value, { minLength: count, maxLength: count })

const numbers = fc.tuple(ofCount(fc.integer()), nulls, fc.boolean()).map(
  ([values, missing, isSmall]): DecodedColumn => ({
    _tag: "Numbers",
    values: isSmall ? Int32Array.from(values) : Float64Array.from(values),
    nulls: missing === null ? null : Uint8Array.from(missing)
  })
)
const bigints = fc.tuple(ofCount(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), nulls).map(
  ([values, missing]): DecodedColumn => ({
    _tag: "BigInts",
    values: BigInt64Array.from(values),
    nulls: missing === null ? null : Uint8Array.from(missing)
  })
)
const booleans = fc.tuple(ofCount(fc.constantFrom(0, 1)), nulls).map(
  ([values, missing]): DecodedColumn => ({
    _tag: "Booleans",
    values: Uint8Array.from(values),
    nulls: missing === null ? null : Uint8Array.from(missing)
  })
)
const strings = fc.tuple(ofCount(fc.nat(texts.length - 1)), nulls).map(
  ([values, missing]): DecodedColumn => ({
    _tag: "Texts",
    values: Uint32Array.from(values),
    texts,
    nulls: missing === null ? null : Uint8Array.from(missing)
  })
)

const kinds: Readonly<Record<string, fc.Arbitrary<DecodedColumn>>> = {
  number: numbers,
  date: numbers,
  bigint: bigints,
  boolean: booleans,
  string: strings
}

it("the generated builder and its interpreted twin build the same rows", () => {
  const columns = wanted(Every)
  const decoded = fc.tuple(...columns.map(({ kind }) => kinds[kind] ?? numbers))
  return fc.assert(
    fc.property(decoded, fc.nat(count), fc.nat(count), (held, a, b) => {
      const range = { from: Math.min(a, b), to: Math.max(a, b) }
      const built = compileBuildRows<object>(columns)(held, range)
      const twins = interpretedBuildRows<object>(columns)(held, range)
      expect(built).toStrictEqual(twins)
      expect(built.map(Object.keys)).toEqual(twins.map(Object.keys))
    })
  )
})

it("fields keep the schema's order, whatever they are called", () => {
  const columns = wanted(Schema.Struct({ b: Schema.Number, a: Schema.Number }))
  const held: ReadonlyArray<DecodedColumn> = [
    { _tag: "Numbers", values: Float64Array.of(1.5), nulls: null },
    { _tag: "Numbers", values: Float64Array.of(2), nulls: null }
  ]
  expect(JSON.stringify(compileBuildRows(columns)(held, { from: 0, to: 1 }))).toBe('[{"b":1.5,"a":2}]')
})
