/** The interpreted twin of the record codec: serves where code may not be generated, and as the test's model. */
import { invariant } from "../../model/invariant.ts"
import type { KeyValue } from "../../model/keyGroups.ts"
import { defineField } from "../../state/jsonPlain.ts"
import { ValueMismatch } from "../../state/leafCodecs.ts"
import type { Plain } from "../../state/Plain.ts"
import { packedEnd, readPacked, writePacked } from "./packed.ts"
import type { RecordCodec, RecordCodecOptions } from "./RecordCodec.ts"
import { columnMismatch, inField, RecordMismatch, structMismatch } from "./RecordMismatch.ts"
import { type Column, hasPresence, isSized, type Leaf, presence, type RecordNode } from "./recordLayout.ts"
import { readStrings, writeStrings } from "./strings.ts"
import { align8, type WireMemory } from "./WireMemory.ts"
import type { WireWriter } from "./WireWriter.ts"

export const interpretRecords = ({ keyField, layout }: RecordCodecOptions): RecordCodec => ({
  encode: (values, out) => {
    const columns = layout.columns.map((column) => ({
      column,
      found: values.map((record, index) => readPath(record, column, index))
    }))
    for (const { column, found } of columns) {
      if (hasPresence(column)) writePresence(out, found)
      if (!isSized(column)) writeLeaf(out, column, { found, values })
    }
    for (const { column, found } of columns) if (isSized(column)) writeLeaf(out, column, { found, values })
  },
  decode: (memory, at, { count, keys, values }) => {
    let from = at
    const fixed = layout.columns.map((column) => {
      const tags = hasPresence(column) ? memory.u8.slice(from, from + count) : null
      if (tags !== null) from += align8(count)
      const leaf = isSized(column) ? null : readLeaf(memory, from, { leaf: column.leaf, count })
      from = leaf?.end ?? from
      return { column, tags, leaf }
    })
    const cells = fixed.map(({ column, leaf, tags }) => {
      const read = leaf ?? readLeaf(memory, from, { leaf: column.leaf, count })
      if (leaf === null) from = read.end
      return Array.from({ length: count }, (_, i) => cellAt(tags?.[i] ?? presence.value, read.valueAt, i))
    })
    for (let i = 0; i < count; i++) {
      const record = build(layout.root, cells, i)
      values[i] = record
      if (keyField !== null) keys[i] = keyOf(record, keyField)
    }
  }
})

/** What stands in one place of a column. */
interface Found {
  readonly presence: number
  readonly value: unknown
}

const readPath = (record: unknown, column: Column, index: number): Found => {
  const { path } = column
  let value = record
  for (const [depth, name] of path.entries()) {
    if (!isObject(value)) {
      throw new RecordMismatch(structMismatch(path.slice(0, depth), value), { index, record })
    }
    const isLast = depth === path.length - 1
    if (isLast && column.isOptional && !Object.hasOwn(value, name)) return { presence: presence.missing, value: null }
    value = value[name]
  }
  if (column.allowsNull && value === null) return { presence: presence.null, value }
  if (column.allowsUndefined && value === undefined) return { presence: presence.undefined, value }
  return { presence: presence.value, value }
}

const writePresence = (out: WireWriter, found: ReadonlyArray<Found>): void => {
  const at = out.reserve(found.length)
  for (const [i, cell] of found.entries()) out.memory.u8[at + i] = cell.presence
}

const writeLeaf = (
  out: WireWriter,
  column: Column,
  { found, values }: { readonly found: ReadonlyArray<Found>; readonly values: ReadonlyArray<unknown> }
): void => {
  const { leaf } = column
  const refuse = (value: unknown, index: number): never => {
    throw new RecordMismatch(columnMismatch(column, value), { index, record: values[index] })
  }
  const numbers = (toNumber: (value: unknown, index: number) => number): ReadonlyArray<number> =>
    found.map((cell, index) => (cell.presence === presence.value ? toNumber(cell.value, index) : 0))
  switch (leaf._tag) {
    case "Number":
      writeDoubles(
        out,
        numbers((v, i) => (typeof v === "number" ? v : refuse(v, i)))
      )
      break
    case "Date":
      writeDoubles(
        out,
        numbers((v, i) => (v instanceof Date ? v.getTime() : refuse(v, i)))
      )
      break
    case "Boolean":
      writeBytes(
        out,
        numbers((v, i) => (typeof v === "boolean" ? Number(v) : refuse(v, i)))
      )
      break
    case "Literals": {
      const literals: ReadonlyArray<unknown> = leaf.values
      const indexes = numbers((v, i) => (literals.includes(v) ? literals.indexOf(v) : refuse(v, i)))
      if (literals.length > 1) writeBytes(out, indexes)
      break
    }
    case "String": {
      const texts = found.map(({ presence: p, value }, i) => {
        if (p !== presence.value) return ""
        return typeof value === "string" ? value : refuse(value, i)
      })
      writeStrings(out, texts, texts.length)
      break
    }
    case "Packed":
      writePacked(
        out,
        found.map((cell, i) => (cell.presence === presence.value ? pack(column, leaf, { cell, i, values }) : null))
      )
  }
}

const pack = (
  { path }: Column,
  leaf: Extract<Leaf, { readonly _tag: "Packed" }>,
  at: { readonly cell: Found; readonly i: number; readonly values: ReadonlyArray<unknown> }
): Plain => {
  try {
    return leaf.codec.encode(at.cell.value)
  } catch (error) {
    if (!(error instanceof ValueMismatch)) throw error
    throw new RecordMismatch(inField(path, error.message), { index: at.i, record: at.values[at.i] })
  }
}

const writeDoubles = (out: WireWriter, numbers: ReadonlyArray<number>): void => {
  const at = out.reserve(numbers.length * 8)
  out.memory.f64.set(numbers, at / 8)
}

const writeBytes = (out: WireWriter, bytes: ReadonlyArray<number>): void => {
  const at = out.reserve(bytes.length)
  out.memory.u8.set(bytes, at)
}

interface Cell {
  /** True where the field itself is missing. */
  readonly isMissing: boolean
  readonly value: unknown
}

const cellAt = (tag: number, valueAt: (i: number) => unknown, i: number): Cell => {
  if (tag === presence.value) return { isMissing: false, value: valueAt(i) }
  return { isMissing: tag === presence.missing, value: tag === presence.null ? null : undefined }
}

const readLeaf = (
  memory: WireMemory,
  at: number,
  { count, leaf }: { readonly leaf: Leaf; readonly count: number }
): { readonly end: number; readonly valueAt: (i: number) => unknown } => {
  const { f64, u8 } = memory
  switch (leaf._tag) {
    case "Number":
      return { end: at + count * 8, valueAt: (i) => f64[at / 8 + i] }
    case "Date":
      return { end: at + count * 8, valueAt: (i) => new Date(Number(f64[at / 8 + i])) }
    case "Boolean":
      return { end: at + align8(count), valueAt: (i) => u8[at + i] === 1 }
    case "Literals":
      if (leaf.values.length === 1) return { end: at, valueAt: () => leaf.values[0] }
      return { end: at + align8(count), valueAt: (i) => leaf.values[u8[at + i] ?? 0] }
    case "String": {
      const into: Array<KeyValue> = []
      return { end: readStrings(memory, at, { count, into }), valueAt: (i) => into[i] }
    }
    case "Packed": {
      const rows = readPacked(memory, at)
      return { end: packedEnd(memory, at), valueAt: (i) => leaf.codec.decode(rows[i]) }
    }
  }
}

const build = (node: RecordNode, columns: ReadonlyArray<ReadonlyArray<Cell>>, i: number): unknown => {
  if (node._tag === "Column") return columns[node.index]?.[i]?.value
  const fields: Record<string, unknown> = {}
  for (const { name, node: inner } of node.fields) {
    if (inner._tag === "Column" && columns[inner.index]?.[i]?.isMissing === true) continue
    defineField(fields, name, build(inner, columns, i))
  }
  return fields
}

const keyOf = (record: unknown, field: string): KeyValue => {
  const key = isObject(record) ? record[field] : undefined
  invariant(isKey(key), "a record that was sent by its key has it", { field })
  return key
}

const isKey = (value: unknown): value is KeyValue =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" || typeof value === "bigint"

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null
