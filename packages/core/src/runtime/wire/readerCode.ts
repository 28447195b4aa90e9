/** Code that reads the columns of records and makes the records. */
import { type Column, hasPresence, presence, type RecordLayout, type RecordNode } from "./recordLayout.ts"

/** Finds the columns from `at` on: those of fixed width first. */
export const columnsReader = ({ columns }: RecordLayout): string =>
  [...columns.map(fixedReader), ...columns.map(sizedReader)].join("\n")

const fixedReader = (column: Column, index: number): string => {
  const tags = hasPresence(column) ? `    const tags${index} = at\n    at += align8(count)\n` : ""
  switch (column.leaf._tag) {
    case "Number":
    case "Date":
      return `${tags}    const at${index} = at >>> 3\n    at += count * 8`
    case "Boolean":
      return `${tags}    const at${index} = at\n    at += align8(count)`
    case "Literals":
      return column.leaf.values.length > 1 ? `${tags}    const at${index} = at\n    at += align8(count)` : tags
    default:
      return tags
  }
}

const sizedReader = ({ leaf }: Column, index: number): string => {
  if (leaf._tag === "String") return `    at = readStrings(memory, at, { count, into: texts${index} })`
  if (leaf._tag !== "Packed") return ""
  return `    const rows${index} = readPacked(memory, at)\n    at = packedEnd(memory, at)`
}

/** Code that makes `record`: one literal where every field is there, else field by field from the first that may not be. */
export const recordMaker = (root: RecordNode): string => {
  const lines: Array<string> = []
  const result = make(root, lines)
  return [...lines, `      const record = ${result}`].join("\n")
}

const make = (node: RecordNode, lines: Array<string>): string => {
  if (node._tag === "Column") return cell(node.column, node.index)
  const open = node.fields.findIndex((field) => field.node._tag === "Column" && field.node.column.isOptional)
  const split = open === -1 ? node.fields.length : open
  const fixed = node.fields.slice(0, split).map((field) => `${property(field.name)}: ${make(field.node, lines)}`)
  const literal = `{ ${fixed.join(", ")} }`
  if (open === -1) return literal
  const name = `struct${lines.length}`
  lines.push(`      const ${name} = ${literal}`)
  for (const field of node.fields.slice(split)) {
    const value = make(field.node, lines)
    const set =
      field.name === "__proto__"
        ? `defineField(${name}, "__proto__", ${value})`
        : `${name}[${text(field.name)}] = ${value}`
    const isOpen = field.node._tag === "Column" && field.node.column.isOptional
    lines.push(
      isOpen ? `      if (u8[tags${columnIndex(field.node)} + i] !== ${presence.missing}) ${set}` : `      ${set}`
    )
  }
  return name
}

/** In a literal, only a computed name makes a field of `__proto__`. */
const property = (name: string): string => (name === "__proto__" ? `["__proto__"]` : text(name))

const columnIndex = (node: RecordNode): number => (node._tag === "Column" ? node.index : -1)

const cell = (column: Column, index: number): string => {
  const value = present(column, index)
  if (!hasPresence(column)) return value
  return `(u8[tags${index} + i] === ${presence.value} ? ${value} : u8[tags${index} + i] === ${presence.null} ? null : undefined)`
}

const present = ({ leaf }: Column, index: number): string => {
  switch (leaf._tag) {
    case "Number":
      return `f64[at${index} + i]`
    case "Date":
      return `new Date(f64[at${index} + i])`
    case "Boolean":
      return `u8[at${index} + i] === 1`
    case "Literals":
      return leaf.values.length > 1 ? `literals${index}[u8[at${index} + i]]` : `literals${index}[0]`
    case "String":
      return `texts${index}[i]`
    case "Packed":
      return `unpack(${index}, rows${index}[i])`
  }
}

const text = (value: unknown): string => JSON.stringify(value)
