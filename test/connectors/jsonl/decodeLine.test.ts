import { expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import { compileDecodeLine, interpretedDecode } from "../../../packages/connectors/src/jsonl/decodeLine.ts"

const Flat = Schema.Struct({ name: Schema.String, count: Schema.Number, flag: Schema.Boolean })

const field = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.integer()))
const candidates = fc.oneof(
  fc.record({ name: fc.string(), count: fc.integer(), flag: fc.boolean() }),
  fc.record({ name: field, count: field, flag: field, more: field, toString: field }, { requiredKeys: [] }),
  fc.jsonValue()
)

it("the flat guard and its interpreted twin accept and refuse the same lines", () => {
  const decode = compileDecodeLine(Flat)
  const twin = interpretedDecode(Flat)
  return fc.assert(
    fc.property(candidates, (value) => {
      const fast = decode(JSON.stringify(value))
      const slow = twin(value)
      expect(Result.isSuccess(fast)).toBe(Result.isSuccess(slow))
      if (Result.isSuccess(fast) && Result.isSuccess(slow)) expect(fast.success).toEqual(slow.success)
      if (Result.isFailure(fast) && Result.isFailure(slow)) expect(fast.failure.detail).toBe(slow.failure.detail)
    }),
    { numRuns: 400 }
  )
})

it("checks are not passed over", () => {
  const decode = compileDecodeLine(Schema.Struct({ count: Schema.Int }))
  expect(Result.isSuccess(decode('{"count":1}'))).toBe(true)
  expect(decode('{"count":1.5}')).toMatchObject({ failure: { reason: "schema" } })
})

it("text that is not JSON is malformed", () => {
  expect(compileDecodeLine(Flat)('{"name"')).toMatchObject({ failure: { reason: "malformed" } })
})
