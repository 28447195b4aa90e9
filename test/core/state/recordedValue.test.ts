import { Option, Schema } from "effect"
import fc from "fast-check"
import { Packr, Unpackr } from "msgpackr"
import { describe, expect, it } from "vitest"
import { compileCodec } from "../../../packages/core/src/state/compileCodec.ts"
import { describeSchema } from "../../../packages/core/src/state/describeSchema.ts"
import { keysMeant, showRecordedKey } from "../../../packages/core/src/state/recorded/recordedKey.ts"
import { RecordedMisfit, showRecorded } from "../../../packages/core/src/state/recorded/recordedValue.ts"

const packr = new Packr({ useRecords: false })
const unpackr = new Unpackr({ useRecords: false })

/** Stored with the schema, shown without it. */
const shown = <V>(schema: Schema.Codec<V, unknown>, value: V): unknown => {
  const stored: unknown = unpackr.unpack(packr.pack(compileCodec(schema).encode(value)))
  return showRecorded(JSON.parse(JSON.stringify(describeSchema(schema))))(stored)
}

/** What JSON shows of a value, by another way: from the value itself. */
const asJson = (value: unknown): unknown => {
  if (value === undefined || value === null) return null
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value)
  if (typeof value === "bigint") return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "NaN" : value.toISOString()
  if (value instanceof Map) return [...value].map(([k, v]) => [asJson(k), asJson(v)])
  if (Array.isArray(value)) return value.map(asJson)
  if (typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asJson(field)]))
}

const isShown = <V>(schema: Schema.Codec<V, unknown>, values: fc.Arbitrary<V>): void =>
  fc.assert(
    fc.property(values, (value) => {
      expect(shown(schema, value)).toEqual(asJson(value))
    }),
    { numRuns: 60 }
  )

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\ud800", "__proto__", "é\u{1f600}"))
const number = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, -Infinity))

interface Node {
  readonly name: string
  readonly left: Node | null
  readonly right: ReadonlyArray<Node> | Date
}
const Node: Schema.Codec<Node> = Schema.Struct({
  name: Schema.String,
  left: Schema.NullOr(Schema.suspend((): Schema.Codec<Node> => Node)),
  right: Schema.Union([Schema.Array(Schema.suspend((): Schema.Codec<Node> => Node)), Schema.Date])
})
const node = fc.letrec<{ readonly node: Node; readonly leaf: Node }>((tie) => ({
  leaf: fc.record({ name: text, left: fc.constant(null), right: fc.date() }, { noNullPrototype: true }),
  node: fc.record(
    {
      name: text,
      left: fc.option(tie("node"), { depthIdentifier: "node", maxDepth: 3 }),
      right: fc.oneof(
        { depthIdentifier: "node", maxDepth: 3 },
        fc.constant([]),
        fc.array(tie("node"), { maxLength: 2 })
      )
    },
    { noNullPrototype: true }
  )
})).node

class Plane extends Schema.Class<Plane>("Plane")({ tail: Schema.String, seats: Schema.Number }) {}

describe("showRecorded", () => {
  it("shows primitives, dates and what JSON has no words for", () => {
    isShown(Schema.String, text)
    isShown(Schema.Number, number)
    isShown(Schema.BigInt, fc.bigInt())
    isShown(Schema.Date, fc.date({ noInvalidDate: false }))
    isShown(Schema.NullishOr(Schema.Boolean), fc.constantFrom(null, undefined, true, false))
  })

  it("shows structs with fields that may be missing, tuples, arrays, records and maps", () => {
    const Inner = Schema.Struct({ b: Schema.Number, a: Schema.optionalKey(Schema.String) })
    const inner = fc.record({ b: number, a: text }, { requiredKeys: ["b"], noNullPrototype: true })
    isShown(Inner, inner)
    isShown(Schema.Tuple([Schema.String, Inner]), fc.tuple(text, inner))
    isShown(Schema.Array(Inner), fc.array(inner))
    isShown(Schema.Record(Schema.String, Inner), fc.dictionary(text, inner, { noNullPrototype: true }))
    isShown(
      Schema.ReadonlyMap(Schema.BigInt, Inner),
      fc.array(fc.tuple(fc.bigInt(), inner)).map((pairs) => new Map(pairs))
    )
  })

  it("shows unions by their member, and recursive schemas", () => {
    const A = Schema.Struct({ kind: Schema.Literal("a"), x: Schema.Number })
    const B = Schema.Struct({ kind: Schema.Literal("b"), y: Schema.Array(Schema.String) })
    const member = fc.oneof(
      fc.record({ kind: fc.constant("a" as const), x: number }, { noNullPrototype: true }),
      fc.record({ kind: fc.constant("b" as const), y: fc.array(text) }, { noNullPrototype: true }),
      fc.constantFrom("neither" as const, null)
    )
    isShown(Schema.Union([B, Schema.Literal("neither"), A, Schema.Null]), member)
    isShown(Node, node)
  })

  it("shows values of Schema's own kinds as its JSON codec does", () => {
    expect(shown(Plane, new Plane({ tail: "D-AIMA", seats: 509 }))).toEqual({ tail: "D-AIMA", seats: 509 })
    expect(shown(Schema.Option(Schema.Number), Option.some(7))).toMatchObject({ _tag: "Some", value: 7 })
  })

  it("J1 refuses rows that do not fit their description", () => {
    const struct = showRecorded(describeSchema(Schema.Struct({ a: Schema.String, b: Schema.Number })))
    expect(() => struct(["x"])).toThrow(RecordedMisfit)
    expect(() => struct("x")).toThrow(RecordedMisfit)
    expect(() => struct([1, "x"])).toThrow("a string was expected, a number is stored")
    expect(() => showRecorded({ type: "hologram" })(1)).toThrow('a value of type "hologram" cannot be read')
  })
})

describe("recorded keys", () => {
  it("are meant by what they show", () => {
    const meant = (schema: Schema.Codec<unknown, unknown>, typed: string) => keysMeant(describeSchema(schema), typed)
    expect(meant(Schema.String, "7")).toEqual(["7"])
    expect(meant(Schema.Int, "7")).toEqual([7])
    expect(meant(Schema.Int, "seven")).toEqual([])
    expect(meant(Schema.Union([Schema.String, Schema.Int, Schema.Boolean]), "7")).toEqual(["7", 7])
    expect(meant(Schema.BigInt, "7")).toEqual([7n])
    expect(meant(Schema.Tuple([Schema.String, Schema.Int]), '["AA", 7]')).toEqual(['["AA",7]'])
    expect(meant(Schema.Tuple([Schema.BigInt]), '["7"]')).toContain('[{"bigint":"7"}]')
    expect(meant(Schema.Tuple([Schema.String]), "AA")).toEqual([])
    const show = showRecordedKey(describeSchema(Schema.Tuple([Schema.String, Schema.BigInt])))
    expect(show('["AA",{"bigint":"7"}]')).toEqual(["AA", "7"])
  })
})
