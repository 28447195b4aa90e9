/** Small wrong changes of what an assignment gives: which there are, by the values that were seen, and how they are made. */
import type { Fields } from "./assignments.ts"
import { isRecord } from "./MachineConfig.ts"

/** What sort of value a field was given; a `long list` has at least two elements. */
export type FieldKind = "number" | "boolean" | "list" | "long list"

/** The fields of a record and of the records in it, as dotted names with the kinds of their values. */
export const kindsOf = (fields: Fields, prefix = ""): ReadonlyArray<readonly [string, FieldKind]> =>
  Object.entries(fields).flatMap(([key, value]): ReadonlyArray<readonly [string, FieldKind]> => {
    const name = `${prefix}${key}`
    if (typeof value === "number") return [[name, "number"]]
    if (typeof value === "boolean") return [[name, "boolean"]]
    if (Array.isArray(value)) return value.length === 0 ? [] : [[name, value.length > 1 ? "long list" : "list"]]
    return isRecord(value) ? kindsOf(value, `${name}.`) : []
  })

export interface FieldChange {
  readonly name: string
  readonly apply: (value: unknown) => unknown
}

const changes: Readonly<Record<FieldKind, ReadonlyArray<FieldChange>>> = {
  number: [
    { name: "one more", apply: (value) => (typeof value === "number" ? value + 1 : value) },
    { name: "one less", apply: (value) => (typeof value === "number" ? value - 1 : value) }
  ],
  boolean: [{ name: "the opposite", apply: (value) => (typeof value === "boolean" ? !value : value) }],
  list: [{ name: "its last forgotten", apply: (value) => (Array.isArray(value) ? value.slice(0, -1) : value) }],
  "long list": [{ name: "its first forgotten", apply: (value) => (Array.isArray(value) ? value.slice(1) : value) }]
}

/** The changes of a field that was given values of these kinds. */
export const changesOf = (kinds: ReadonlySet<FieldKind>): ReadonlyArray<FieldChange> => {
  const isList = kinds.has("list") || kinds.has("long list")
  return [
    ...(kinds.has("number") ? changes.number : []),
    ...(kinds.has("boolean") ? changes.boolean : []),
    ...(isList ? changes.list : []),
    ...(kinds.has("long list") ? changes["long list"] : [])
  ]
}

/** The record with the field of a dotted name changed; as it is where it has no such field. */
export const withField = (fields: Fields, name: string, change: (value: unknown) => unknown): Fields => {
  const [key = "", ...rest] = name.split(".")
  if (!(key in fields)) return fields
  const value = fields[key]
  if (rest.length === 0) return { ...fields, [key]: change(value) }
  return isRecord(value) ? { ...fields, [key]: withField(value, rest.join("."), change) } : fields
}

export const withoutField = (fields: Fields, name: string): Fields => {
  const { [name]: _, ...others } = fields
  return others
}
