/**
 * The pages of a column chunk: their headers read, their checksums verified, their bytes decompressed.
 */
import { brotliDecompressSync, crc32, gunzipSync, zstdDecompressSync } from "node:zlib"
import type { Compressors, Encoding, PageHeader } from "hyparquet"
import { parquetHeader } from "hyparquet/src/column.js"
import { compressors as pureCompressors } from "hyparquet-compressors"
import { type ChunkRequest, corrupt } from "./decoding.ts"
import { decodeHybrid } from "./hybrid.ts"
import type { StoredPage } from "./storedValues.ts"

/** Node's own decompressors are several times faster; the rest is pure JavaScript. */
const compressors: Compressors = {
  ...pureCompressors,
  ZSTD: (input, maxOutputLength) => zstdDecompressSync(input, { maxOutputLength: Math.max(1, maxOutputLength) }),
  GZIP: (input, maxOutputLength) => gunzipSync(input, { maxOutputLength: Math.max(1, maxOutputLength) }),
  BROTLI: (input, maxOutputLength) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, maxOutputLength) })
}

export interface DataPage {
  readonly rows: number
  /** Decompresses; `nulls` is 1 where a row has no value, or null when all have one. */
  readonly open: () => { readonly nulls: Uint8Array | null; readonly stored: StoredPage }
}

export type Page =
  | { readonly _tag: "Dictionary"; readonly stored: StoredPage }
  | { readonly _tag: "Data"; readonly page: DataPage }

/** The pages of a chunk in order. Fails: throws for what is damaged or not supported. */
export function* readPages(bytes: Uint8Array, chunk: ChunkRequest): Generator<Page> {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
  while (reader.offset < bytes.length) {
    const header = parquetHeader(reader)
    const end = reader.offset + header.compressed_page_size
    if (!(header.compressed_page_size >= 0) || end > bytes.length) throw corrupt("a page reaches beyond its column")
    const page = bytes.subarray(reader.offset, end)
    reader.offset = end
    const opened = pageOf({ header, bytes: page, chunk })
    if (opened !== null) yield opened
  }
}

interface RawPage {
  readonly header: PageHeader
  readonly bytes: Uint8Array
  readonly chunk: ChunkRequest
}

const pageOf = (raw: RawPage): Page | null => {
  const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary } = raw.header
  switch (raw.header.type) {
    case "DICTIONARY_PAGE": {
      if (dictionary === undefined) throw corrupt("a dictionary page without header")
      const bytes = decompress(raw, { bytes: raw.bytes, size: raw.header.uncompressed_page_size })
      return { _tag: "Dictionary", stored: { bytes, encoding: "PLAIN", count: dictionary.num_values } }
    }
    case "DATA_PAGE": {
      if (v1 === undefined) throw corrupt("a data page without header")
      return { _tag: "Data", page: { rows: v1.num_values, open: () => openV1(raw, v1) } }
    }
    case "DATA_PAGE_V2": {
      if (v2 === undefined) throw corrupt("a data page without header")
      return { _tag: "Data", page: { rows: v2.num_values, open: () => openV2(raw, v2) } }
    }
    default:
      return null
  }
}

const openV1 = (raw: RawPage, header: { readonly num_values: number; readonly encoding: Encoding }) => {
  const bytes = decompress(raw, { bytes: raw.bytes, size: raw.header.uncompressed_page_size })
  const rows = header.num_values
  if (!raw.chunk.isNullable) return { nulls: null, stored: { bytes, encoding: header.encoding, count: rows } }
  if (bytes.length < 4) throw corrupt("a page without definition levels")
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const { nulls, count } = readLevels(bytes.subarray(4, 4 + length), rows)
  return { nulls, stored: { bytes: bytes.subarray(4 + length), encoding: header.encoding, count } }
}

const openV2 = (raw: RawPage, header: NonNullable<PageHeader["data_page_header_v2"]>) => {
  const levelsStart = header.repetition_levels_byte_length
  const start = levelsStart + header.definition_levels_byte_length
  const rest = raw.bytes.subarray(start)
  const size = raw.header.uncompressed_page_size - start
  const bytes = header.is_compressed === false ? rest : decompress(raw, { bytes: rest, size })
  const { nulls, count } = raw.chunk.isNullable
    ? readLevels(raw.bytes.subarray(levelsStart, start), header.num_values)
    : { nulls: null, count: header.num_values }
  return { nulls, stored: { bytes, encoding: header.encoding, count } }
}

/** Definition levels of a flat column: 1 where a row has a value. */
const readLevels = (bytes: Uint8Array, rows: number): { readonly nulls: Uint8Array | null; readonly count: number } => {
  const levels = decodeHybrid(bytes, { width: 1, count: rows })
  let count = 0
  for (let i = 0; i < rows; i++) count += levels[i] ?? 0
  if (count === rows) return { nulls: null, count }
  const nulls = new Uint8Array(rows)
  for (let i = 0; i < rows; i++) nulls[i] = levels[i] === 0 ? 1 : 0
  return { nulls, count }
}

const decompress = (
  { header, bytes: whole, chunk }: RawPage,
  { bytes, size }: { readonly bytes: Uint8Array; readonly size: number }
): Uint8Array => {
  if (header.crc !== undefined && crc32(whole) !== header.crc >>> 0) throw corrupt("a page's checksum does not match")
  if (chunk.codec === "UNCOMPRESSED" || size === 0) return bytes
  const run = compressors[chunk.codec]
  if (run === undefined) throw corrupt(`compression ${chunk.codec} is not supported; write the file with another codec`)
  const output = run(bytes, size)
  if (output.length !== size) throw corrupt(`a page has ${output.length} bytes instead of ${size}`)
  // A plain array: a Buffer's `slice` shares its memory, that of a Uint8Array copies.
  return new Uint8Array(output.buffer, output.byteOffset, output.length)
}
