/** A JSON value as people read it: one line where it fits, else one line for each part. */
export const valueText = (value: unknown, width = 48): string => {
  const line = inline(value)
  if (line.length <= width || typeof value !== "object" || value === null) return line
  const parts = Array.isArray(value)
    ? value.map((element) => valueText(element, width - 2))
    : Object.entries(value).map(([key, inner]) => `${keyText(key)}: ${valueText(inner, width - key.length - 4)}`)
  const [open, close] = Array.isArray(value) ? "[]" : "{}"
  return [open, ...parts.map((part) => `  ${part.replaceAll("\n", "\n  ")}`), close].join("\n")
}

const inline = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined"
  const fields = Object.entries(value).map(([key, inner]) => `${keyText(key)}: ${inline(inner)}`)
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`
}

const keyText = (key: string): string => (/^[\w$]+$/.test(key) ? key : JSON.stringify(key))

/** The type of a message, then its other fields: `ack(task: "a")`. */
export const messageText = (message: unknown): string => {
  if (typeof message !== "object" || message === null || !("type" in message)) return valueText(message)
  const { type, ...rest } = message
  const fields = Object.entries(rest).map(([key, value]) => `${keyText(key)}: ${inline(value)}`)
  return fields.length === 0 ? String(type) : `${type}(${fields.join(", ")})`
}
