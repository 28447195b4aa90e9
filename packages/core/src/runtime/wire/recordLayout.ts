/**
 * The columns of a record: the fields of its schema, those of nested structs in their place. What is no struct at all is
 * one column.
 *
 * W1 Both ends derive the layout from the schema alone.
 *
 * On the wire: for every column its presence and its values of fixed width, in order; then the columns whose values have
 * lengths of their own, in order.
 */
import { Schema, SchemaAST } from "effect"
import { compileCodec } from "../../state/compileCodec.ts"
import type { ValueCodec } from "../../state/leafCodecs.ts"
import { type Field, type Shape, shapeOf } from "../../state/schemaShape.ts"

export type Scalar = string | number | boolean | bigint | null

/** How the values of a column are written. */
export type Leaf =
  | { readonly _tag: "Number" }
  | { readonly _tag: "Boolean" }
  | { readonly _tag: "String" }
  | { readonly _tag: "Date" }
  /** One of few known values, by index; of a single one nothing is sent. */
  | { readonly _tag: "Literals"; readonly values: ReadonlyArray<Scalar> }
  /** Everything else, by the codec of snapshots and MessagePack. */
  | { readonly _tag: "Packed"; readonly codec: ValueCodec<unknown> }

export interface Column {
  /** Names of fields from the record inwards; empty where the record itself is the column. */
  readonly path: ReadonlyArray<string>
  readonly leaf: Leaf
  readonly isOptional: boolean
  readonly allowsNull: boolean
  readonly allowsUndefined: boolean
}

export type RecordNode =
  | { readonly _tag: "Column"; readonly column: Column; readonly index: number }
  | {
      readonly _tag: "Struct"
      readonly path: ReadonlyArray<string>
      /** Among the structs of the record. */
      readonly index: number
      readonly fields: ReadonlyArray<NodeField>
    }

export interface NodeField {
  readonly name: string
  readonly node: RecordNode
}

export interface RecordLayout {
  readonly root: RecordNode
  readonly columns: ReadonlyArray<Column>
}

/** What a column holds in the place of a value, if it has such places: written per record, as a byte. */
export const presence = { value: 0, null: 1, undefined: 2, missing: 3 } as const

export const hasPresence = (column: Column): boolean => column.isOptional || column.allowsNull || column.allowsUndefined

/** Whether the values of a column have lengths of their own. */
export const isSized = ({ leaf }: Column): boolean => leaf._tag === "String" || leaf._tag === "Packed"

/** `fields` names the fields of the record that are sent, or null for all. */
export const layoutOf = (
  record: Schema.Codec<unknown, unknown>,
  fields: ReadonlyArray<string> | null
): RecordLayout => {
  const columns: Array<Column> = []
  let structs = 0
  const column = (added: Column): RecordNode => {
    columns.push(added)
    return { _tag: "Column", column: added, index: columns.length - 1 }
  }
  const nodeOf = (ast: SchemaAST.AST, path: ReadonlyArray<string>, isOptional: boolean): RecordNode => {
    const shape = shapeOf(ast)
    if (shape._tag === "Struct" && !isOptional) {
      const sent =
        path.length > 0 || fields === null ? shape.fields : shape.fields.filter((f) => fields.includes(f.name))
      return { _tag: "Struct", path, index: structs++, fields: sent.map((field) => fieldNode(field, path)) }
    }
    return column({ path, isOptional, ...leafOf(ast, shape) })
  }
  const fieldNode = (field: Field, path: ReadonlyArray<string>): NodeField => ({
    name: field.name,
    node: nodeOf(field.ast, [...path, field.name], field.isOptional)
  })
  return { root: nodeOf(SchemaAST.toType(record.ast), [], false), columns }
}

type LeafOf = Pick<Column, "leaf" | "allowsNull" | "allowsUndefined">

const leafOf = (ast: SchemaAST.AST, shape: Shape): LeafOf => {
  const members = shape._tag === "Union" ? membersOf(shape.members) : []
  const allowsNull = members.some((member) => isPrimitive(member.shape, "null"))
  const allowsUndefined = members.some((member) => isPrimitive(member.shape, "undefined"))
  const others = members.filter(({ shape: s }) => !isPrimitive(s, "null") && !isPrimitive(s, "undefined"))
  const [only] = others
  if (only !== undefined && others.length === 1) {
    return { leaf: plainLeaf(only.shape) ?? packed(only.ast), allowsNull, allowsUndefined }
  }
  const values = others.flatMap((member) => (member.shape._tag === "Literal" ? [member.shape.value] : []))
  if (others.length > 0 && values.length === others.length && values.length <= literalsMax) {
    return { leaf: { _tag: "Literals", values }, allowsNull, allowsUndefined }
  }
  return { leaf: plainLeaf(shape) ?? packed(ast), allowsNull: false, allowsUndefined: false }
}

/** The members of a union and of the unions in it. */
const membersOf = (members: ReadonlyArray<SchemaAST.AST>): ReadonlyArray<Member> =>
  members.flatMap((ast) => {
    const shape = shapeOf(ast)
    return shape._tag === "Union" ? membersOf(shape.members) : [{ ast, shape }]
  })

interface Member {
  readonly ast: SchemaAST.AST
  readonly shape: Shape
}

/** An index is a byte. */
const literalsMax = 256

const plainLeaf = (shape: Shape): Leaf | null => {
  if (shape._tag === "Date") return { _tag: "Date" }
  if (shape._tag === "Literal") return { _tag: "Literals", values: [shape.value] }
  if (isPrimitive(shape, "null")) return { _tag: "Literals", values: [null] }
  if (shape._tag !== "Primitive") return null
  if (shape.type === "number") return { _tag: "Number" }
  if (shape.type === "string") return { _tag: "String" }
  return shape.type === "boolean" ? { _tag: "Boolean" } : null
}

const packed = (ast: SchemaAST.AST): Leaf => ({
  _tag: "Packed",
  codec: compileCodec(Schema.make<Schema.Codec<unknown, unknown>>(ast))
})

const isPrimitive = (shape: Shape, type: "null" | "undefined"): boolean =>
  shape._tag === "Primitive" && shape.type === type
