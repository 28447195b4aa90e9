/**
 * JSON values as plain rows, without loss: also -0, non-finite numbers, lone surrogates and keys like `__proto__`.
 */
import { invariant } from "../model/invariant.ts"
import { decodePrimitive, encodePrimitive, firstFreeTag, isPrimitive, type Plain } from "./Plain.ts"

const arrayTag = firstFreeTag
const objectTag = firstFreeTag + 1

export const encodeJson = (value: unknown): Plain => {
  if (isPrimitive(value)) return encodePrimitive(value)
  if (Array.isArray(value)) return [arrayTag, ...value.map(encodeJson)]
  invariant(typeof value === "object" && value !== null, "a JSON codec yields JSON values", { type: typeof value })
  const row: Array<Plain> = [objectTag]
  for (const [name, field] of Object.entries(value)) row.push(encodePrimitive(name), encodeJson(field))
  return row
}

/** Inverse of {@link encodeJson}. */
export const decodeJson = (plain: unknown): unknown => {
  if (!Array.isArray(plain)) return decodePrimitive(plain)
  const row: ReadonlyArray<unknown> = plain
  if (row[0] === arrayTag) return row.slice(1).map(decodeJson)
  if (row[0] !== objectTag) return decodePrimitive(row)
  const fields: Record<string, unknown> = {}
  for (let i = 1; i < row.length; i += 2) defineField(fields, String(decodePrimitive(row[i])), decodeJson(row[i + 1]))
  return fields
}

/** Sets an own field, whatever its name. */
export const defineField = (target: Record<string, unknown>, name: string, value: unknown): void => {
  if (name !== "__proto__") target[name] = value
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
