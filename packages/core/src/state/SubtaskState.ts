/**
 * The state of one subtask: the keyed tables of its operators, captured together at a barrier.
 */
import type { Effect } from "effect"
import type { CheckpointId } from "../model/ids.ts"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
import type { KeyedTable } from "./KeyedTable.ts"
import type { OperatorList } from "./OperatorList.ts"
import type { SnapshotReader } from "./snapshot/SnapshotReader.ts"

export interface SubtaskState {
  /** Registers a keyed state. Fails: `InvariantViolation` for a doubled (operator, name). */
  readonly keyed: <V>(descriptor: KeyedStateDescriptor<V>) => KeyedTable<V>
  /** Loads the entries of key groups `[from, to)` from the snapshots of all former subtasks of the task; gives way to the event loop after every millisecond of its own work. */
  readonly restore: (
    readers: ReadonlyArray<SnapshotReader>,
    range: { readonly from: number; readonly to: number }
  ) => Effect.Effect<void>
  /** What each keyed state holds now. Cost: O(tables and namespaces). */
  readonly usage: () => ReadonlyArray<StateUsage>
  /** Fixes the view at a barrier. Synchronous, O(tables and namespaces); `lists` are taken as they are. */
  readonly capture: (lists: ReadonlyArray<OperatorList>, cut: SnapshotCut) => Capture
}

export interface StateUsage {
  readonly operator: string
  readonly state: string
  readonly entries: number
  /** Memory off the JavaScript heap, pages that captures keep included; null for a state in maps: it is part of the heap. */
  readonly bytes: number | null
}

/** What a capture is for. */
export interface SnapshotCut {
  readonly checkpoint: CheckpointId
  /** A completed checkpoint of this attempt that the object may continue; a permission, no duty. Never older than one named before. */
  readonly base: CheckpointId | null
  /** Name of the object that will be written. */
  readonly object: string
}

export interface Capture {
  /** A table in maps keeps the view: a capture that follows too early has to finish this one synchronously. */
  readonly isExclusive: boolean
  /**
   * The view as one compressed, checksummed object; `late` are lists that were not known at the barrier (prepared
   * transactions). Gives way to the event loop after every millisecond of its own
   * work; run at most once; ends the capture.
   */
  readonly encode: (late: ReadonlyArray<OperatorList>) => Effect.Effect<EncodedSnapshot>
  /** Ends the capture without encoding it. */
  readonly release: () => void
}

export interface EncodedSnapshot {
  readonly bytes: Uint8Array
  /** Names of the objects of earlier checkpoints that it continues, sorted. */
  readonly shared: ReadonlyArray<string>
}
