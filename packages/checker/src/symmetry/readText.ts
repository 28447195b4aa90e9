/**
 * The text of a value as one member reads it.
 *
 * R1 Renaming the value and its reader alike does not change the text. So what renaming may put into another order is
 *    sorted by its texts: sets, keys, and whatever the system renames in its own way.
 */
import type { System } from "../system/System.ts"
import { isSnapshot } from "../values/canonical.ts"
import { isAscending } from "./renameValue.ts"

export interface Reader {
  /** What it reads for a string of a value. */
  readonly text: (text: string) => string
  /** What it reads for an identifier. */
  readonly words: (text: string) => string
  readonly rename: System["rename"]
}

export const readText = (value: unknown, reader: Reader): string => {
  if (typeof value === "string") return JSON.stringify(readString(value, reader))
  if (typeof value !== "object" || value === null) return String(value)
  if (Array.isArray(value)) return readArray(value, reader)
  if (!isSnapshot(value)) return readRecord(value, reader)
  const { machine, status, context, output, historyValue = {} } = value
  const history = Object.entries(historyValue).map(([id, nodes]) => [
    reader.words(id),
    nodes.map((node) => reader.words(node.id))
  ])
  const rest = [context, output].map((part) => readText(part, reader)).join(" ")
  return `<${reader.words(machine.id)} ${status} ${JSON.stringify(value.value)} ${JSON.stringify(history)} ${rest}>`
}

/** The texts of several values, whose order counts or not. */
export const readAll = (values: ReadonlyArray<unknown>, isOrdered: boolean, reader: Reader): string => {
  const texts = values.map((value) => readText(value, reader))
  return `[${(isOrdered ? texts : texts.sort()).join(",")}]`
}

const readString = (text: string, { rename, text: read }: Reader): string => {
  const own = rename?.(text, { name: read, value: (value) => value })
  return typeof own === "string" ? own : read(text)
}

const readArray = (values: ReadonlyArray<unknown>, reader: Reader): string => {
  const isRenamedAsWhole = reader.rename?.(values, { name: (name) => name, value: (value) => value }) !== undefined
  return readAll(values, !isRenamedAsWhole && !isAscending(values), reader)
}

const readRecord = (record: object, reader: Reader): string => {
  const texts = Object.entries(record).map(
    ([key, value]) => `${JSON.stringify(readString(key, reader))}:${readText(value, reader)}`
  )
  return `{${texts.sort().join(",")}}`
}
