/** How a value of fixed width lies in a row: a tree over columns, or the reason why its width is not fixed. */
import { type Schema, SchemaAST } from "effect"
import { invariant } from "../../model/invariant.ts"
import { type Shape, shapeOf } from "../schemaShape.ts"
import type { FixedColumn } from "./RowBlock.ts"

export type RowTree =
  | { readonly _tag: "Column"; readonly column: FixedColumn }
  /** Known from the schema; takes no room. */
  | { readonly _tag: "Constant"; readonly value: SchemaAST.LiteralValue | null }
  | { readonly _tag: "Struct"; readonly fields: ReadonlyArray<{ readonly name: string; readonly tree: RowTree }> }

export interface NotFixed {
  readonly _tag: "NotFixed"
  /** In plain words: `field "origin" is a string`. */
  readonly reason: string
}

export const rowTreeOf = (schema: Schema.Codec<unknown, unknown>): RowTree | NotFixed =>
  treeOf(SchemaAST.toType(schema.ast), [])

/** The tree of a schema that is known to be of fixed width. */
export const fixedTreeOf = (schema: Schema.Codec<unknown, unknown>): RowTree => {
  const tree = rowTreeOf(schema)
  invariant(tree._tag !== "NotFixed", "a state off-heap has values of fixed width", tree)
  return tree
}

/** All columns of a tree, in the order of their names. */
export const columnsOf = (tree: RowTree): ReadonlyArray<FixedColumn> =>
  [...leavesOf(tree)].sort((a, b) => (a.name < b.name ? -1 : 1))

const leavesOf = (tree: RowTree): ReadonlyArray<FixedColumn> => {
  if (tree._tag === "Column") return [tree.column]
  return tree._tag === "Struct" ? tree.fields.flatMap((field) => leavesOf(field.tree)) : []
}

const treeOf = (ast: SchemaAST.AST, path: ReadonlyArray<string>): RowTree | NotFixed => {
  const shape = shapeOf(ast)
  if (shape._tag === "Literal") return { _tag: "Constant", value: shape.value }
  if (shape._tag === "Struct") return structOf(shape.fields, path)
  if (shape._tag === "Primitive") {
    if (shape.type === "null") return { _tag: "Constant", value: null }
    if (shape.type === "number" || shape.type === "boolean") {
      return { _tag: "Column", column: { name: path.map(escapedColumn).join("/"), kind: shape.type } }
    }
  }
  return notFixed(path, shapeText(shape))
}

const structOf = (
  fields: Extract<Shape, { readonly _tag: "Struct" }>["fields"],
  path: ReadonlyArray<string>
): RowTree | NotFixed => {
  const trees: Array<{ readonly name: string; readonly tree: RowTree }> = []
  for (const { ast, isOptional, name } of fields) {
    const inner = [...path, name]
    if (isOptional) return notFixed(inner, "may be missing")
    if (name === "__proto__") return notFixed(inner, "has a name that no plain object can hold")
    const tree = treeOf(SchemaAST.toType(ast), inner)
    if (tree._tag === "NotFixed") return tree
    trees.push({ name, tree })
  }
  return { _tag: "Struct", fields: trees }
}

const notFixed = (path: ReadonlyArray<string>, what: string): NotFixed => ({
  _tag: "NotFixed",
  reason: `${path.length === 0 ? "the value" : `field "${path.join(".")}"`} ${what}`
})

/** Paths stay distinct whatever the fields are called: a `/` in a name is written `~1`, a `~` as `~0`. */
export const escapedColumn = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1")

const shapeText = (shape: Shape): string => {
  switch (shape._tag) {
    case "Primitive":
      return shape.type === "undefined" ? "is undefined" : `is a ${shape.type}`
    case "Tuple":
      return "is a tuple"
    case "Array":
      return "is an array"
    case "Record":
      return "is a record"
    case "Map":
      return "is a map"
    case "Date":
      return "is a date"
    case "Union":
      return "is a union"
    case "Suspend":
      return "is recursive"
    default:
      return "has a schema of its own kind"
  }
}
