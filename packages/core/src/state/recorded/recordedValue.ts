/**
 * Reads stored values as JSON by the description that was recorded with them: the inverse of compileCodec.ts for whoever
 * does not have the schema.
 *
 * What JSON cannot say is a text: `"NaN"`, `"Infinity"`, the digits of a bigint, a date in ISO 8601. A map is a list of pairs.
 * J1 A row that does not fit its description is refused, never shown as something else.
 */
import type { Json } from "../../model/Json.ts"
import { decodeJson, defineField } from "../jsonPlain.ts"
import { decodePrimitive, firstFreeTag } from "../Plain.ts"
import { type DescribedField, type Descriptor, readDescriptor } from "./Descriptor.ts"
import { isoTime } from "./isoTime.ts"

export type ShowValue = (plain: unknown) => Json

/** A stored row is not what its description says. */
export class RecordedMisfit extends Error {
  override readonly name = "RecordedMisfit"
}

/** Fails: what it answers throws {@link RecordedMisfit} (J1). */
export const showRecorded = (descriptor: Json): ShowValue => showerOf(descriptor, [])

interface Described {
  readonly show: ShowValue
}

/** `path` holds what is being described, outermost first. */
const showerOf = (json: Json, path: ReadonlyArray<Described>): ShowValue => {
  const descriptor = readDescriptor(json)
  if (descriptor._tag === "Reference") return showReference(descriptor.up, path)
  const self: { show: ShowValue } = { show: () => null }
  self.show = showDescribed(descriptor, (part) => showerOf(part, [...path, self]))
  return self.show
}

const showDescribed = (descriptor: Descriptor, inner: (part: Json) => ShowValue): ShowValue => {
  switch (descriptor._tag) {
    case "Primitive":
      return showPrimitive(descriptor.type)
    case "Literal":
      return () => descriptor.value
    case "Date":
      return (plain) => isoTime(Number(plain))
    case "Struct":
      return showStruct(descriptor.fields, inner)
    case "Tuple":
      return showTuple(descriptor.elements.map(inner))
    case "Array": {
      const item = inner(descriptor.item)
      return (plain) => rowOf(plain).map(item)
    }
    case "Record": {
      const value = inner(descriptor.value)
      return (plain) => {
        const shown: Record<string, Json> = {}
        for (const [name, stored] of pairsOf(plain)) defineField(shown, String(decodePrimitive(name)), value(stored))
        return shown
      }
    }
    case "Map": {
      const key = inner(descriptor.key)
      const value = inner(descriptor.value)
      return (plain) => pairsOf(plain).map(([k, v]) => [key(k), value(v)])
    }
    case "Union":
      return showUnion(descriptor.members, inner)
    case "Opaque":
      return (plain) => jsonOf(decodeJson(plain))
    default:
      return () => {
        throw new RecordedMisfit(`a value of type "${typeOf(descriptor)}" cannot be read without its schema`)
      }
  }
}

const typeOf = (descriptor: Descriptor): string =>
  descriptor._tag === "Unknown" ? descriptor.type : descriptor._tag.toLowerCase()

const showPrimitive =
  (type: string): ShowValue =>
  (plain) => {
    const value = decodePrimitive(plain)
    // Every union of primitives is stored alike; null and undefined need no check.
    if (value !== null && value !== undefined && typeof value !== type) {
      throw new RecordedMisfit(`a ${type} was expected, a ${typeof value} is stored`)
    }
    return jsonOf(value)
  }

/** Fields stand in the order of their names, which is that of the description. */
const showStruct = (fields: ReadonlyArray<DescribedField>, inner: (part: Json) => ShowValue): ShowValue => {
  const shown = fields.map((field) => ({ ...field, show: inner(field.value) }))
  return (plain) => {
    const row = rowOf(plain)
    if (row.length !== shown.length) throw new RecordedMisfit(`${shown.length} fields were expected`)
    const value: Record<string, Json> = {}
    for (const [position, { isOptional, name, show }] of shown.entries()) {
      const stored = row[position]
      if (!isOptional) defineField(value, name, show(stored))
      else if (rowOf(stored).length > 0) defineField(value, name, show(rowOf(stored)[0]))
    }
    return value
  }
}

const showTuple =
  (elements: ReadonlyArray<ShowValue>): ShowValue =>
  (plain) => {
    const row = rowOf(plain)
    if (row.length !== elements.length) throw new RecordedMisfit(`${elements.length} elements were expected`)
    return elements.map((show, i) => show(row[i]))
  }

/** Primitives are stored as themselves; other members as `[tag + index, row]`, see compileCodec.ts. */
const showUnion = (members: ReadonlyArray<Json>, inner: (part: Json) => ShowValue): ShowValue => {
  const composite = members.filter((member) => !isPrimitive(readDescriptor(member))).map(inner)
  return (plain) => {
    if (!Array.isArray(plain) || plain[0] < firstFreeTag || composite.length === 0)
      return jsonOf(decodePrimitive(plain))
    const at = Number(plain[0]) - firstFreeTag
    const named = composite[at]
    if (named === undefined) throw new RecordedMisfit(`a union has no member ${at}`)
    // Members that refer beyond the union may have been ordered otherwise when the codec was compiled.
    return firstFitting([named, ...composite.filter((show) => show !== named)], plain[1])
  }
}

const isPrimitive = ({ _tag }: Descriptor): boolean => _tag === "Primitive" || _tag === "Literal"

/**
 * A description does not show the suspended schemas on the way, which `up` counts: what is meant lies at most so far up.
 */
const showReference = (up: number, path: ReadonlyArray<Described>): ShowValue => {
  const candidates = path.slice(Math.max(0, path.length - up))
  return (plain) =>
    firstFitting(
      candidates.map(({ show }) => show),
      plain
    )
}

const firstFitting = (candidates: ReadonlyArray<ShowValue>, plain: unknown): Json => {
  let misfit: unknown = new RecordedMisfit("it refers to nothing that was described")
  for (const show of candidates) {
    try {
      return show(plain)
    } catch (error) {
      misfit = error
    }
  }
  throw misfit
}

/** Values of Schema's JSON codecs and primitives, made fit for JSON. */
export const jsonOf = (value: unknown): Json => {
  if (value === null || value === undefined) return null
  if (typeof value === "string" || typeof value === "boolean") return value
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value)
  if (typeof value === "bigint") return String(value)
  if (Array.isArray(value)) return value.map(jsonOf)
  const shown: Record<string, Json> = {}
  for (const [name, field] of Object.entries(value)) defineField(shown, name, jsonOf(field))
  return shown
}

const rowOf = (plain: unknown): ReadonlyArray<unknown> => {
  if (!Array.isArray(plain)) throw new RecordedMisfit(`a row was expected, a ${typeof plain} is stored`)
  return plain
}

const pairsOf = (plain: unknown): ReadonlyArray<readonly [unknown, unknown]> => {
  const row = rowOf(plain)
  return Array.from({ length: row.length / 2 }, (_, i) => [row[2 * i], row[2 * i + 1]] as const)
}
