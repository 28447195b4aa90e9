/**
 * Codecs of values without parts that are known to us: primitives, literals, dates, and what Schema's own codec stores.
 */
import { Schema, type SchemaAST } from "effect"
import { decodeJson, encodeJson } from "./jsonPlain.ts"
import { decodePrimitive, encodeNumber, encodePrimitive, encodeString, isPrimitive, type Plain } from "./Plain.ts"
import type { Shape } from "./schemaShape.ts"

export interface ValueCodec<V> {
  /** Fails: throws {@link ValueMismatch} for a value that does not fit the schema. HOT. */
  readonly encode: (value: V) => Plain
  /** Fails: throws `InvariantViolation` for a row that another schema has written. */
  readonly decode: (plain: unknown) => V
}

export type AnyCodec = ValueCodec<unknown>

/** A value is not what its schema says. */
export class ValueMismatch extends Error {
  override readonly name = "ValueMismatch"
}

export const dateCodec: AnyCodec = {
  encode: (value) => {
    if (!(value instanceof Date)) throw mismatch("a Date", value)
    return value.getTime()
  },
  decode: (plain) => new Date(Number(plain))
}

/** Literals are known from the schema; nothing but a place is stored. */
export const literalCodec = (literal: SchemaAST.LiteralValue): AnyCodec => ({
  encode: (value) => {
    if (value !== literal) throw mismatch(JSON.stringify(String(literal)), value)
    return null
  },
  decode: () => literal
})

export const opaqueCodec = (ast: SchemaAST.AST): AnyCodec => {
  const schema = Schema.toCodecJson(Schema.make<Schema.Codec<unknown, unknown>>(ast))
  const encode = Schema.encodeUnknownSync(schema)
  const decode = Schema.decodeUnknownSync(schema)
  return {
    encode: (value) => {
      try {
        return encodeJson(encode(value))
      } catch (cause) {
        throw cause instanceof Error ? new ValueMismatch(cause.message, { cause }) : cause
      }
    },
    decode: (plain) => decode(decodeJson(plain))
  }
}

const primitive = (type: string, accepts: (value: unknown) => boolean): AnyCodec => ({
  encode: (value) => {
    if (!accepts(value) || !isPrimitive(value)) throw mismatch(type, value)
    return encodePrimitive(value)
  },
  decode: decodePrimitive
})

export const primitiveCodecs: Record<Extract<Shape, { readonly _tag: "Primitive" }>["type"], AnyCodec> = {
  string: {
    encode: (value) => {
      if (typeof value !== "string") throw mismatch("a string", value)
      return encodeString(value)
    },
    decode: decodePrimitive
  },
  number: {
    encode: (value) => {
      if (typeof value !== "number") throw mismatch("a number", value)
      return encodeNumber(value)
    },
    decode: decodePrimitive
  },
  boolean: primitive("a boolean", (value) => typeof value === "boolean"),
  bigint: primitive("a bigint", (value) => typeof value === "bigint"),
  null: primitive("null", (value) => value === null),
  undefined: primitive("undefined", (value) => value === undefined)
}

export const mismatch = (expected: string, found: unknown): ValueMismatch => {
  const text = typeof found === "string" ? JSON.stringify(found.slice(0, 40)) : String(found).slice(0, 40)
  return new ValueMismatch(`expected ${expected}, found ${isPrimitive(found) ? text : typeof found}`)
}
