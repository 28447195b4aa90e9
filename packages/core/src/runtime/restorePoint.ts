/**
 * Finding and loading the checkpoint to restore: the newest candidate whose every byte is as it was written (rule 8).
 */
import { Effect, Result } from "effect"
import { type FormatTooNew, NothingToRestore, type SnapshotCorrupt, type StorageFailure } from "../model/errors.ts"
import { keyGroupRange } from "../model/keyGroups.ts"
import type { OpenSnapshot } from "../state/index.ts"
import type { ObjectReader } from "../storage/CheckpointStorage.ts"
import type { Manifest } from "../storage/LogEntry.ts"
import { StateObjects } from "./StateObjects.ts"

export interface RestorePoint {
  /** Null for an empty start. */
  readonly manifest: Manifest | null
  /** The state objects of all former subtasks, by task. */
  readonly snapshots: ReadonlyMap<string, ReadonlyArray<OpenSnapshot>>
  /** Newer candidates that cannot be read. */
  readonly corrupt: ReadonlyArray<{ readonly manifest: Manifest; readonly failure: SnapshotCorrupt }>
}

/** Fails: `NothingToRestore` if there are candidates and none can be read. */
export const loadRestorePoint = Effect.fnUntraced(function* (
  reader: ObjectReader,
  job: string,
  candidates: ReadonlyArray<Manifest>
): Effect.fn.Return<RestorePoint, StorageFailure | FormatTooNew | NothingToRestore> {
  const corrupt: Array<{ readonly manifest: Manifest; readonly failure: SnapshotCorrupt }> = []
  for (const manifest of candidates) {
    const loaded = yield* Effect.result(loadSnapshots(reader, manifest))
    if (Result.isSuccess(loaded)) return { manifest, snapshots: loaded.success, corrupt }
    if (loaded.failure._tag !== "SnapshotCorrupt") return yield* Effect.fail(loaded.failure)
    corrupt.push({ manifest, failure: loaded.failure })
  }
  if (corrupt.length > 0) {
    return yield* new NothingToRestore({ job, problems: corrupt.map(({ failure }) => failure.message) })
  }
  return { manifest: null, snapshots: new Map(), corrupt }
})

const loadSnapshots = Effect.fnUntraced(function* (reader: ObjectReader, manifest: Manifest) {
  const objects = new StateObjects(reader)
  const snapshots = new Map<string, ReadonlyArray<OpenSnapshot>>()
  for (const { task, subtasks } of manifest.tasks) {
    const opened = yield* Effect.forEach(subtasks, (subtask) => objects.snapshot(manifest.id, subtask), {
      concurrency: 4
    })
    snapshots.set(task, opened)
  }
  return snapshots
})

/** The snapshots that hold key groups of a range of some operator, whatever task the operator was part of. */
export const snapshotsOf = (
  { manifest, snapshots }: RestorePoint,
  operators: ReadonlyArray<string>,
  range: { readonly from: number; readonly to: number }
): ReadonlyArray<OpenSnapshot> =>
  (manifest?.tasks ?? []).flatMap(({ task, subtasks }) =>
    (snapshots.get(task) ?? []).filter((snapshot, i) => {
      const former = keyGroupRange(subtasks[i]?.index ?? 0, subtasks.length)
      const overlaps = former.from < range.to && range.from < former.to
      return overlaps && snapshot.states.some(({ record }) => operators.includes(record.operator))
    })
  )
