/** A schema descriptor on one short line: `{ origin: string, delay: number }`. */
import type { Json } from "../model/Json.ts"
import type { SchemaDescriptor } from "../state/describeSchema.ts"

export const schemaText = (descriptor: Json): string => {
  if (!isDescriptor(descriptor)) return JSON.stringify(descriptor)
  switch (descriptor.type) {
    case "literal":
      return JSON.stringify(descriptor.value)
    case "struct":
      return `{ ${listOf(descriptor.fields).map(fieldText).join(", ")} }`
    case "tuple":
      return `[${listOf(descriptor.elements).map(schemaText).join(", ")}]`
    case "array":
      return `Array<${part(descriptor, "item")}>`
    case "record":
      return `Record<string, ${part(descriptor, "value")}>`
    case "map":
      return `Map<${part(descriptor, "key")}, ${part(descriptor, "value")}>`
    case "union":
      return listOf(descriptor.members).map(schemaText).join(" | ")
    default:
      return descriptor.type
  }
}

const fieldText = (field: Json): string => {
  if (!isRecord(field)) return JSON.stringify(field)
  return `${String(field.name)}${field.optional === true ? "?" : ""}: ${part(field, "value")}`
}

const part = (descriptor: { readonly [key: string]: Json }, name: string): string => {
  const inner = descriptor[name]
  return inner === undefined ? "?" : schemaText(inner)
}

const listOf = (value: Json | undefined): ReadonlyArray<Json> => (isList(value) ? value : [])

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value)

const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isDescriptor = (value: Json): value is SchemaDescriptor => isRecord(value) && typeof value.type === "string"
