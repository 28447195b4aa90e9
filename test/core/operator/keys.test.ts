import { hashKey, keyGroupOf } from "@tidemark/core"
import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { groupOfKey } from "../../../packages/core/src/operator/keySelector.ts"
import { fieldSchema, toKeyValue, toTupleText, tupleOf } from "../../../packages/core/src/operator/keys.ts"
import { describeSchema } from "../../../packages/core/src/state/describeSchema.ts"
import { keyKindOf } from "../../../packages/core/src/state/keyKind.ts"

const scalar = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.boolean(),
  fc.maxSafeInteger().map((n) => n + 0),
  fc.bigInt(),
  fc.constantFrom("1", 1, 1n, '{"bigint":"1"}', "\ud800", "\u2028")
)

describe("keys", () => {
  it("tuples come back from their text as they went in", () => {
    fc.assert(
      fc.property(fc.array(scalar, { minLength: 1, maxLength: 4 }), (tuple) => {
        expect(tupleOf(toTupleText(tuple))).toEqual(tuple)
      })
    )
  })

  it("tuples have the same text only if they are equal", () => {
    fc.assert(
      fc.property(
        fc.array(scalar, { minLength: 1, maxLength: 3 }),
        fc.array(scalar, { minLength: 1, maxLength: 3 }),
        (a, b) => {
          const isEqual = a.length === b.length && a.every((element, i) => element === b[i])
          expect(toTupleText(a) === toTupleText(b)).toBe(isEqual)
        }
      )
    )
  })

  it.each([Number.NaN, -0, 0.5, Infinity, 2 ** 53, null, undefined, {}, [], Symbol("a")])(
    "%s is no scalar key",
    (key) => {
      expect(() => toKeyValue(key)).toThrow(/^the key is .+; keys are strings/)
      expect(() => toTupleText([key])).toThrow(/^the key is /)
    }
  )

  it("a scalar is no tuple", () => {
    expect(() => toTupleText("a")).toThrow("the key is a value of type string")
  })

  it("belong to the group of their hash", () => {
    fc.assert(
      fc.property(scalar, (key) => {
        expect(groupOfKey(key)).toBe(keyGroupOf(hashKey(key)))
      })
    )
  })

  it.each([
    [Schema.String, "string"],
    [Schema.String.pipe(Schema.brand("Origin")), "string"],
    [Schema.Literals(["a", "b"]), "string"],
    [Schema.NumberFromString, "integer"],
    [Schema.Int, "integer"],
    [Schema.BigInt, "mixed"],
    [Schema.Literals(["a", 1]), "mixed"],
    [Schema.Union([Schema.String, Schema.Int]), "mixed"],
    [Schema.Tuple([Schema.String]), "tuple"],
    [Schema.Union([Schema.Tuple([Schema.String]), Schema.Tuple([Schema.Int])]), "tuple"],
    [Schema.Union([Schema.Tuple([Schema.String]), Schema.String]), null]
  ])("%# tells the kind of a key from its schema", (schema, kind) => {
    expect(keyKindOf(schema)).toBe(kind)
  })

  it("a field's schema is found where every record has it", () => {
    const A = Schema.Struct({ id: Schema.String, a: Schema.optionalKey(Schema.String) })
    const B = Schema.Struct({ id: Schema.Int })
    const describe = (found: ReturnType<typeof fieldSchema>) => (found === null ? null : describeSchema(found).type)
    expect(describe(fieldSchema(A, "id"))).toBe("string")
    expect(describe(fieldSchema(Schema.Union([A, B]), "id"))).toBe("union")
    expect(fieldSchema(A, "a")).toBeNull()
    expect(fieldSchema(Schema.Union([A, B]), "a")).toBeNull()
    expect(fieldSchema(Schema.String, "length")).toBeNull()
    expect(
      describe(
        fieldSchema(
          Schema.suspend(() => A),
          "id"
        )
      )
    ).toBe("string")
  })
})
