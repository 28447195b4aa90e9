/**
 * A Schema as storage sees it: the type side only, without checks, brands and annotations. Codecs and descriptors are
 * both folds over this, so that they cannot disagree.
 */
import { SchemaAST } from "effect"

export type Shape =
  | { readonly _tag: "Primitive"; readonly type: "string" | "number" | "boolean" | "bigint" | "null" | "undefined" }
  | { readonly _tag: "Literal"; readonly value: SchemaAST.LiteralValue }
  /** Fields in the order of their declaration. */
  | { readonly _tag: "Struct"; readonly fields: ReadonlyArray<Field> }
  | { readonly _tag: "Tuple"; readonly elements: ReadonlyArray<SchemaAST.AST> }
  | { readonly _tag: "Array"; readonly item: SchemaAST.AST }
  | { readonly _tag: "Record"; readonly value: SchemaAST.AST }
  | { readonly _tag: "Map"; readonly key: SchemaAST.AST; readonly value: SchemaAST.AST }
  | { readonly _tag: "Date" }
  | { readonly _tag: "Union"; readonly members: ReadonlyArray<SchemaAST.AST> }
  | { readonly _tag: "Suspend"; readonly target: () => SchemaAST.AST }
  /** Stored by Schema's own JSON codec. */
  | { readonly _tag: "Opaque"; readonly name: string; readonly parts: ReadonlyArray<Part> }

export interface Field {
  readonly name: string
  readonly isOptional: boolean
  readonly ast: SchemaAST.AST
}

export interface Part {
  readonly name: string
  readonly ast: SchemaAST.AST
}

/** `ast` is of the type side (`SchemaAST.toType`). */
export const shapeOf = (ast: SchemaAST.AST): Shape => {
  switch (ast._tag) {
    case "String":
    case "TemplateLiteral":
      return { _tag: "Primitive", type: "string" }
    case "Number":
      return { _tag: "Primitive", type: "number" }
    case "Boolean":
      return { _tag: "Primitive", type: "boolean" }
    case "BigInt":
      return { _tag: "Primitive", type: "bigint" }
    case "Null":
      return { _tag: "Primitive", type: "null" }
    case "Undefined":
    case "Void":
      return { _tag: "Primitive", type: "undefined" }
    case "Literal":
      return { _tag: "Literal", value: ast.literal }
    case "Enum":
      return { _tag: "Union", members: ast.enums.map(([, value]) => new SchemaAST.Literal(value)) }
    case "Union":
      return { _tag: "Union", members: ast.types }
    case "Suspend":
      return { _tag: "Suspend", target: ast.thunk }
    case "Arrays":
      return shapeOfArrays(ast)
    case "Objects":
      return shapeOfObjects(ast)
    case "Declaration":
      return shapeOfDeclaration(ast)
    default:
      return { _tag: "Opaque", name: ast._tag.toLowerCase(), parts: [] }
  }
}

const shapeOfArrays = (ast: SchemaAST.Arrays): Shape => {
  const [item, ...others] = ast.rest
  if (item === undefined && !ast.elements.some(SchemaAST.isOptional)) return { _tag: "Tuple", elements: ast.elements }
  if (item !== undefined && others.length === 0 && ast.elements.length === 0) return { _tag: "Array", item }
  const elements = ast.elements.map((element, i) => ({ name: `element ${i}${optionalMark(element)}`, ast: element }))
  return {
    _tag: "Opaque",
    name: "tuple",
    parts: [...elements, ...ast.rest.map((rest, i) => ({ name: `rest ${i}`, ast: rest }))]
  }
}

const shapeOfObjects = (ast: SchemaAST.Objects): Shape => {
  const fields = ast.propertySignatures.map(({ name, type }) => ({
    name,
    isOptional: SchemaAST.isOptional(type),
    ast: type
  }))
  const [index, ...others] = ast.indexSignatures
  if (index === undefined && fields.length > 0 && fields.every(isNamed)) return { _tag: "Struct", fields }
  const isTextual = index?.parameter._tag === "String" || index?.parameter._tag === "TemplateLiteral"
  if (index !== undefined && isTextual && others.length === 0 && fields.length === 0) {
    return { _tag: "Record", value: index.type }
  }
  const named = fields.map((field) => ({ name: `${String(field.name)}${optionalMark(field.ast)}`, ast: field.ast }))
  const indexed = ast.indexSignatures.map(({ parameter, type }) => ({ name: `[${parameter._tag}]`, ast: type }))
  return { _tag: "Opaque", name: "object", parts: [...named, ...indexed] }
}

const shapeOfDeclaration = (ast: SchemaAST.Declaration): Shape => {
  const representation = ast.annotations?.representation
  const id = hasId(representation) ? representation.id : undefined
  const [key, value] = ast.typeParameters
  if (id === "effect/schema/Date") return { _tag: "Date" }
  if (id === "effect/schema/ReadonlyMap" && key !== undefined && value !== undefined) return { _tag: "Map", key, value }
  const identifier = ast.annotations?.identifier
  return {
    _tag: "Opaque",
    name: id ?? (typeof identifier === "string" ? identifier : "declaration"),
    parts: ast.typeParameters.map((parameter, i) => ({ name: `parameter ${i}`, ast: parameter }))
  }
}

const isNamed = <A>(field: A & { readonly name: PropertyKey }): field is A & { readonly name: string } =>
  typeof field.name === "string"

const optionalMark = (ast: SchemaAST.AST): string => (SchemaAST.isOptional(ast) ? "?" : "")

const hasId = (value: unknown): value is { readonly id: string } =>
  typeof value === "object" && value !== null && "id" in value && typeof value.id === "string"
