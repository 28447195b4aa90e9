/** A record on one short line, for messages. Never throws. */
const lengthMax = 200
const depthMax = 3
const entriesMax = 20

export const preview = (value: unknown): string => {
  try {
    const text = show(value, 0)
    return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`
  } catch {
    // A getter or a proxy of the user's threw: the record must not hide the failure that is being reported.
    return "(a record that cannot be shown)"
  }
}

const show = (value: unknown, depth: number): string => {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length <= lengthMax ? value : `${value.slice(0, lengthMax)}…`)
    case "bigint":
      return `${value}n`
    case "function":
      return "(function)"
    case "object":
      return value === null ? "null" : showObject(value, depth)
    default:
      return Object.is(value, -0) ? "-0" : String(value)
  }
}

const showObject = (value: object, depth: number): string => {
  if (depth >= depthMax) return Array.isArray(value) ? "[…]" : "{…}"
  if (Array.isArray(value)) return list("[", value, "]", (element) => show(element, depth + 1))
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof Map) return `Map ${showObject([...value], depth)}`
  if (value instanceof Set) return `Set ${showObject([...value], depth)}`
  const text = timeText(value)
  return text ?? list("{", Object.entries(value), "}", ([name, field]) => `${name}: ${show(field, depth + 1)}`)
}

const list = <A>(open: string, all: ReadonlyArray<A>, close: string, shown: (element: A) => string): string => {
  const texts = all.slice(0, entriesMax).map(shown)
  return `${open}${[...texts, ...(all.length > entriesMax ? ["…"] : [])].join(", ")}${close}`
}

/** The text of a date, which has no fields of its own to show. */
const timeText = (value: object): string | null =>
  "toISOString" in value && typeof value.toISOString === "function" ? String(value.toISOString()) : null
