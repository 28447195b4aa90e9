/** A keyed state as snapshots see it, whatever its values and its layout are. */
import type { Effect } from "effect"
import type { CheckpointId } from "../../model/ids.ts"
import type { StateRecord } from "../describeState.ts"
import type { Cut } from "../fixed/RowBlock.ts"
import type { StoredState } from "./OpenObject.ts"
import type { Slice, TimeSlice } from "./timeSlice.ts"
import type { WrittenState } from "./writeSnapshot.ts"

export interface RegisteredState {
  readonly record: StateRecord
  /** Synchronous; `since` is the base that may be continued. */
  readonly capture: (cut: Cut) => StateCapture
  /** Loads what one former subtask has stored, newest object first. */
  readonly restore: (stored: ReadonlyArray<StoredState>, into: RestoreContext) => Effect.Effect<void>
  /** No checkpoint before this one will be a base. */
  readonly forgetBefore: (checkpoint: CheckpointId) => void
}

export interface RestoreContext {
  /** Key groups `[from, to)`. */
  readonly range: { readonly from: number; readonly to: number }
  readonly slice: Slice
}

export interface StateCapture {
  /** The table cannot be captured again before the view has been read. */
  readonly isExclusive: boolean
  /** False if it holds only what has changed since the base. */
  readonly isFull: boolean
  /** Reads what slows the table down while it is kept. */
  readonly read: (slice: TimeSlice) => Effect.Effect<void>
  /** Packs and compresses; says in the header that `depth` objects are continued. */
  readonly write: (slice: TimeSlice, depth: number) => Effect.Effect<WrittenState>
  /** Ends the capture; nothing is kept for it any more. Further calls change nothing. */
  readonly release: () => void
}
