/**
 * Decodes rows of one row group into columns. HOT per value; runs in the worker.
 */
import { closeSync, openSync, readSync } from "node:fs"
import {
  type ChunkRequest,
  corrupt,
  type DecodedColumn,
  DecodeError,
  type DecodeProblem,
  type UnitAnswer,
  type UnitRequest
} from "./decoding.ts"
import { decodeHybrid } from "./hybrid.ts"
import { type DataPage, readPages } from "./pages.ts"
import { type ColumnValues, readStored, type StoredColumn, type StoredPage, TextTable } from "./storedValues.ts"

/** Reads and decodes a unit. Fails: never; a problem is an answer. */
export const decodeUnit = (request: UnitRequest): UnitAnswer => {
  let column = ""
  try {
    const columns = request.columns.map((chunk) => {
      column = chunk.name
      return decodeColumn(readChunk(request.path, chunk), { chunk, request })
    })
    return { _tag: "Decoded", id: request.id, columns }
  } catch (cause) {
    return { _tag: "Failed", id: request.id, problem: problemOf(cause, { column, request }) }
  }
}

const problemOf = (
  cause: unknown,
  { column, request }: { readonly column: string; readonly request: UnitRequest }
): DecodeProblem => {
  const rows = `rows ${request.groupStart + request.from} to ${request.groupStart + request.to - 1}`
  const text = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof DecodeError && cause.reason === "schema") return { reason: "schema", detail: text }
  const isSystem = cause instanceof Error && "syscall" in cause
  return isSystem
    ? { reason: "io", detail: `${rows} cannot be read: ${text}. Check the disk.` }
    : {
        reason: "malformed",
        detail: `column "${column}", ${rows}, cannot be decoded: ${text}. Restore the file from its origin.`
      }
}

const readChunk = (path: string, { start, length }: ChunkRequest): Uint8Array => {
  const file = openSync(path, "r")
  try {
    const bytes = new Uint8Array(length)
    let read = 0
    while (read < length) {
      const count = readSync(file, bytes, { offset: read, length: length - read, position: start + read })
      if (count === 0) throw corrupt("the file ends too early")
      read += count
    }
    return bytes
  } finally {
    closeSync(file)
  }
}

interface ColumnTask {
  readonly chunk: ChunkRequest
  readonly request: UnitRequest
}

const decodeColumn = (bytes: Uint8Array, { chunk, request }: ColumnTask): DecodedColumn => {
  const column: StoredColumn = { type: chunk.type, target: chunk.target, texts: new TextTable() }
  const output = new ColumnOutput(chunk, request.to - request.from)
  let dictionary: ColumnValues | null = null
  let row = 0
  for (const page of readPages(bytes, chunk)) {
    if (page._tag === "Dictionary") {
      dictionary = readStored(page.stored, column)
      continue
    }
    const from = Math.max(0, request.from - row)
    const to = Math.min(page.page.rows, request.to - row)
    if (from < to) {
      const { nulls, stored } = page.page.open()
      output.add({ ...valuesOf(stored, { column, dictionary }), nulls, rows: page.page.rows }, { from, to })
    }
    row += page.page.rows
    if (row >= request.to) return output.finish({ texts: column.texts, groupRow: request.groupStart + request.from })
  }
  throw corrupt(`the column has ${row} rows only`)
}

/** The values of a page, or its indices into the dictionary. */
interface PageValues {
  readonly values: ColumnValues
  readonly indices: Uint32Array | null
}

const valuesOf = (
  stored: StoredPage,
  { column, dictionary }: { readonly column: StoredColumn; readonly dictionary: ColumnValues | null }
): PageValues => {
  const { encoding, bytes, count } = stored
  if (encoding !== "RLE_DICTIONARY" && encoding !== "PLAIN_DICTIONARY") {
    return { values: readStored(stored, column), indices: null }
  }
  if (dictionary === null) throw corrupt("a page refers to a dictionary that is missing")
  const indices = count === 0 ? new Uint32Array(0) : decodeHybrid(bytes.subarray(1), { width: bytes[0] ?? 0, count })
  return { values: dictionary, indices }
}

interface Indexed<T> {
  readonly length: number
  [index: number]: T
}

interface Spread extends PageValues {
  readonly nulls: Uint8Array | null
  readonly rows: DataPage["rows"]
}

interface RowSlice {
  readonly from: number
  readonly to: number
}

class ColumnOutput {
  private readonly chunk: ChunkRequest
  private readonly values: ColumnValues
  private nulls: Uint8Array<ArrayBuffer> | null = null
  private filled = 0

  constructor(chunk: ChunkRequest, rows: number) {
    this.chunk = chunk
    this.values = emptyValues(chunk, rows)
  }

  /** Appends the rows `[from, to)` of a page. */
  add(page: Spread, { from, to }: RowSlice): void {
    const { values } = this
    if (values instanceof BigInt64Array && page.values instanceof BigInt64Array) {
      this.spread(values, page.values, { page, from, to })
    } else if (!(values instanceof BigInt64Array) && !(page.values instanceof BigInt64Array)) {
      this.spread(values, page.values, { page, from, to })
    }
    this.filled += to - from
  }

  private spread<T>(
    output: Indexed<T>,
    source: Indexed<T>,
    { page, from, to }: RowSlice & { readonly page: Spread }
  ): void {
    const { nulls, indices } = page
    let at = from
    if (nulls !== null) {
      this.nulls ??= new Uint8Array(output.length)
      this.nulls.set(nulls.subarray(from, to), this.filled)
      for (let i = 0; i < from; i++) at -= nulls[i] ?? 0
    }
    let out = this.filled
    for (let i = from; i < to; i++, out++) {
      if (nulls !== null && nulls[i] === 1) continue
      const value = source[indices === null ? at : (indices[at] ?? source.length)]
      if (value === undefined) throw corrupt("a value lies beyond its dictionary or page")
      output[out] = value
      at++
    }
  }

  finish({ texts, groupRow }: { readonly texts: TextTable; readonly groupRow: number }): DecodedColumn {
    const { values, nulls } = this
    const { target, name, type } = this.chunk
    if (values instanceof BigInt64Array) {
      const isUnsigned = target._tag === "BigInts" && target.isUnsigned
      return { _tag: "BigInts", values: isUnsigned ? new BigUint64Array(values.buffer) : values, nulls }
    }
    if (values instanceof Uint32Array) return { _tag: "Texts", values, texts: texts.texts, nulls }
    if (values instanceof Uint8Array) return { _tag: "Booleans", values, nulls }
    if (type === "INT64") demandSafe(values, { name, groupRow })
    return { _tag: "Numbers", values: smallest(values), nulls }
  }
}

const emptyValues = ({ target }: ChunkRequest, rows: number): ColumnValues => {
  switch (target._tag) {
    case "Numbers":
      return new Float64Array(rows)
    case "BigInts":
      return new BigInt64Array(rows)
    case "Booleans":
      return new Uint8Array(rows)
    case "Texts":
      return new Uint32Array(rows)
  }
}

/** Small integers as such: rows that hold them need no number boxes on the heap. */
const smallest = (values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> => {
  const integers = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    const integer = value | 0
    if (!Object.is(integer, value)) return values
    integers[i] = integer
  }
  return integers
}

const demandSafe = (
  values: Float64Array,
  { name, groupRow }: { readonly name: string; readonly groupRow: number }
): void => {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue
    throw new DecodeError(
      "schema",
      `row ${groupRow + i}, column "${name}" holds an integer beyond 2^53 that a number cannot hold exactly. ` +
        "Declare the field as Schema.BigInt."
    )
  }
}
