/**
 * Compiles a Schema to a pair of functions between its type and plain rows.
 *
 * Strings, numbers, booleans, null, literals, dates, maps and structs, tuples, arrays, records and unions of these go the
 * fast way, structs by position; everything else (classes, options, declarations) goes through Schema's own JSON codec.
 * C1 `decode(encode(value))` equals `value`, also for -0, NaN, lone surrogates and invalid dates.
 * C2 The layout depends on the description of the schema only, not on the order of fields or union members.
 */
import { Schema, SchemaAST } from "effect"
import { invariant } from "../model/invariant.ts"
import { orderedMembers, sortedByName } from "./describeSchema.ts"
import { defineField } from "./jsonPlain.ts"
import {
  type AnyCodec,
  dateCodec,
  literalCodec,
  mismatch,
  opaqueCodec,
  primitiveCodecs,
  type ValueCodec,
  ValueMismatch
} from "./leafCodecs.ts"
import { decodePrimitive, encodePrimitive, encodeString, firstFreeTag, isPrimitive, type Plain } from "./Plain.ts"
import { type Field, type Shape, shapeOf } from "./schemaShape.ts"

/** Raised when the layout of rows changes; recorded with every state. */
export const codecVersion = 1

export const compileCodec = <V>(schema: Schema.Codec<V, unknown>): ValueCodec<V> => {
  const codec = new Compiler().codecOf(SchemaAST.toType(schema.ast))
  // The seam between the schema's static type and the untyped walk over its syntax tree: rows were encoded from V.
  return { encode: codec.encode, decode: (plain) => codec.decode(plain) as V }
}

class Compiler {
  private readonly known = new Map<SchemaAST.AST, AnyCodec>()

  codecOf(ast: SchemaAST.AST): AnyCodec {
    const known = this.known.get(ast)
    if (known !== undefined) return known
    const codec = this.compile(shapeOf(ast), ast)
    this.known.set(ast, codec)
    return codec
  }

  private compile(shape: Shape, ast: SchemaAST.AST): AnyCodec {
    switch (shape._tag) {
      case "Primitive":
        return primitiveCodecs[shape.type]
      case "Literal":
        return literalCodec(shape.value)
      case "Date":
        return dateCodec
      case "Struct":
        return structCodec(this.slotsOf(shape.fields))
      case "Tuple":
        return tupleCodec(shape.elements.map((element) => this.codecOf(element)))
      case "Array":
        return arrayCodec(this.codecOf(shape.item))
      case "Record":
        return recordCodec(this.codecOf(shape.value))
      case "Map":
        return mapCodec(this.codecOf(shape.key), this.codecOf(shape.value))
      case "Union":
        return this.unionCodec(ast, shape.members)
      case "Suspend":
        return this.suspendedCodec(shape.target)
      case "Opaque":
        return opaqueCodec(ast)
    }
  }

  private slotsOf(fields: ReadonlyArray<Field>): ReadonlyArray<Slot> {
    const positions = new Map(sortedByName(fields).map((field, position) => [field.name, position]))
    return fields.map((field) => ({
      name: field.name,
      isOptional: field.isOptional,
      position: positions.get(field.name) ?? 0,
      codec: this.codecOf(field.ast)
    }))
  }

  private suspendedCodec(target: () => SchemaAST.AST): AnyCodec {
    const resolve = (): AnyCodec => this.codecOf(SchemaAST.toType(target()))
    return { encode: (value) => resolve().encode(value), decode: (plain) => resolve().decode(plain) }
  }

  private unionCodec(ast: SchemaAST.AST, members: ReadonlyArray<SchemaAST.AST>): AnyCodec {
    const primitives = primitiveUnion(members.filter((member) => isPrimitiveShape(shapeOf(member))).map(guardOf))
    const composite = members.filter((member) => !isPrimitiveShape(shapeOf(member)))
    if (composite.length === 0) return primitives
    return compositeUnion(
      orderedMembers(ast, composite).map((member) => ({ accepts: guardOf(member), codec: this.codecOf(member) })),
      primitives
    )
  }
}

interface Slot {
  readonly name: string
  readonly isOptional: boolean
  /** Where the field stands in the row: by name, not by declaration (C2). */
  readonly position: number
  readonly codec: AnyCodec
}

const structCodec = (slots: ReadonlyArray<Slot>): AnyCodec => ({
  encode: (value) => {
    if (!isObject(value)) throw mismatch("a struct", value)
    const row = new Array<Plain>(slots.length)
    for (const slot of slots) row[slot.position] = encodeField(slot, value)
    return row
  },
  decode: (plain) => {
    const row = rowOf(plain)
    const fields: Record<string, unknown> = {}
    for (const slot of slots) {
      const stored = row[slot.position]
      if (!slot.isOptional) defineField(fields, slot.name, slot.codec.decode(stored))
      else if (rowOf(stored).length > 0) defineField(fields, slot.name, slot.codec.decode(rowOf(stored)[0]))
    }
    return fields
  }
})

/** A field that may be missing is wrapped: `[]` or `[value]`. */
const encodeField = (slot: Slot, value: { readonly [name: string]: unknown }): Plain => {
  if (slot.isOptional && !Object.hasOwn(value, slot.name)) return []
  try {
    const field = slot.codec.encode(value[slot.name])
    return slot.isOptional ? [field] : field
  } catch (error) {
    throw error instanceof ValueMismatch ? new ValueMismatch(`field "${slot.name}": ${error.message}`) : error
  }
}

const tupleCodec = (elements: ReadonlyArray<AnyCodec>): AnyCodec => ({
  encode: (value) => {
    if (!Array.isArray(value) || value.length !== elements.length)
      throw mismatch(`a tuple of ${elements.length}`, value)
    return elements.map((element, i) => element.encode(value[i]))
  },
  decode: (plain) => {
    const row = rowOf(plain)
    return elements.map((element, i) => element.decode(row[i]))
  }
})

const arrayCodec = (item: AnyCodec): AnyCodec => ({
  encode: (value) => {
    if (!Array.isArray(value)) throw mismatch("an array", value)
    return value.map(item.encode)
  },
  decode: (plain) => rowOf(plain).map(item.decode)
})

const recordCodec = (item: AnyCodec): AnyCodec => ({
  encode: (value) => {
    if (!isObject(value)) throw mismatch("a record", value)
    const row: Array<Plain> = []
    for (const name of Object.keys(value)) row.push(encodeString(name), item.encode(value[name]))
    return row
  },
  decode: (plain) => {
    const row = rowOf(plain)
    const fields: Record<string, unknown> = {}
    for (let i = 0; i < row.length; i += 2) {
      defineField(fields, String(decodePrimitive(row[i])), item.decode(row[i + 1]))
    }
    return fields
  }
})

const mapCodec = (key: AnyCodec, item: AnyCodec): AnyCodec => ({
  encode: (value) => {
    if (!(value instanceof Map)) throw mismatch("a Map", value)
    const row: Array<Plain> = []
    for (const [k, v] of value) row.push(key.encode(k), item.encode(v))
    return row
  },
  decode: (plain) => {
    const row = rowOf(plain)
    const map = new Map<unknown, unknown>()
    for (let i = 0; i < row.length; i += 2) map.set(key.decode(row[i]), item.decode(row[i + 1]))
    return map
  }
})

const primitiveUnion = (members: ReadonlyArray<(value: unknown) => boolean>): AnyCodec => ({
  encode: (value) => {
    if (!isPrimitive(value) || !members.some((accepts) => accepts(value))) throw mismatch("a member of a union", value)
    return encodePrimitive(value)
  },
  decode: decodePrimitive
})

/** Primitives are stored as themselves; other members as `[tag + index, row]`. */
const compositeUnion = (
  members: ReadonlyArray<{ readonly accepts: (value: unknown) => boolean; readonly codec: AnyCodec }>,
  primitives: AnyCodec
): AnyCodec => ({
  encode: (value) => {
    const at = members.findIndex((member) => member.accepts(value))
    const member = members[at]
    return member === undefined ? primitives.encode(value) : [firstFreeTag + at, member.codec.encode(value)]
  },
  decode: (plain) => {
    if (!Array.isArray(plain) || plain[0] < firstFreeTag) return primitives.decode(plain)
    const member = members[plain[0] - firstFreeTag]
    invariant(member !== undefined, "a stored union names one of its members", { tag: plain[0] })
    return member.codec.decode(plain[1])
  }
})

/** An invalid date is a date here, as it is outside of unions. */
const guardOf = (ast: SchemaAST.AST): ((value: unknown) => boolean) =>
  shapeOf(ast)._tag === "Date"
    ? (value) => value instanceof Date
    : Schema.is(Schema.make<Schema.Codec<unknown, unknown>>(ast))

const isPrimitiveShape = (shape: Shape): boolean => shape._tag === "Primitive" || shape._tag === "Literal"

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null

const rowOf = (plain: unknown): ReadonlyArray<unknown> => {
  invariant(Array.isArray(plain), "a stored row is an array")
  return plain
}
