/**
 * What snapshots see of an off-heap table: its rows by number, in blocks of columns.
 *
 * B1 A row keeps its number from its creation until it is removed; a number is used again only by a later row.
 * B2 A block shows its rows as they were at the barrier, whatever is written while it waits to be encoded.
 * B3 A capture since another one holds every row that was created, changed or removed between the two.
 */
import type { CheckpointId } from "../../model/ids.ts"

/** How the keys and values of a state with fixed width are laid out. */
export interface FixedLayout {
  readonly key: "integer" | "string"
  /** In the order of their names. */
  readonly columns: ReadonlyArray<FixedColumn>
}

export interface FixedColumn {
  /** Path of the field, empty for a value that is a single number. */
  readonly name: string
  readonly kind: "number" | "boolean"
}

/** Rows of a block at most. */
export const blockRowsMax = 1_024

/** Some rows of one namespace, as they were at a barrier. A capture overwrites the arrays of a block with the next one. */
export interface RowBlock {
  readonly namespace: number
  /** Ascending. */
  readonly rows: Int32Array
  /** By position in `rows`; null for a row that was removed since the base. */
  readonly keys: ReadonlyArray<number | string | null>
  /** By column, then by position in `rows`. Booleans are 0 and 1. */
  readonly columns: ReadonlyArray<Float64Array>
}

/** A namespace at a barrier. A namespace that was removed and came back has a new serial: its old rows do not count. */
export interface FixedSpace {
  readonly namespace: number
  readonly serial: number
  /** Row numbers in use are below this. */
  readonly rowsEnd: number
  /** Rows that hold an entry. */
  readonly entries: number
}

/** Where a capture cuts: at the barrier of a checkpoint, against a base or in full. */
export interface Cut {
  readonly checkpoint: CheckpointId
  /** Only what changed after the capture of this checkpoint is needed; null for everything. */
  readonly since: CheckpointId | null
}

/** The view of an off-heap table at a barrier. */
export interface FixedCapture {
  /** False where `since` was asked for and can be answered. */
  readonly isFull: boolean
  /** All namespaces at the barrier, ascending. */
  readonly spaces: ReadonlyArray<FixedSpace>
  /** The next rows, or null when there are no more. Cost: O(a block), without a pause. */
  readonly next: () => RowBlock | null
  /** Ends the capture; nothing is kept for it any more. May be called at any time, any number of times. */
  readonly release: () => void
}

/** An off-heap table as snapshots see it. */
export interface FixedRows {
  readonly layout: FixedLayout
  /** Cost: O(namespaces); a capture that is still running goes on showing its own barrier. */
  readonly capture: (cut: Cut) => FixedCapture
  /** Forgets changes before the capture of a checkpoint: no older one will be a base. */
  readonly forgetBefore: (checkpoint: CheckpointId) => void
  /** About so many entries of a namespace will be loaded: it begins with room for them. */
  readonly expect: (namespace: number, entries: number) => void
  /** Adds the entries of a restored block. */
  readonly load: (block: RowBlock, filter: LoadFilter) => void
}

/** What is wanted of a restored block. */
export interface LoadFilter {
  /** Key groups `[from, to)`. */
  readonly range: { readonly from: number; readonly to: number }
  /** By the number of the row; null where all are wanted. */
  readonly isWanted: ((row: number) => boolean) | null
}
