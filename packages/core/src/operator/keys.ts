/**
 * Keys as the user writes them and as tables store them.
 *
 * A scalar is stored as it is; a tuple as its JSON text, a bigint in it as `{"bigint":"…"}`, so that equal tuples are
 * equal texts and the tuple can be read back.
 */
import { Schema, SchemaAST } from "effect"
import type { KeyValue } from "../model/keyGroups.ts"

/** What a record may be keyed by. Numbers must be integers. */
export type Key = KeyValue | readonly [KeyValue, ...ReadonlyArray<KeyValue>]

/** The fields of a record that it can be keyed by. */
export type KeyField<A> = A extends object
  ? { [F in keyof A & string]: A[F] extends Key ? F : never }[keyof A & string]
  : never

/** The error of a record whose key cannot be one. */
export const invalidKey = (answer: unknown): Error => new Error(`the key is ${showKey(answer)}; ${keyRule}`)

const keyRule = "keys are strings, booleans, bigints and whole numbers other than -0, or tuples of these"

const showKey = (answer: unknown): string => {
  if (Object.is(answer, -0)) return "-0"
  if (typeof answer === "number") return String(answer)
  return answer === null || answer === undefined ? String(answer) : `a value of type ${typeof answer}`
}

/** Checks a tuple and answers its text. Fails: throws for what is no tuple of scalar keys. */
export const toTupleText = (key: unknown): string => {
  if (!Array.isArray(key)) throw invalidKey(key)
  return JSON.stringify(key.map(tupleElement))
}

/** Checks a scalar key. HOT for kinds that are not inlined. Fails: throws for NaN, -0, fractions and objects. */
export const toKeyValue = (key: unknown): KeyValue => {
  switch (typeof key) {
    case "string":
    case "boolean":
    case "bigint":
      return key
    case "number":
      if (Number.isSafeInteger(key) && !Object.is(key, -0)) return key
      throw invalidKey(key)
    default:
      throw invalidKey(key)
  }
}

const tupleElement = (element: unknown): unknown => {
  const scalar = toKeyValue(element)
  return typeof scalar === "bigint" ? { bigint: scalar.toString() } : scalar
}

/** Inverse of {@link toTupleText}. */
export const tupleOf = (text: KeyValue): ReadonlyArray<unknown> => {
  const elements: unknown = JSON.parse(String(text), (_, value: unknown) => readElement(value))
  return Array.isArray(elements) ? elements : [elements]
}

const readElement = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "bigint" in value ? BigInt(String(value.bigint)) : value

/** The schema of a field of records, or null where the records' schema does not show it. */
export const fieldSchema = (
  record: Schema.Codec<unknown, unknown>,
  field: string
): Schema.Codec<unknown, unknown> | null => {
  const types = fieldTypes(SchemaAST.toType(record.ast), field)
  if (types === null) return null
  const schemas = types.map((type) => Schema.make<Schema.Codec<unknown, unknown>>(type))
  const [first] = schemas
  return schemas.length === 1 && first !== undefined ? first : Schema.Union(schemas)
}

const fieldTypes = (ast: SchemaAST.AST, field: string): ReadonlyArray<SchemaAST.AST> | null => {
  if (SchemaAST.isObjects(ast)) {
    const found = ast.propertySignatures.find((property) => property.name === field)
    return found === undefined || SchemaAST.isOptional(found.type) ? null : [found.type]
  }
  // A class is a declaration over its fields.
  if (SchemaAST.isDeclaration(ast) && ast.typeParameters[0] !== undefined)
    return fieldTypes(ast.typeParameters[0], field)
  if (SchemaAST.isSuspend(ast)) return fieldTypes(ast.thunk(), field)
  if (!SchemaAST.isUnion(ast)) return null
  const members = ast.types.map((type) => fieldTypes(type, field))
  return members.some((member) => member === null) ? null : [...new Set(members.flatMap((member) => member ?? []))]
}
