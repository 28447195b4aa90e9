/**
 * The footer of a Parquet file: what it holds, where, and a fingerprint of it.
 */
import { createHash } from "node:crypto"
import { type FileHandle, open } from "node:fs/promises"
import { SourceFailure } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import { type FileMetaData, parquetMetadata, parquetSchema, type RowGroup, type SchemaTree } from "hyparquet"
import { triedRead } from "../internal/sourceFailures.ts"

/** Stored with every split: a file with another fingerprint is another file. */
export const Fingerprint = Schema.Struct({ bytes: Schema.Int, rows: Schema.Int, footer: Schema.String })
export type Fingerprint = typeof Fingerprint.Type

export interface Group {
  readonly index: number
  /** Rows `[from, to)` of the file. */
  readonly from: number
  readonly to: number
  readonly metadata: RowGroup
}

export interface ParquetContent {
  readonly fingerprint: Fingerprint
  readonly groups: ReadonlyArray<Group>
  /** Top-level columns. */
  readonly columns: ReadonlyArray<SchemaTree>
}

/** Reads the footer. Fails: `missing`, `denied`, `io`; `malformed` for what is no whole Parquet file. */
export const readContent = (path: string): Effect.Effect<ParquetContent, SourceFailure> =>
  Effect.acquireUseRelease(
    triedRead(path, () => open(path, "r")),
    (file) => Effect.flatMap(readFooter(path, file), (footer) => contentOf(path, footer)),
    (file) => Effect.promise(() => file.close())
  )

interface Footer {
  readonly bytes: number
  readonly tail: Uint8Array
}

/** Length and magic number end the file; the metadata stand before them. */
const trailerBytes = 8

const readFooter = Effect.fnUntraced(function* (path: string, file: FileHandle) {
  const { size } = yield* triedRead(path, () => file.stat())
  if (size < trailerBytes + 4) return yield* malformed(path, `it has ${size} bytes only`)
  const trailer = yield* triedRead(path, () => readAt(file, { from: size - trailerBytes, length: trailerBytes }))
  if (trailer.toString("latin1", 4) !== "PAR1") return yield* malformed(path, "it does not end as Parquet files do")
  const length = trailer.readUInt32LE(0) + trailerBytes
  if (length > size) return yield* malformed(path, "its footer reaches beyond its beginning")
  const tail = yield* triedRead(path, () => readAt(file, { from: size - length, length }))
  return { bytes: size, tail } satisfies Footer
})

const readAt = async (
  file: FileHandle,
  { from, length }: { readonly from: number; readonly length: number }
): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
  return buffer.subarray(0, bytesRead)
}

const contentOf = Effect.fnUntraced(function* (path: string, { bytes, tail }: Footer) {
  const { metadata, columns } = yield* Effect.try({
    try: () => {
      const parsed: FileMetaData = parquetMetadata(tail)
      return { metadata: parsed, columns: parquetSchema(parsed).children }
    },
    catch: (cause) => malformed(path, "its footer cannot be decoded", cause)
  })
  const groups: Array<Group> = []
  for (const [index, group] of metadata.row_groups.entries()) {
    const from = groups.at(-1)?.to ?? 0
    groups.push({ index, from, to: from + Number(group.num_rows), metadata: group })
  }
  const footer = createHash("sha256").update(tail).digest("hex").slice(0, 16)
  return { fingerprint: { bytes, rows: groups.at(-1)?.to ?? 0, footer }, groups, columns } satisfies ParquetContent
})

const malformed = (path: string, problem: string, cause?: unknown): SourceFailure =>
  new SourceFailure({
    path,
    reason: "malformed",
    detail: `it is not a whole Parquet file: ${problem}. Check the path, or restore the file from its origin.`,
    retry: "never",
    ...(cause === undefined ? {} : { cause })
  })
