/**
 * Generates the record codec of a layout: one loop that writes all columns, one that makes the records, so that all of
 * them share a hidden class and no call site is shared with other records. HOT.
 */
import { defineField } from "../../state/jsonPlain.ts"
import { ValueMismatch } from "../../state/leafCodecs.ts"
import type { Plain } from "../../state/Plain.ts"
import { packedEnd, readPacked, writePacked } from "./packed.ts"
import type { RecordCodec, RecordCodecOptions } from "./RecordCodec.ts"
import { columnMismatch, inField, RecordMismatch, structMismatch } from "./RecordMismatch.ts"
import { columnsReader, recordMaker } from "./readerCode.ts"
import type { Column, RecordLayout } from "./recordLayout.ts"
import { readStrings, writeStrings } from "./strings.ts"
import { align8 } from "./WireMemory.ts"
import { columnsWriter } from "./writerCode.ts"

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
const { align8, defineField, pack, packedEnd, readPacked, readStrings } = tools
const { refuse, refuseStruct, unpack, writePacked, writeStrings } = tools
${used.join("\n")}
return {
  encode: (values, out) => {
${columnsWriter(layout)}
  },
  decode: (memory, start, into) => {
    const { count, values, keys } = into
    const { u8, f64 } = memory
    let at = start
${columnsReader(layout)}
    for (let i = 0; i < count; i++) {
${recordMaker(layout.root)}
      values[i] = record
${keyField === null ? "" : `      keys[i] = record[${JSON.stringify(keyField)}]`}
    }
  }
}`
}
