/**
 * Stored values of one page to column values. HOT per value, once per distinct value where a dictionary is used.
 */
import type { Encoding, ParquetType } from "hyparquet"
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from "hyparquet/src/delta.js"
import { byteStreamSplit } from "hyparquet/src/encoding.js"
import { corrupt, DecodeError, type Scale, type Target } from "./decoding.ts"
import { decodeHybrid } from "./hybrid.ts"

/** Column values: a text is its index in the {@link TextTable}, a boolean 0 or 1, an unsafe integer NaN. */
export type ColumnValues =
  | Float64Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>

export interface StoredPage {
  readonly bytes: Uint8Array
  readonly encoding: Encoding
  readonly count: number
}

/** Texts of a column, each once. */
export class TextTable {
  readonly texts: Array<string> = []
  private readonly indices = new Map<string, number>()

  indexOf(text: string): number {
    const known = this.indices.get(text)
    if (known !== undefined) return known
    const index = this.texts.length
    this.indices.set(text, index)
    this.texts.push(text)
    return index
  }
}

export interface StoredColumn {
  readonly type: ParquetType
  readonly target: Target
  readonly texts: TextTable
}

/** Reads values that are stored as such, not as dictionary indices. */
export const readStored = (page: StoredPage, column: StoredColumn): ColumnValues => {
  switch (column.target._tag) {
    case "Texts":
      return readTexts(page, column.texts)
    case "Booleans":
      return readBooleans(page)
    case "BigInts":
      return readBigInts(page, column.type)
    case "Numbers":
      return readNumbers(page, { ...column.target, type: column.type })
  }
}

const unsupported = (encoding: Encoding, type: string): DecodeError =>
  new DecodeError("malformed", `encoding ${encoding} of ${type} is not supported; write the file with another encoding`)

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const demandBytes = ({ bytes, count }: StoredPage, width: number): void => {
  if (bytes.length < count * width) throw corrupt(`a page of ${count} values has ${bytes.length} bytes only`)
}

const decoder = new TextDecoder()

const readTexts = (page: StoredPage, texts: TextTable): Uint32Array<ArrayBuffer> => {
  const indices = new Uint32Array(page.count)
  if (page.encoding !== "PLAIN") {
    const pieces: Array<Uint8Array> = []
    const reader = { view: viewOf(page.bytes), offset: 0 }
    if (page.encoding === "DELTA_LENGTH_BYTE_ARRAY") deltaLengthByteArray(reader, page.count, pieces)
    else if (page.encoding === "DELTA_BYTE_ARRAY") deltaByteArray(reader, page.count, pieces)
    else throw unsupported(page.encoding, "texts")
    for (const [i, piece] of pieces.entries()) indices[i] = texts.indexOf(decoder.decode(piece))
    return indices
  }
  const view = viewOf(page.bytes)
  let at = 0
  for (let i = 0; i < page.count; i++) {
    if (at + 4 > view.byteLength) throw corrupt("a page of texts ends too early")
    const length = view.getUint32(at, true)
    at += 4
    if (at + length > view.byteLength) throw corrupt("a page of texts ends too early")
    indices[i] = texts.indexOf(decoder.decode(page.bytes.subarray(at, at + length)))
    at += length
  }
  return indices
}

const readBooleans = (page: StoredPage): Uint8Array<ArrayBuffer> => {
  const { bytes, count, encoding } = page
  if (encoding === "RLE") return Uint8Array.from(decodeHybrid(bytes.subarray(4), { width: 1, count }))
  if (encoding !== "PLAIN") throw unsupported(encoding, "booleans")
  demandBytes(page, 1 / 8)
  return Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1)
}

const readBigInts = (page: StoredPage, type: ParquetType): BigInt64Array<ArrayBuffer> => {
  if (type === "INT64" && page.encoding === "PLAIN") {
    demandBytes(page, 8)
    return new BigInt64Array(page.bytes.slice(0, page.count * 8).buffer)
  }
  return BigInt64Array.from(readIntegers(page, type), BigInt)
}

/** Integers in any encoding but the common ones, by way of the library's decoders. */
const readIntegers = (page: StoredPage, type: ParquetType): ReadonlyArray<number | bigint> => {
  const { encoding, count } = page
  const reader = { view: viewOf(page.bytes), offset: 0 }
  if (encoding === "DELTA_BINARY_PACKED") {
    const values = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count)
    deltaBinaryUnpack(reader, count, values)
    return Array.from<number | bigint>(values)
  }
  if (encoding === "BYTE_STREAM_SPLIT") return Array.from<number | bigint>(byteStreamSplit(reader, count, type, 0))
  if (encoding !== "PLAIN") throw unsupported(encoding, type)
  demandBytes(page, type === "INT32" ? 4 : 8)
  return Array.from({ length: count }, (_, i) =>
    type === "INT32" ? reader.view.getInt32(i * 4, true) : reader.view.getBigInt64(i * 8, true)
  )
}

interface NumberShape {
  readonly type: ParquetType
  readonly scale: Scale
  readonly isUnsigned: boolean
}

const readNumbers = (page: StoredPage, shape: NumberShape): Float64Array<ArrayBuffer> => {
  if (shape.type === "FLOAT" || shape.type === "DOUBLE") return readFloats(page, shape.type)
  if (shape.type === "INT64" && page.encoding === "PLAIN" && !shape.isUnsigned) return readInt64s(page, shape.scale)
  const integers = readIntegers(page, shape.type)
  const bits = shape.type === "INT32" ? 32 : 64
  return Float64Array.from(integers, (value) => {
    const wide = BigInt(value)
    return scaled(shape.isUnsigned ? BigInt.asUintN(bits, wide) : wide, shape.scale)
  })
}

const readFloats = (page: StoredPage, type: "FLOAT" | "DOUBLE"): Float64Array<ArrayBuffer> => {
  const { count, encoding } = page
  const view = viewOf(page.bytes)
  if (encoding === "BYTE_STREAM_SPLIT") {
    return Float64Array.from(byteStreamSplit({ view, offset: 0 }, count, type, 0), Number)
  }
  if (encoding !== "PLAIN") throw unsupported(encoding, type)
  demandBytes(page, type === "FLOAT" ? 4 : 8)
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    values[i] = type === "FLOAT" ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true)
  }
  return values
}

const readInt64s = (page: StoredPage, scale: Scale): Float64Array<ArrayBuffer> => {
  demandBytes(page, 8)
  const view = viewOf(page.bytes)
  const values = new Float64Array(page.count)
  for (let i = 0; i < page.count; i++) {
    const value = view.getInt32(i * 8 + 4, true) * 4294967296 + view.getUint32(i * 8, true)
    values[i] = scale === "none" && Number.isSafeInteger(value) ? value : scaled(view.getBigInt64(i * 8, true), scale)
  }
  return values
}

const perMilli = { millis: 1n, micros: 1000n, nanos: 1000000n } as const

/** Exact in big integers; NaN for an integer that a number cannot hold. */
const scaled = (value: bigint, scale: Scale): number => {
  const exact = scale === "none" ? value : scale === "days" ? value * 86400000n : floorDivide(value, perMilli[scale])
  const number = Number(exact)
  return Number.isSafeInteger(number) ? number : Number.NaN
}

const floorDivide = (value: bigint, by: bigint): bigint => {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}
