/** What a key's schema says of the values that tables see. */
import { type Schema, SchemaAST } from "effect"

/** `mixed` where every record must be asked. */
export type KeyKind = "string" | "integer" | "mixed" | "tuple"

/** Null for a schema that mixes tuples with other keys: a stored text would not tell which of them it was. */
export const keyKindOf = (schema: Schema.Codec<unknown, unknown>): KeyKind | null =>
  kindOf(SchemaAST.toType(schema.ast))

const kindOf = (ast: SchemaAST.AST): KeyKind | null => {
  if (SchemaAST.isString(ast) || SchemaAST.isTemplateLiteral(ast)) return "string"
  if (SchemaAST.isNumber(ast)) return "integer"
  if (SchemaAST.isLiteral(ast)) return typeof ast.literal === "string" ? "string" : "mixed"
  if (SchemaAST.isArrays(ast)) return "tuple"
  if (SchemaAST.isUnion(ast)) {
    const kinds = new Set(ast.types.map(kindOf))
    const [only] = kinds
    if (kinds.size === 1 && only !== undefined) return only
    return kinds.has("tuple") || kinds.has(null) ? null : "mixed"
  }
  return "mixed"
}
