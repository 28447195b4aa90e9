/** Stored keys as JSON, and what a user types as a stored key, by the recorded description of the keys. */
import type { Json } from "../../model/Json.ts"
import type { KeyValue } from "../../model/keyGroups.ts"
import { readDescriptor } from "./Descriptor.ts"
import { jsonOf } from "./recordedValue.ts"

/** A tuple is stored as its JSON text, see operator/keys.ts. */
export const showRecordedKey = (descriptor: Json): ((key: KeyValue) => Json) =>
  isTuple(descriptor) ? (key) => showTuple(String(key)) : jsonOf

const showTuple = (text: string): Json => {
  const elements: unknown = JSON.parse(text)
  return Array.isArray(elements) ? elements.map(showElement) : jsonOf(elements)
}

const showElement = (element: unknown): Json =>
  typeof element === "object" && element !== null && "bigint" in element ? String(element.bigint) : jsonOf(element)

/**
 * The stored keys that a text can mean: the text itself, or what it says as a number, boolean, bigint or JSON tuple, as
 * far as the keys of the state are such.
 */
export const keysMeant = (descriptor: Json, text: string): ReadonlyArray<KeyValue> => {
  if (isTuple(descriptor)) return tuplesMeant(text)
  const kinds = new Set(kindsOf(descriptor))
  const meant: Array<KeyValue> = []
  if (kinds.has("string")) meant.push(text)
  if (kinds.has("number") && /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) meant.push(Number(text))
  if (kinds.has("bigint") && /^-?\d+n?$/.test(text)) meant.push(BigInt(text.replace(/n$/, "")))
  if (kinds.has("boolean") && (text === "true" || text === "false")) meant.push(text === "true")
  return meant
}

/** A bigint within a tuple is shown as its digits, which could be a text as well: both are meant. */
const tuplesMeant = (text: string): ReadonlyArray<KeyValue> => {
  try {
    const elements: unknown = JSON.parse(text)
    if (!Array.isArray(elements)) return []
    const withBigints = elements.map((element) =>
      typeof element === "string" && /^-?\d+$/.test(element) ? { bigint: element } : element
    )
    return [...new Set([JSON.stringify(elements), JSON.stringify(withBigints)])]
  } catch {
    return []
  }
}

/** As keyKind.ts decides it from the schema. */
const isTuple = (descriptor: Json): boolean => {
  const described = readDescriptor(descriptor)
  if (described._tag === "Union") return described.members.length > 0 && described.members.every(isTuple)
  return (
    described._tag === "Tuple" ||
    described._tag === "Array" ||
    (described._tag === "Opaque" && described.name === "tuple")
  )
}

const kindsOf = (descriptor: Json): ReadonlyArray<string> => {
  const described = readDescriptor(descriptor)
  if (described._tag === "Primitive") return [described.type]
  if (described._tag === "Literal") return ["string", "number", "bigint", "boolean"]
  return described._tag === "Union" ? described.members.flatMap(kindsOf) : ["string", "number", "bigint", "boolean"]
}
