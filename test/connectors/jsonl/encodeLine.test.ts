import { expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import { compileDecodeLine } from "../../../packages/connectors/src/jsonl/decodeLine.ts"
import { compileEncodeLine, interpreted } from "../../../packages/connectors/src/jsonl/encodeLine.ts"

const Flat = Schema.Struct({ b: Schema.String, a: Schema.Number, 'odd "key"': Schema.Boolean })

const flatValue = fc.record({
  a: fc.double({ noNaN: true, noDefaultInfinity: true }),
  'odd "key"': fc.boolean(),
  b: fc.string({ unit: "binary" }),
  excess: fc.integer()
})

it("the flat encoder and its interpreted twin write the same line", () => {
  return fc.assert(
    fc.property(flatValue, (value) => {
      expect(compileEncodeLine(Flat)(value)).toEqual(interpreted(Flat)(value))
    })
  )
})

it("a line keeps the schema's field order and drops excess fields", () => {
  const value = { excess: 1, a: -0, 'odd "key"': true, b: "x\ny" }
  expect(compileEncodeLine(Flat)(value)).toEqual(Result.succeed('{"b":"x\\ny","a":0,"odd \\"key\\"":true}'))
})

it("a line that was written is read back as it was", () => {
  const decode = compileDecodeLine(Flat)
  return fc.assert(
    fc.property(flatValue, ({ excess: _, ...value }) => {
      const line = Result.getOrThrow(compileEncodeLine(Flat)(value))
      expect(line).not.toContain("\n")
      expect(Result.getOrThrow(decode(line))).toEqual({ ...value, a: value.a === 0 ? 0 : value.a })
    })
  )
})

it("numbers that JSON has not are refused, deep inside as well", () => {
  const flat = compileEncodeLine(Schema.Struct({ n: Schema.Number }))
  expect(flat({ n: Number.NaN })).toEqual(Result.fail('Expected a finite number at ["n"]'))
  const nested = compileEncodeLine(Schema.Struct({ list: Schema.Array(Schema.Number) }))
  expect(nested({ list: [1, Number.POSITIVE_INFINITY] })).toEqual(
    Result.fail('Expected a finite number at ["list"]["1"]')
  )
})

it("dates and bigints become JSON text and come back", () => {
  const Rich = Schema.Struct({
    at: Schema.Date,
    count: Schema.BigInt,
    tags: Schema.NullOr(Schema.Array(Schema.String))
  })
  const value = { at: new Date(86_400_000), count: 2n ** 70n, tags: ["a"] }
  const line = Result.getOrThrow(compileEncodeLine(Rich)(value))
  expect(line).toBe('{"at":"1970-01-02T00:00:00.000Z","count":"1180591620717411303424","tags":["a"]}')
  expect(Result.getOrThrow(compileDecodeLine(Rich)(line))).toEqual(value)
})

it("a value of another type is refused and named", () => {
  const encode: (value: { n: number }) => unknown = compileEncodeLine(Schema.Struct({ n: Schema.Number }))
  expect(encode(JSON.parse('{"n":"1"}'))).toEqual(Result.fail('Expected a finite number at ["n"]'))
})
