/** What a completed checkpoint holds, for people who look at it: sizes of states, positions of splits. */
import { Effect } from "effect"
import type { FormatTooNew, SnapshotCorrupt, StorageFailure } from "../../model/errors.ts"
import type { Json } from "../../model/Json.ts"
import type { OpenSnapshot } from "../../state/index.ts"
import type { JobReader } from "../../storage/CheckpointStorage.ts"
import type { Manifest } from "../../storage/LogEntry.ts"
import { splitStateOf } from "../SplitReader.ts"
import { StateObjects } from "../StateObjects.ts"
import { splitsList } from "../TaskInput.ts"

/** One state of an operator, over all subtasks. */
export interface StateSize {
  readonly operator: string
  readonly state: string
  readonly entries: number
  /** All that a restore reads, also from objects of earlier checkpoints. */
  readonly bytes: number
  /** The part of `bytes` in deltas. */
  readonly deltaBytes: number
}

/** How far one split has been read. */
export interface SplitPosition {
  readonly operator: string
  readonly split: string
  /** Null before the first record. */
  readonly position: Json | null
  readonly records: number
  readonly isFinished: boolean
}

export interface CheckpointContent {
  readonly states: ReadonlyArray<StateSize>
  /** In reading order. */
  readonly splits: ReadonlyArray<SplitPosition>
}

/** Reads and checks all state objects of a checkpoint, also those of earlier ones that it shares. */
export const readCheckpoint = Effect.fnUntraced(function* (
  reader: JobReader,
  manifest: Manifest
): Effect.fn.Return<CheckpointContent, StorageFailure | FormatTooNew | SnapshotCorrupt> {
  const subtasks = manifest.tasks.flatMap((task) => task.subtasks)
  const objects = new StateObjects(reader)
  const snapshots = yield* Effect.forEach(subtasks, (subtask) => objects.snapshot(manifest.id, subtask))
  return { states: statesOf(snapshots), splits: snapshots.flatMap(splitsOf).sort(inReadingOrder).map(shown) }
})

const statesOf = (snapshots: ReadonlyArray<OpenSnapshot>): ReadonlyArray<StateSize> => {
  const states = new Map<string, StateSize>()
  for (const section of snapshots.flatMap((snapshot) => snapshot.sections)) {
    const key = JSON.stringify([section.operator, section.state])
    const { bytes, deltaBytes, entries } = states.get(key) ?? { bytes: 0, deltaBytes: 0, entries: 0 }
    states.set(key, {
      ...section,
      entries: entries + section.entries,
      bytes: bytes + section.bytes,
      deltaBytes: deltaBytes + section.deltaBytes
    })
  }
  return [...states.values()]
}

const splitsOf = (snapshot: OpenSnapshot) =>
  snapshot.lists
    .filter((list) => list.name === splitsList)
    .flatMap(({ operator, items }) => items.map((item) => ({ operator, ...splitStateOf(item) })))

type OwnedSplit = ReturnType<typeof splitsOf>[number]

const inReadingOrder = (a: OwnedSplit, b: OwnedSplit): number => a.order - b.order

const shown = ({ operator, id, position, records, isFinished }: OwnedSplit): SplitPosition => ({
  operator,
  split: id,
  position,
  records,
  isFinished
})
