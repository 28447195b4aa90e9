/**
 * Describes a Schema as JSON, for the header of a snapshot and for the manifest: what is stored, not what is checked.
 *
 * The same schema built twice gives equal texts; the order of struct fields and of union members does not matter.
 */
import { type Schema, SchemaAST } from "effect"
import type { Json } from "../model/Json.ts"
import { type Shape, shapeOf } from "./schemaShape.ts"

/** A description nested deeper than this is cut: only schemas that are made anew at every turn get there. */
const depthMax = 64

export type SchemaDescriptor = { readonly type: string } & { readonly [key: string]: Json }

export const describeSchema = (schema: Schema.Codec<unknown, unknown>): SchemaDescriptor =>
  describeAst(SchemaAST.toType(schema.ast), [])

/** Members of a union in an order that does not depend on their declaration. */
export const orderedMembers = (union: SchemaAST.AST, members: ReadonlyArray<SchemaAST.AST>): Array<SchemaAST.AST> =>
  byText(members, (member) => describeAst(member, [union])).map(([member]) => member)

/** `path` holds what is being described, outermost first; a suspended schema that is on it becomes a reference. */
const describeAst = (ast: SchemaAST.AST, path: ReadonlyArray<SchemaAST.AST>): SchemaDescriptor => {
  if (path.length > depthMax) return { type: "recursive" }
  const inner = [...path, ast]
  return describeShape(shapeOf(ast), (part) => describeAst(part, inner), path)
}

const describeShape = (
  shape: Shape,
  describe: (ast: SchemaAST.AST) => SchemaDescriptor,
  path: ReadonlyArray<SchemaAST.AST>
): SchemaDescriptor => {
  switch (shape._tag) {
    case "Primitive":
      return { type: shape.type }
    case "Date":
      return { type: "date" }
    case "Literal":
      return typeof shape.value === "bigint"
        ? { type: "literal", value: `${shape.value}n`, of: "bigint" }
        : { type: "literal", value: shape.value }
    case "Struct":
      return {
        type: "struct",
        fields: sortedByName(shape.fields).map((field) => ({
          name: field.name,
          ...(field.isOptional ? { optional: true } : {}),
          value: describe(field.ast)
        }))
      }
    case "Tuple":
      return { type: "tuple", elements: shape.elements.map(describe) }
    case "Array":
      return { type: "array", item: describe(shape.item) }
    case "Record":
      return { type: "record", value: describe(shape.value) }
    case "Map":
      return { type: "map", key: describe(shape.key), value: describe(shape.value) }
    case "Union":
      return { type: "union", members: byText(shape.members, describe).map(([, descriptor]) => descriptor) }
    case "Suspend":
      return describeSuspended(SchemaAST.toType(shape.target()), describe, path)
    case "Opaque":
      return {
        type: shape.name,
        parts: sortedByName(shape.parts).map((part) => ({ name: part.name, value: describe(part.ast) }))
      }
  }
}

const describeSuspended = (
  target: SchemaAST.AST,
  describe: (ast: SchemaAST.AST) => SchemaDescriptor,
  path: ReadonlyArray<SchemaAST.AST>
): SchemaDescriptor => {
  const at = path.lastIndexOf(target)
  return at === -1 ? describe(target) : { type: "reference", up: path.length - at }
}

/** Code-unit order, the same on every machine. */
export const sortedByName = <A extends { readonly name: string }>(items: ReadonlyArray<A>): Array<A> =>
  [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

const byText = (
  members: ReadonlyArray<SchemaAST.AST>,
  describe: (ast: SchemaAST.AST) => SchemaDescriptor
): Array<readonly [SchemaAST.AST, SchemaDescriptor]> =>
  members
    .map((member) => ({ member, descriptor: describe(member) }))
    .map(({ member, descriptor }) => ({ name: JSON.stringify(descriptor), member, descriptor }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ member, descriptor }) => [member, descriptor] as const)
