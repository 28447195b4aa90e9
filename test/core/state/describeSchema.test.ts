import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { compareDescriptors, compareStates } from "../../../packages/core/src/state/compareDescriptors.ts"
import { describeSchema } from "../../../packages/core/src/state/describeSchema.ts"
import type { StateRecord } from "../../../packages/core/src/state/describeState.ts"

const makeFlight = () =>
  Schema.Struct({
    origin: Schema.String,
    delay: Schema.Number,
    date: Schema.Date,
    note: Schema.optionalKey(Schema.NullOr(Schema.String)),
    legs: Schema.Array(Schema.Struct({ to: Schema.String, miles: Schema.Int }))
  })

interface List {
  readonly head: number
  readonly tail: List | null
}
const makeList = (): Schema.Codec<List> => {
  const list: Schema.Codec<List> = Schema.Struct({
    head: Schema.Number,
    tail: Schema.NullOr(Schema.suspend((): Schema.Codec<List> => list))
  })
  return list
}

describe("describeSchema", () => {
  it("describes the same schema built twice equally", () => {
    expect(describeSchema(makeFlight())).toEqual(describeSchema(makeFlight()))
    expect(JSON.stringify(describeSchema(makeFlight()))).toBe(JSON.stringify(describeSchema(makeFlight())))
  })

  it("is frozen: manifests hold it", () => {
    expect(describeSchema(makeFlight())).toMatchInlineSnapshot(`
      {
        "fields": [
          {
            "name": "date",
            "value": {
              "type": "date",
            },
          },
          {
            "name": "delay",
            "value": {
              "type": "number",
            },
          },
          {
            "name": "legs",
            "value": {
              "item": {
                "fields": [
                  {
                    "name": "miles",
                    "value": {
                      "type": "number",
                    },
                  },
                  {
                    "name": "to",
                    "value": {
                      "type": "string",
                    },
                  },
                ],
                "type": "struct",
              },
              "type": "array",
            },
          },
          {
            "name": "note",
            "optional": true,
            "value": {
              "members": [
                {
                  "type": "null",
                },
                {
                  "type": "string",
                },
              ],
              "type": "union",
            },
          },
          {
            "name": "origin",
            "value": {
              "type": "string",
            },
          },
        ],
        "type": "struct",
      }
    `)
  })

  it("does not depend on the order of fields and union members", () => {
    const a = Schema.Struct({ x: Schema.Number, y: Schema.Union([Schema.Null, Schema.String]) })
    const b = Schema.Struct({ y: Schema.Union([Schema.String, Schema.Null]), x: Schema.Number })
    expect(JSON.stringify(describeSchema(a))).toBe(JSON.stringify(describeSchema(b)))
  })

  it("does not depend on checks, brands and annotations", () => {
    const plain = describeSchema(Schema.Struct({ id: Schema.Number, name: Schema.String }))
    const refined = Schema.Struct({
      id: Schema.Int.check(Schema.isGreaterThan(0)).pipe(Schema.brand("Id")),
      name: Schema.NonEmptyString.annotate({ title: "Name" })
    })
    expect(describeSchema(refined)).toEqual(plain)
  })

  it("describes the type side of a transformation, for that is what is stored", () => {
    expect(describeSchema(Schema.DateFromString)).toEqual({ type: "date" })
  })

  it("ends for recursive schemas, also for those that are made anew at every turn", () => {
    expect(describeSchema(makeList())).toEqual(describeSchema(makeList()))
    const endless = (): Schema.Codec<unknown> => Schema.Array(Schema.suspend(endless))
    expect(JSON.stringify(describeSchema(endless()))).toContain("recursive")
  })
})

describe("compareDescriptors", () => {
  const differences = (a: Schema.Codec<unknown, unknown>, b: Schema.Codec<unknown, unknown>) =>
    compareDescriptors(describeSchema(a), describeSchema(b), "Value")

  it("finds nothing between equals", () => {
    expect(differences(makeFlight(), makeFlight())).toEqual([])
  })

  it("says which fields were added, removed and changed, to their depth", () => {
    const now = Schema.Struct({
      origin: Schema.String,
      delay: Schema.BigInt,
      carrier: Schema.String,
      note: Schema.NullOr(Schema.String),
      legs: Schema.Array(Schema.Struct({ to: Schema.String, miles: Schema.String }))
    })
    expect(differences(makeFlight(), now)).toEqual([
      'Value: field "date" was removed.',
      'Value: field "carrier" was added.',
      'Value: field "delay" changed from number to bigint.',
      'Value: field "legs[].miles" changed from number to string.',
      'Value: field "note" is no longer optional.'
    ])
  })

  it("names types in words", () => {
    const struct = Schema.Struct({ a: Schema.String })
    expect(differences(Schema.Number, Schema.Array(struct))).toEqual([
      "Value: the type changed from number to array of struct { a }."
    ])
    expect(differences(Schema.Literals(["a", "b"]), Schema.Literals(["a", "c"]))).toEqual([
      'Value: the type changed from "a" | "b" to "a" | "c".'
    ])
    expect(differences(Schema.Tuple([Schema.String]), Schema.Record(Schema.String, Schema.Number))).toEqual([
      "Value: the type changed from [string] to record of number."
    ])
    expect(
      differences(Schema.ReadonlyMap(Schema.String, Schema.Number), Schema.ReadonlyMap(Schema.Number, Schema.Null))
    ).toEqual(['Value: field "[key]" changed from string to number.', 'Value: field "[]" changed from number to null.'])
  })

  it("sees a changed field of a class", () => {
    class A extends Schema.Class<A>("Plane")({ tail: Schema.String }) {}
    class B extends Schema.Class<B>("Plane")({ tail: Schema.Number }) {}
    expect(differences(A, B)).toEqual(['Value: field "parameter 0.tail" changed from string to number.'])
  })
})

describe("compareStates", () => {
  const state = (change: Partial<StateRecord> = {}): StateRecord => ({
    operator: "daily",
    name: "delays",
    kind: "window",
    key: { type: "string" },
    value: { type: "number" },
    codec: 1,
    ...change
  })

  it("accepts what is the same, and new states", () => {
    expect(compareStates([state()], [state({ name: "new" }), state()])).toEqual([])
  })

  it("says what no longer fits, by name", () => {
    expect(compareStates([state()], [state({ name: "other" })])).toEqual([
      'The checkpoint holds state "delays" of operator "daily", which the pipeline no longer has.'
    ])
    expect(compareStates([state()], [state({ kind: "value", key: { type: "number" }, codec: 2 })])).toEqual([
      'The state "delays" of operator "daily" was a window state and is now a value state.',
      'The state "delays" of operator "daily" is stored in row layout 1; this version of Tidemark reads 2.',
      'Key of state "delays" of operator "daily": the type changed from string to number.'
    ])
  })
})
