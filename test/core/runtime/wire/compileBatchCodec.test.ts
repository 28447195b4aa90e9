import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Batch } from "../../../../packages/core/src/model/Batch.ts"
import type { KeyValue } from "../../../../packages/core/src/model/keyGroups.ts"
import {
  type BatchCodecOptions,
  compileBatchCodec
} from "../../../../packages/core/src/runtime/wire/compileBatchCodec.ts"
import { RecordMismatch } from "../../../../packages/core/src/runtime/wire/RecordMismatch.ts"
import { WireMemory } from "../../../../packages/core/src/runtime/wire/WireMemory.ts"
import { WireWriter } from "../../../../packages/core/src/runtime/wire/WireWriter.ts"

type AnySchema = Schema.Codec<unknown, unknown>

/** A schema and values of it. */
interface Typed {
  readonly schema: AnySchema
  readonly values: fc.Arbitrary<unknown>
}

const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("", "é", "\ud800", "a\udc00b", "twelve chars", "thirteen char", "__proto__")
)
const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(-0, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53 + 2, 2 ** 31)
)

const leaves: ReadonlyArray<Typed> = [
  { schema: Schema.Number, values: number },
  { schema: Schema.String, values: text },
  { schema: Schema.Boolean, values: fc.boolean() },
  { schema: Schema.Date, values: fc.date() },
  { schema: Schema.BigInt, values: fc.bigInt() },
  { schema: Schema.Literal("only"), values: fc.constant("only") },
  { schema: Schema.Literals(["a", "b", 3]), values: fc.constantFrom("a", "b", 3) },
  { schema: Schema.NullOr(Schema.Literals(["a", "b"])), values: fc.constantFrom("a", "b", null) },
  { schema: Schema.NullOr(Schema.Number), values: fc.option(number) },
  { schema: Schema.NullishOr(Schema.String), values: fc.oneof(text, fc.constantFrom(null, undefined)) },
  { schema: Schema.UndefinedOr(Schema.Boolean), values: fc.constantFrom(true, false, undefined) },
  { schema: Schema.NullOr(Schema.Date), values: fc.option(fc.date()) },
  { schema: Schema.Null, values: fc.constant(null) },
  { schema: Schema.Undefined, values: fc.constant(undefined) },
  { schema: Schema.Array(Schema.Number), values: fc.array(number, { maxLength: 5 }) },
  { schema: Schema.Tuple([Schema.String, Schema.Number]), values: fc.tuple(text, number) },
  { schema: Schema.Union([Schema.String, Schema.Number]), values: fc.oneof(text, number) },
  { schema: Schema.NullOr(Schema.Array(Schema.String)), values: fc.option(fc.array(text, { maxLength: 3 })) },
  {
    schema: Schema.ReadonlyMap(Schema.String, Schema.Number),
    values: fc.array(fc.tuple(text, number), { maxLength: 4 }).map((entries) => new Map(entries))
  },
  { schema: Schema.Unknown, values: fc.jsonValue() }
]

const leaf = fc.constantFrom(...leaves)
const fieldName = fc.constantFrom("a", "b", "c d", "__proto__", "toString", "valueOf", "length", "π")

interface TypedField {
  readonly name: string
  readonly isOptional: boolean
  readonly of: Typed
}

const structOf = (fields: ReadonlyArray<TypedField>): Typed => ({
  schema: Schema.Struct(
    Object.fromEntries(fields.map((f) => [f.name, f.isOptional ? Schema.optionalKey(f.of.schema) : f.of.schema]))
  ),
  values: fc.record(Object.fromEntries(fields.map((f) => [f.name, f.of.values])), {
    requiredKeys: fields.filter((f) => !f.isOptional).map((f) => f.name),
    noNullPrototype: true
  })
})

const structs = (of: fc.Arbitrary<Typed>): fc.Arbitrary<Typed> =>
  fc
    .uniqueArray(fc.record({ name: fieldName, isOptional: fc.boolean(), of }), {
      selector: (field) => field.name,
      minLength: 1,
      maxLength: 5
    })
    .map(structOf)

const record = fc.oneof(leaf, structs(leaf), structs(fc.oneof(leaf, structs(leaf), structs(structs(leaf)))))

interface Columns {
  readonly values: ReadonlyArray<unknown>
  readonly timestamps?: ReadonlyArray<number>
  readonly keys?: ReadonlyArray<KeyValue>
  readonly groups?: ReadonlyArray<number>
}

const batchOf = (columns: Columns): Batch => {
  const batch = new Batch()
  batch.values.push(...columns.values)
  batch.timestamps.push(...(columns.timestamps ?? []))
  batch.keys.push(...(columns.keys ?? []))
  batch.groups.push(...(columns.groups ?? []))
  return batch
}

/** Through memory that is shared, at an offset, into a batch that was used before. */
const throughMemory = (batch: Batch, encoder: BatchCodecOptions, decoder: BatchCodecOptions, into: Batch): Batch => {
  const out = new WireWriter()
  out.reserve(24)
  compileBatchCodec(encoder).encode(batch, out)
  const shared = new SharedArrayBuffer(out.length)
  new Uint8Array(shared).set(out.memory.u8.subarray(0, out.length))
  compileBatchCodec(decoder).decode(new WireMemory(shared, 0, out.length), 24, into)
  // Nothing of the memory may be kept.
  new Uint8Array(shared).fill(0xee)
  return into
}

const twins = [
  [true, true],
  [false, false],
  [true, false],
  [false, true]
] as const

const used = (): Batch =>
  batchOf({ values: [1, "x", {}, 4], timestamps: [1, 2, 3, 4], keys: ["k", 1, true, 4n], groups: [1, 2, 3, 4] })

const survives = (batch: Batch, options: BatchCodecOptions, expected: Batch = batch): void => {
  for (const [encodes, decodes] of twins) {
    for (const into of [new Batch(), used()]) {
      const decoded = throughMemory(
        batch,
        { ...options, isGenerated: encodes },
        { ...options, isGenerated: decodes },
        into
      )
      expect(decoded).toStrictEqual(expected)
    }
  }
}

const plain = (schema: AnySchema): BatchCodecOptions => ({ record: schema, key: null, fields: null })

describe("compileBatchCodec", () => {
  it("W2 records of any schema survive, written and read by either twin", () =>
    fc.assert(
      fc.property(
        record.chain(({ schema, values }) => fc.tuple(fc.constant(schema), fc.array(values, { maxLength: 8 }))),
        ([schema, values]) => survives(batchOf({ values }), plain(schema))
      ),
      { numRuns: 300 }
    ))

  it("W2 timestamps and key groups survive: none, equal ones, different ones", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(number, fc.oneof(number, fc.constant(-Infinity)), fc.nat(127))), (rows) => {
        const values = rows.map(([value]) => value)
        const groups = rows.map(([, , group]) => group)
        survives(batchOf({ values }), plain(Schema.Number))
        survives(batchOf({ values, groups, timestamps: rows.map(([, t]) => t) }), plain(Schema.Number))
        survives(batchOf({ values, groups, timestamps: rows.map(() => -Infinity) }), plain(Schema.Number))
      })
    ))

  it("W2 keys of every kind survive", () => {
    const check = <K extends KeyValue>(kind: "integer" | "string" | "mixed" | "tuple", keys: fc.Arbitrary<K>): void =>
      fc.assert(
        fc.property(fc.array(fc.tuple(number, keys)), (rows) => {
          const batch = batchOf({ values: rows.map(([value]) => value), keys: rows.map(([, key]) => key) })
          survives(batch, { record: Schema.Number, key: { kind, field: null }, fields: null })
        })
      )
    check("integer", fc.maxSafeInteger())
    check("string", text)
    check("tuple", text)
    check("mixed", fc.oneof(text, fc.integer(), fc.boolean(), fc.bigInt()))
  })

  it("takes a key that is a field from the record, and sends a tuple's text", () => {
    const Row = Schema.Struct({ id: Schema.String, pair: Schema.Tuple([Schema.String, Schema.Number]) })
    const values = [
      { id: "a", pair: ["x", 1] },
      { id: "b", pair: ["y", 2] }
    ]
    const byField = batchOf({ values, keys: ["a", "b"] })
    survives(byField, { record: Row, key: { kind: "string", field: "id" }, fields: null })
    survives(batchOf({ values, keys: ['["x",1]', '["y",2]'] }), {
      record: Row,
      key: { kind: "tuple", field: "pair" },
      fields: null
    })
    const sizeOf = (field: string | null): number => {
      const out = new WireWriter()
      compileBatchCodec({ record: Row, key: { kind: "string", field }, fields: null }).encode(byField, out)
      return out.length
    }
    expect(sizeOf("id")).toBeLessThan(sizeOf(null))
  })

  it("sends only the fields that are asked for, and still the key", () => {
    const Row = Schema.Struct({ id: Schema.String, a: Schema.Number, b: Schema.String })
    const batch = batchOf({ values: [{ id: "x", a: 1, b: "y" }], keys: ["x"] })
    const expected = batchOf({ values: [{ a: 1 }], keys: ["x"] })
    survives(batch, { record: Row, key: { kind: "string", field: "id" }, fields: ["a"] }, expected)
    const bare = batchOf({ values: [{}], keys: ["x"] })
    survives(batch, { record: Row, key: { kind: "string", field: "id" }, fields: [] }, bare)
  })

  it("leaves out what the schema does not declare", () => {
    const batch = batchOf({ values: [{ a: 1, extra: true }] })
    survives(batch, plain(Schema.Struct({ a: Schema.Number })), batchOf({ values: [{ a: 1 }] }))
  })

  it("classes come back as what they were", () => {
    class Plane extends Schema.Class<Plane>("Plane")({ tail: Schema.String }) {}
    survives(batchOf({ values: [new Plane({ tail: "N1" })], keys: ["N1"] }), {
      record: Plane,
      key: { kind: "string", field: "tail" },
      fields: null
    })
  })

  it("a string larger than the writer's memory survives", () => {
    for (const unit of ["x", "ж"]) {
      survives(batchOf({ values: ["", unit.repeat(3_000_000), "z"] }), plain(Schema.String))
    }
  })

  it("names the record and the field of a value that does not fit", () => {
    const Row = Schema.Struct({
      a: Schema.Struct({ n: Schema.Number, s: Schema.NullOr(Schema.String) }),
      list: Schema.Array(Schema.Number)
    })
    const fits = { a: { n: 1, s: null }, list: [1] }
    const cases = [
      [{ ...fits, a: { n: "7", s: null } }, 'field "a": field "n": expected a number, found "7"'],
      [{ ...fits, a: { n: 7 } }, 'field "a": field "s": expected a string or null, found undefined'],
      [{ ...fits, a: 7 }, 'field "a": expected a struct, found 7'],
      [{ ...fits, list: ["7"] }, 'field "list": expected a number, found "7"'],
      [null, "expected a struct, found null"]
    ] as const
    for (const isGenerated of [true, false]) {
      const codec = compileBatchCodec({ ...plain(Row), isGenerated })
      for (const [record, message] of cases) {
        const encode = (): void => codec.encode(batchOf({ values: [fits, record] }), new WireWriter())
        expect(encode).toThrow(RecordMismatch)
        expect(encode).toThrow(expect.objectContaining({ message, index: 1, record }))
      }
    }
  })
})
