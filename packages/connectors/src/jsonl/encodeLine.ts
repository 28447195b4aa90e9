/**
 * One record to one line of JSON. HOT per record: a flat struct of strings, numbers and booleans is written without the
 * schema's interpreter, in the schema's field order, without excess fields.
 */
import { Result, Schema } from "effect"
import { type FlatField, flatFields } from "../internal/flatFields.ts"
import { jsonCodec } from "../internal/jsonCodec.ts"

/** The line without its line break, or why the value has none. */
export type EncodeLine<A> = (value: A) => Result.Result<string, string>

/** Compiles the encoder of a schema. Numbers must be finite, as JSON has no others. */
export const compileEncodeLine = <A>(schema: Schema.Codec<A, unknown>): EncodeLine<A> => {
  const fields = flatFields(schema)
  return fields === null ? interpreted(schema) : flat(fields)
}

/** The twin of {@link flat}, for any schema. */
export const interpreted = <A>(schema: Schema.Codec<A, unknown>): EncodeLine<A> => {
  const encode = Schema.encodeUnknownResult(jsonCodec(schema))
  return (value) => {
    const encoded = encode(value)
    if (Result.isFailure(encoded)) return Result.fail(encoded.failure.message.replace(/\s*\n\s*/g, " "))
    const path = pathOfNonFinite(encoded.success)
    if (path !== null) return Result.fail(`Expected a finite number at ${path}`)
    return Result.succeed(JSON.stringify(encoded.success))
  }
}

const pathOfNonFinite = (value: unknown, path = ""): string | null => {
  if (typeof value === "number") return Number.isFinite(value) ? null : path || "the top"
  if (typeof value !== "object" || value === null) return null
  for (const [key, child] of Object.entries(value)) {
    const found = pathOfNonFinite(child, `${path}[${JSON.stringify(key)}]`)
    if (found !== null) return found
  }
  return null
}

const flat = <A>(fields: ReadonlyArray<FlatField>): EncodeLine<A> => {
  const prefixes = fields.map(({ name }, index) => `${index === 0 ? "{" : ","}${JSON.stringify(name)}:`)
  return (value) => {
    if (!isRecord(value)) return Result.fail("Expected an object")
    let line = fields.length === 0 ? "{" : ""
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]
      if (field === undefined) break
      const text = jsonOf(field, value[field.name])
      if (text === null) return Result.fail(`Expected ${expected[field.kind]} at ["${field.name}"]`)
      line += prefixes[i] + text
    }
    return Result.succeed(`${line}}`)
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const expected = { string: "string", number: "a finite number", boolean: "boolean" } as const

const jsonOf = ({ kind }: FlatField, value: unknown): string | null => {
  if (typeof value !== kind) return null
  if (typeof value === "string") return JSON.stringify(value)
  if (typeof value === "number") return Number.isFinite(value) ? `${value}` : null
  return value === true ? "true" : "false"
}
