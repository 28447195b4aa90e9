/** Values of a model as short text for people: like JSON, with bare keys. */

import type { Message } from "../system/Effect.ts"
import { jsonValue } from "../values/jsonValue.ts"

const lengthMax = 160

/** One line; the rest of a long value is left out. */
export const valueText = (value: unknown): string => {
  const text = textOf(jsonValue(value))
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 3)}...` : text
}

/** The type of a message, then its other fields: `ack(task: "a")`. */
export const messageText = ({ type, ...fields }: Message): string => {
  const inner = valueText(fields)
  return inner === "{}" ? type : `${type}(${inner.replace(/^\{|\}$/g, "")})`
}

const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? String(value)
  return `{${Object.entries(value)
    .map(([key, inner]) => `${keyText(key)}: ${textOf(inner)}`)
    .join(", ")}}`
}

const keyText = (key: string): string => (/^[\w$]+$/.test(key) ? key : JSON.stringify(key))
