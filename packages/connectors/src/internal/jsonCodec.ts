import { Schema, SchemaAST } from "effect"

/**
 * The codec between a schema's values and JSON: the schema itself where its encoded side is plain JSON, else its JSON
 * form (dates as ISO text, bigints as digits). Sources and sinks share it, so that what one writes the other reads.
 */
export const jsonCodec = <A>(schema: Schema.Codec<A, unknown>): Schema.Codec<A, unknown> =>
  isPlainJson(SchemaAST.toEncoded(schema.ast)) ? schema : Schema.toCodecJson(schema)

const isPlainJson = (ast: SchemaAST.AST): boolean => {
  if (SchemaAST.isObjects(ast)) {
    return (
      ast.propertySignatures.every(({ type }) => isPlainJson(type)) &&
      ast.indexSignatures.every(({ type }) => isPlainJson(type))
    )
  }
  if (SchemaAST.isArrays(ast)) return ast.elements.every(isPlainJson) && ast.rest.every(isPlainJson)
  if (SchemaAST.isUnion(ast)) return ast.types.every(isPlainJson)
  if (SchemaAST.isLiteral(ast)) return typeof ast.literal !== "bigint"
  return SchemaAST.isString(ast) || SchemaAST.isNumber(ast) || SchemaAST.isBoolean(ast) || SchemaAST.isNull(ast)
}
