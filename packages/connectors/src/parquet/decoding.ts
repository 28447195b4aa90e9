/**
 * What the source asks of its decoder and what it gets: messages between two threads. Imports nothing of the core, so
 * that the worker starts quickly.
 */
import type { CompressionCodec, ParquetType } from "hyparquet"

/** How stored values become column values. */
export type Target =
  /** Numbers; integers must be safe. */
  | { readonly _tag: "Numbers"; readonly scale: Scale; readonly isUnsigned: boolean }
  | { readonly _tag: "BigInts"; readonly isUnsigned: boolean }
  | { readonly _tag: "Booleans" }
  | { readonly _tag: "Texts" }

/** What one unit of a stored time is; times become epoch milliseconds, finer parts are cut off. */
export type Scale = "none" | "days" | "millis" | "micros" | "nanos"

/** One column chunk of a row group: where its pages lie and how to read them. */
export interface ChunkRequest {
  readonly name: string
  readonly start: number
  readonly length: number
  readonly codec: CompressionCodec
  readonly type: ParquetType
  readonly isNullable: boolean
  readonly target: Target
}

/** Rows `[from, to)` of a row group, counted from its first row, which is `groupStart` in the file. */
export interface UnitRequest {
  readonly id: number
  readonly path: string
  readonly groupStart: number
  readonly from: number
  readonly to: number
  readonly columns: ReadonlyArray<ChunkRequest>
}

/** `nulls` is 1 where a row has no value, or null when all have one. */
type Column<Tag extends string, Values> = {
  readonly _tag: Tag
  readonly values: Values
  readonly nulls: Uint8Array<ArrayBuffer> | null
}

/** The rows of one column. A text is its index in `texts`. */
export type DecodedColumn =
  | Column<"Numbers", Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>
  | Column<"BigInts", BigInt64Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>>
  | Column<"Booleans", Uint8Array<ArrayBuffer>>
  | (Column<"Texts", Uint32Array<ArrayBuffer>> & { readonly texts: ReadonlyArray<string> })

export type UnitAnswer =
  | { readonly _tag: "Decoded"; readonly id: number; readonly columns: ReadonlyArray<DecodedColumn> }
  | { readonly _tag: "Failed"; readonly id: number; readonly problem: DecodeProblem }

export interface DecodeProblem {
  readonly reason: "malformed" | "schema" | "io"
  readonly detail: string
}

/** Thrown within the decoder; becomes a {@link DecodeProblem} at the edge of its thread. */
export class DecodeError extends Error {
  override readonly name = "DecodeError"
  readonly reason: DecodeProblem["reason"]
  constructor(reason: DecodeProblem["reason"], detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** The bytes contradict the format. */
export const corrupt = (detail: string): DecodeError => new DecodeError("malformed", detail)
