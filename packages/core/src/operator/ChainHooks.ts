/** What some chains offer beside records and event time. */
import type { Effect } from "effect"
import type { SnapshotCorrupt } from "../model/errors.ts"
import type { Json } from "../model/Json.ts"
import type { Timestamp } from "../model/time.ts"
import type { OperatorList } from "../state/OperatorList.ts"

/** Items of a list that a subtask goes on with after a restore. */
export type RestoredItems = (list: Pick<OperatorList, "operator" | "name">) => ReadonlyArray<Json>

/** State that belongs to operators and not to keys. */
export interface ChainLists {
  /** For a snapshot. Fails: throws `StateValueInvalid`. */
  readonly lists: () => ReadonlyArray<OperatorList>
  readonly restore: (itemsOf: RestoredItems) => Effect.Effect<void, SnapshotCorrupt>
  /** The end of data, before it is passed on. Fails: as `run`. */
  readonly end: (watermark: Timestamp) => void
}

/** A chain reads no clock: it is told how far processing time has come. */
export interface ChainClock {
  /** Fires the processing-time timers that are due, in order of time; a clock that goes back is waited for. Fails: as `run`. */
  readonly advance: (now: number) => void
  /** When the next timer is due; Infinity for none. */
  readonly next: () => number
}
