/**
 * The state of one subtask: the keyed tables of its operators, captured together at a barrier.
 */
import type { Effect } from "effect"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
import type { KeyedTable } from "./KeyedTable.ts"
import type { OperatorList } from "./OperatorList.ts"
import type { SnapshotReader } from "./SnapshotReader.ts"

export interface SubtaskState {
  /** Registers a keyed state. Fails: `InvariantViolation` for a doubled (operator, name). */
  readonly keyed: <V>(descriptor: KeyedStateDescriptor<V>) => KeyedTable<V>
  /** Loads the entries of key groups `[from, to)` from the snapshots of all former subtasks of the task; gives way to the event loop after every 2 ms of its own work. */
  readonly restore: (
    readers: ReadonlyArray<SnapshotReader>,
    range: { readonly from: number; readonly to: number }
  ) => Effect.Effect<void>
  /** Fixes the view at a barrier. Synchronous, O(tables); `lists` are taken as they are. */
  readonly capture: (lists: ReadonlyArray<OperatorList>) => Capture
}

export interface Capture {
  /**
   * The view as one compressed, checksummed object; `late` are lists that were not known at the barrier (prepared
   * transactions). Gives way to the event loop after every 2 ms of its own
   * work; run at most once; ends the capture.
   */
  readonly encode: (late: ReadonlyArray<OperatorList>) => Effect.Effect<Uint8Array>
  /** Ends the capture without encoding it. */
  readonly release: () => void
}
