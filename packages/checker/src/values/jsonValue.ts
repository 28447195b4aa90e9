/** A value of a model as plain JSON, for pages and texts: of a machine's snapshot, what tells it from others. */
import { isSnapshot } from "./canonical.ts"

export const jsonValue = (value: unknown): unknown => {
  if (typeof value === "bigint") return `${value}n`
  if (typeof value !== "object" || value === null) return value ?? null
  if (Array.isArray(value)) return value.map(jsonValue)
  if (isSnapshot(value)) {
    const { context, status, value: state } = value
    return { state: jsonValue(state), context: jsonValue(context), ...(status === "active" ? {} : { status }) }
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonValue(inner)]))
}
