import { type Schema, SchemaAST } from "effect"

export interface FlatField {
  readonly name: string
  readonly kind: "string" | "number" | "boolean"
}

/**
 * The fields of a schema that is a flat struct of required strings, numbers and booleans without checks or
 * transformations, or null for any other schema. Such records can be encoded without the schema's interpreter.
 */
export const flatFields = (schema: Schema.Top): ReadonlyArray<FlatField> | null => {
  const { ast } = schema
  if (!SchemaAST.isObjects(ast) || ast.indexSignatures.length > 0 || !isBare(ast)) return null
  const fields: Array<FlatField> = []
  for (const { name, type } of ast.propertySignatures) {
    const kind = flatKind(type)
    if (typeof name !== "string" || kind === null) return null
    fields.push({ name, kind })
  }
  return fields
}

/** A property that the schema's interpreter would pass on unchanged. */
const isBare = (ast: SchemaAST.AST): boolean =>
  ast.encoding === undefined && ast.checks === undefined && ast.context?.isOptional !== true

const flatKind = (ast: SchemaAST.AST): FlatField["kind"] | null => {
  if (!isBare(ast)) return null
  if (SchemaAST.isString(ast)) return "string"
  if (SchemaAST.isNumber(ast)) return "number"
  return SchemaAST.isBoolean(ast) ? "boolean" : null
}

/** Knows a value that the schema of these fields would pass on as it is: all fields, no others. HOT. */
export const flatGuard =
  <A>(fields: ReadonlyArray<FlatField>) =>
  (value: unknown): value is A => {
    if (!isObject(value) || Object.keys(value).length !== fields.length) return false
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]
      if (field !== undefined && typeof value[field.name] !== field.kind) return false
    }
    return true
  }

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
