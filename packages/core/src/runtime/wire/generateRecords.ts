/**
 * Generates the record codec of a layout: a loop per column that writes, one loop that makes the records, so that all of
 * them share a hidden class and no call site is shared with other records. HOT.
 */
import { defineField } from "../../state/jsonPlain.ts"
import { ValueMismatch } from "../../state/leafCodecs.ts"
import type { Plain } from "../../state/Plain.ts"
import { packedEnd, readPacked, writePacked } from "./packed.ts"
import type { RecordCodec, RecordCodecOptions } from "./RecordCodec.ts"
import { columnMismatch, inField, RecordMismatch, structMismatch } from "./RecordMismatch.ts"
import { type Column, hasPresence, presence, type RecordLayout, type RecordNode } from "./recordLayout.ts"
import { readStrings, writeStrings } from "./strings.ts"
import { align8 } from "./WireMemory.ts"

export const generateRecords = (options: RecordCodecOptions): RecordCodec => {
  const make = new Function("tools", sourceOf(options))
  return make(toolsOf(options.layout))
}

/** What generated code calls; the columns are named by index. */
const toolsOf = ({ columns }: RecordLayout) => ({
  align8,
  defineField,
  writeStrings,
  readStrings,
  writePacked,
  readPacked,
  packedEnd,
  literals: columns.map(({ leaf }) => (leaf._tag === "Literals" ? leaf.values : [])),
  refuse: (values: ReadonlyArray<unknown>, index: number, at: { readonly column: number; readonly value: unknown }) => {
    const column = columns[at.column]
    const message = column === undefined ? "" : columnMismatch(column, at.value)
    throw new RecordMismatch(message, { index, record: values[index] })
  },
  /** Names the outermost struct on the way to a column that is none. */
  refuseStruct: (record: unknown, index: number, path: ReadonlyArray<string>) => {
    let value = record
    let depth = 0
    while (depth < path.length && isObject(value)) value = value[path[depth++] ?? ""]
    throw new RecordMismatch(structMismatch(path.slice(0, depth), value), { index, record })
  },
  pack: (values: ReadonlyArray<unknown>, index: number, at: { readonly column: number; readonly value: unknown }) => {
    const column = columns[at.column]
    return column === undefined ? null : packValue(column, at.value, { index, record: values[index] })
  },
  unpack: (column: number, plain: unknown): unknown => {
    const leaf = columns[column]?.leaf
    return leaf?._tag === "Packed" ? leaf.codec.decode(plain) : undefined
  }
})

const packValue = (
  { leaf, path }: Column,
  value: unknown,
  at: { readonly index: number; readonly record: unknown }
): Plain => {
  if (leaf._tag !== "Packed") return null
  try {
    return leaf.codec.encode(value)
  } catch (error) {
    if (!(error instanceof ValueMismatch)) throw error
    throw new RecordMismatch(inField(path, error.message), at)
  }
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null

const sourceOf = ({ keyField, layout }: RecordCodecOptions): string => {
  const used = layout.columns.map((_, index) => `const texts${index} = [], literals${index} = tools.literals[${index}]`)
  return `"use strict"
const { align8, defineField, pack, packedEnd, readPacked, readStrings, refuse, refuseStruct, unpack, writePacked, writeStrings } = tools
${used.join("\n")}
${layout.columns.map(columnWriter).join("\n")}
return {
  encode: (values, out) => {
${layout.columns.map((_, index) => `    write${index}(values, values.length, out)`).join("\n")}
  },
  decode: (memory, start, into) => {
    const { count, values, keys } = into
    const { u8, f64 } = memory
    let at = start
${layout.columns.map(columnReader).join("\n")}
    for (let i = 0; i < count; i++) {
${recordMaker(layout.root)}
      values[i] = record
${keyField === null ? "" : `      keys[i] = record[${text(keyField)}]`}
    }
  }
}`
}

const columnWriter = (column: Column, index: number): string => {
  const { leaf } = column
  const tagged = hasPresence(column)
  const doubles = leaf._tag === "Number" || leaf._tag === "Date"
  const bytes = leaf._tag === "Boolean" || (leaf._tag === "Literals" && leaf.values.length > 1)
  return `const write${index} = (values, count, out) => {
${tagged ? "  const tags = out.reserve(count)" : ""}
${doubles ? "  const at = out.reserve(count * 8) >>> 3" : bytes ? "  const at = out.reserve(count)" : ""}
${leaf._tag === "String" ? `  const texts = texts${index}` : leaf._tag === "Packed" ? "  const rows = new Array(count)" : ""}
  const { f64, u8 } = out.memory
  for (let i = 0; i < count; i++) {
${finder(column)}
${checked(column, index)}
  }
${leaf._tag === "String" ? "  writeStrings(out, texts, count)" : leaf._tag === "Packed" ? "  writePacked(out, rows)" : ""}
}`
}

/** Code that finds `value`, or notes why there is none and goes on. */
const finder = (column: Column): string => {
  const { path } = column
  const lines: Array<string> = []
  let place = "values[i]"
  for (const [depth, name] of path.entries()) {
    lines.push(`    const owner${depth} = ${place}`)
    lines.push(
      `    if (typeof owner${depth} !== "object" || owner${depth} === null) refuseStruct(values[i], i, ${text(path.slice(0, depth))})`
    )
    place = `owner${depth}[${text(name)}]`
  }
  const absent = (tag: number): string => `{ u8[tags + i] = ${tag}; ${store(column, null)}; continue }`
  if (column.isOptional) {
    const owner = `owner${path.length - 1}`
    lines.push(`    if (!Object.hasOwn(${owner}, ${text(path[path.length - 1])})) ${absent(presence.missing)}`)
  }
  lines.push(`    const value = ${place}`)
  if (column.allowsNull) lines.push(`    if (value === null) ${absent(presence.null)}`)
  if (column.allowsUndefined) lines.push(`    if (value === undefined) ${absent(presence.undefined)}`)
  if (hasPresence(column)) lines.push(`    u8[tags + i] = ${presence.value}`)
  return lines.join("\n")
}

/** Code that stores a value of a column; of null, what stands where none is. */
const store = ({ leaf }: Column, value: string | null): string => {
  switch (leaf._tag) {
    case "Number":
    case "Date":
      return `f64[at + i] = ${value ?? 0}`
    case "Boolean":
      return `u8[at + i] = ${value ?? 0}`
    case "Literals":
      return leaf.values.length > 1 ? `u8[at + i] = ${value ?? 0}` : ""
    case "String":
      return `texts[i] = ${value ?? '""'}`
    case "Packed":
      return `rows[i] = ${value ?? "null"}`
  }
}

/** Code that refuses what does not fit and stores the rest. */
const checked = (column: Column, index: number): string => {
  const refuse = `refuse(values, i, { column: ${index}, value })`
  const unless = (fits: string, value: string): string => `    if (!(${fits})) ${refuse}\n    ${store(column, value)}`
  switch (column.leaf._tag) {
    case "Number":
      return unless(`typeof value === "number"`, "value")
    case "String":
      return unless(`typeof value === "string"`, "value")
    case "Boolean":
      return unless(`typeof value === "boolean"`, "value ? 1 : 0")
    case "Date":
      return unless("value instanceof Date", "value.getTime()")
    case "Literals":
      return `    const known = literals${index}.indexOf(value)\n    if (known === -1) ${refuse}\n    ${store(column, "known")}`
    case "Packed":
      return `    ${store(column, `pack(values, i, { column: ${index}, value })`)}`
  }
}

const columnReader = (column: Column, index: number): string => {
  const tags = hasPresence(column) ? `    const tags${index} = at\n    at += align8(count)\n` : ""
  switch (column.leaf._tag) {
    case "Number":
    case "Date":
      return `${tags}    const at${index} = at >>> 3\n    at += count * 8`
    case "Boolean":
      return `${tags}    const at${index} = at\n    at += align8(count)`
    case "Literals":
      return column.leaf.values.length > 1 ? `${tags}    const at${index} = at\n    at += align8(count)` : tags
    case "String":
      return `${tags}    at = readStrings(memory, at, { count, into: texts${index} })`
    case "Packed":
      return `${tags}    const rows${index} = readPacked(memory, at)\n    at = packedEnd(memory, at)`
  }
}

/** Code that makes `record`: one literal where every field is there, else field by field from the first that may not be. */
const recordMaker = (root: RecordNode): string => {
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
