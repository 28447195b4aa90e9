import { Option, Schema } from "effect"
import fc from "fast-check"
import { Packr, Unpackr } from "msgpackr"
import { describe, expect, it } from "vitest"
import { compileCodec } from "../../../packages/core/src/state/compileCodec.ts"

const packr = new Packr({ useRecords: false })
const unpackr = new Unpackr({ useRecords: false })

/** Through the codec and MessagePack and back, as a snapshot does. */
const throughStorage = <V>(schema: Schema.Codec<V, unknown>, value: V): V => {
  const codec = compileCodec(schema)
  return codec.decode(unpackr.unpack(packr.pack(codec.encode(value))))
}

const survives = <V>(schema: Schema.Codec<V, unknown>, values: fc.Arbitrary<V>): void =>
  fc.assert(
    fc.property(values, (value) => {
      expect(throughStorage(schema, value)).toStrictEqual(value)
    })
  )

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\ud800", "a\udc00b", "é\u{1f600}", "__proto__"))
const number = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(-0, Number.NaN, -Infinity, 2 ** 53 - 1))

class Plane extends Schema.Class<Plane>("Plane")({ tail: Schema.String, built: Schema.Date }) {}

interface Tree {
  readonly value: number
  readonly children: ReadonlyArray<Tree>
}
const Tree: Schema.Codec<Tree> = Schema.Struct({
  value: Schema.Number,
  children: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
})
const tree = fc.letrec<{ readonly tree: Tree; readonly children: ReadonlyArray<Tree> }>((tie) => ({
  children: fc.oneof(
    { maxDepth: 4, depthIdentifier: "tree" },
    fc.constant([]),
    fc.array(tie("tree"), { maxLength: 3 })
  ),
  tree: fc.record({ value: number, children: tie("children") }, { noNullPrototype: true })
})).tree

describe("compileCodec", () => {
  it("C1 strings survive, lone surrogates and control characters too", () => survives(Schema.String, text))

  it("C1 numbers survive, -0 and those that are not finite too", () => survives(Schema.Number, number))

  it("C1 bigints, booleans, null and undefined survive", () => {
    survives(Schema.BigInt, fc.bigInt())
    survives(Schema.Boolean, fc.boolean())
    survives(Schema.NullishOr(Schema.String), fc.option(text, { nil: undefined }))
  })

  it("C1 structs survive with missing and undefined fields", () => {
    const schema = Schema.Struct({
      name: Schema.String,
      note: Schema.optionalKey(Schema.String),
      count: Schema.optional(Schema.Number),
      toString: Schema.optionalKey(Schema.Number),
      ["__proto__"]: Schema.Number
    })
    const fields = fc.record(
      { name: text, note: text, count: fc.option(number, { nil: undefined }), toString: number, ["__proto__"]: number },
      { requiredKeys: ["name", "__proto__"], noNullPrototype: true }
    )
    survives(schema, fields)
  })

  it("C1 arrays, tuples, records and maps of structs survive", () => {
    const Point = Schema.Struct({ x: Schema.Number, y: Schema.Number })
    const point = fc.record({ x: number, y: number }, { noNullPrototype: true })
    survives(Schema.Array(Point), fc.array(point))
    survives(Schema.Tuple([Schema.String, Point]), fc.tuple(text, point))
    survives(Schema.Record(Schema.String, Point), fc.dictionary(text, point, { noNullPrototype: true }))
    survives(
      Schema.ReadonlyMap(Schema.String, Point),
      fc.array(fc.tuple(text, point)).map((entries) => new Map(entries))
    )
  })

  it("C1 dates survive, invalid ones too, and so does the type side of a transformation", () => {
    survives(Schema.Date, fc.date())
    survives(Schema.NullOr(Schema.Date), fc.constantFrom(null, new Date(Number.NaN), new Date(0)))
    survives(Schema.DateFromString, fc.date({ noInvalidDate: true }))
    survives(Schema.NumberFromString, number)
  })

  it("C1 recursive values survive", () => survives(Tree, tree))

  it("C1 unions of primitives, literals and structs survive", () => {
    const Shape = Schema.Union([
      Schema.Struct({ _tag: Schema.Literal("circle"), r: Schema.Number }),
      Schema.Struct({ _tag: Schema.Literal("square"), side: Schema.Number }),
      Schema.Array(Schema.Number),
      Schema.Null,
      Schema.Number
    ])
    const shape = fc.oneof(
      fc.record({ _tag: fc.constant("circle" as const), r: number }, { noNullPrototype: true }),
      fc.record({ _tag: fc.constant("square" as const), side: number }, { noNullPrototype: true }),
      fc.array(number),
      fc.constant(null),
      number
    )
    survives(Shape, shape)
    survives(Schema.Literals(["a", "b", 1]), fc.constantFrom("a" as const, "b" as const, 1 as const))
  })

  it("C1 classes, options and sets go through Schema's JSON codec and come back as what they were", () => {
    const plane = throughStorage(Plane, new Plane({ tail: "N1", built: new Date(5) }))
    expect(plane).toBeInstanceOf(Plane)
    expect(plane).toEqual(new Plane({ tail: "N1", built: new Date(5) }))
    expect(throughStorage(Schema.Option(Schema.Number), Option.some(-0))).toEqual(Option.some(-0))
    expect(throughStorage(Schema.ReadonlySet(Schema.String), new Set(["\ud800"]))).toEqual(new Set(["\ud800"]))
    const mixed = Schema.Struct({ count: Schema.Number, plane: Schema.Option(Plane) })
    const value = { count: 1, plane: Option.some(new Plane({ tail: "N2", built: new Date(6) })) }
    expect(throughStorage(mixed, value)).toEqual(value)
  })

  it("any JSON survives in a field of unknown type", () => survives(Schema.Unknown, fc.jsonValue()))

  it("writes structs by position, without the names of fields", () => {
    const codec = compileCodec(Schema.Struct({ sum: Schema.Number, count: Schema.Int }))
    expect(codec.encode({ sum: 2.5, count: 3 })).toEqual([3, 2.5])
  })

  it("C2 the order of fields and of union members does not matter", () => {
    const A = Schema.Struct({ kind: Schema.Literal("a"), x: Schema.Number })
    const B = Schema.Struct({ kind: Schema.Literal("b"), y: Schema.String })
    const one = compileCodec(Schema.Struct({ n: Schema.Number, u: Schema.Union([A, B]) }))
    const other = compileCodec(Schema.Struct({ u: Schema.Union([B, A]), n: Schema.Number }))
    const value = { n: 1, u: { kind: "b" as const, y: "z" } }
    expect(other.decode(one.encode(value))).toEqual(value)
  })

  it("names the field of a value that does not fit", () => {
    const codec = compileCodec<unknown>(Schema.Struct({ a: Schema.Struct({ b: Schema.Number }) }))
    expect(() => codec.encode({ a: { b: "seven" } })).toThrow('field "a": field "b": expected a number, found "seven"')
    expect(() => codec.encode({ a: {} })).toThrow("expected a number, found undefined")
    expect(() => compileCodec<unknown>(Schema.Literals(["a", "b"])).encode("c")).toThrow("expected a member of a union")
    expect(() => compileCodec<unknown>(Plane).encode({ tail: 1 })).toThrow()
  })
})
