/** The description of a schema as a checkpoint has recorded it (see describeSchema.ts), read back without the schema. */
import type { Json } from "../../model/Json.ts"

export type Descriptor =
  | { readonly _tag: "Primitive"; readonly type: string }
  | { readonly _tag: "Literal"; readonly value: Json; readonly text: string }
  | { readonly _tag: "Date" }
  | { readonly _tag: "Struct"; readonly fields: ReadonlyArray<DescribedField> }
  | { readonly _tag: "Tuple"; readonly elements: ReadonlyArray<Json> }
  | { readonly _tag: "Array"; readonly item: Json }
  | { readonly _tag: "Record"; readonly value: Json }
  | { readonly _tag: "Map"; readonly key: Json; readonly value: Json }
  | { readonly _tag: "Union"; readonly members: ReadonlyArray<Json> }
  /** To what was being described so many steps before; steps through suspended schemas count. */
  | { readonly _tag: "Reference"; readonly up: number }
  /** Stored by Schema's own JSON codec. */
  | { readonly _tag: "Opaque"; readonly name: string }
  /** Of a later version of Tidemark, or cut because it went too deep. */
  | { readonly _tag: "Unknown"; readonly type: string }

export interface DescribedField {
  readonly name: string
  readonly isOptional: boolean
  readonly value: Json
}

const primitives: ReadonlySet<string> = new Set(["string", "number", "boolean", "bigint", "null", "undefined"])

export const readDescriptor = (json: Json): Descriptor => {
  const described = fieldsOf(json)
  const type = typeof described.type === "string" ? described.type : "unknown"
  if (described.parts !== undefined) return { _tag: "Opaque", name: type }
  if (primitives.has(type)) return { _tag: "Primitive", type }
  switch (type) {
    case "date":
      return { _tag: "Date" }
    case "literal":
      return { _tag: "Literal", value: literalOf(described), text: String(described.value) }
    case "struct":
      return { _tag: "Struct", fields: listOf(described.fields).map(fieldOf) }
    case "tuple":
      return { _tag: "Tuple", elements: listOf(described.elements) }
    case "array":
      return { _tag: "Array", item: described.item ?? null }
    case "record":
      return { _tag: "Record", value: described.value ?? null }
    case "map":
      return { _tag: "Map", key: described.key ?? null, value: described.value ?? null }
    case "union":
      return { _tag: "Union", members: listOf(described.members) }
    case "reference":
      return { _tag: "Reference", up: Number(described.up) }
    default:
      return { _tag: "Unknown", type }
  }
}

/** Digits for a bigint: JSON has none. */
const literalOf = ({ of, value }: { readonly [name: string]: Json }): Json =>
  of === "bigint" && typeof value === "string" ? value.slice(0, -1) : (value ?? null)

const fieldOf = (json: Json): DescribedField => {
  const { name, optional, value } = fieldsOf(json)
  return { name: String(name), isOptional: optional === true, value: value ?? null }
}

const fieldsOf = (json: Json | undefined): { readonly [name: string]: Json } =>
  typeof json === "object" && json !== null && !isList(json) ? json : {}

const listOf = (json: Json | undefined): ReadonlyArray<Json> => (isList(json) ? json : [])

const isList = (json: Json | undefined): json is ReadonlyArray<Json> => Array.isArray(json)
