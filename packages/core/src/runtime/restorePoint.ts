/**
 * Finding and loading the checkpoint to restore: the newest candidate whose every byte is as it was written (rule 8).
 */
import { Effect, Result } from "effect"
import { type FormatTooNew, NothingToRestore, SnapshotCorrupt, type StorageFailure } from "../model/errors.ts"
import { type OpenSnapshot, openSnapshot } from "../state/index.ts"
import type { JobReader } from "../storage/CheckpointStorage.ts"
import type { Manifest } from "../storage/LogEntry.ts"

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
  reader: JobReader,
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

const loadSnapshots = Effect.fnUntraced(function* (reader: JobReader, manifest: Manifest) {
  const snapshots = new Map<string, ReadonlyArray<OpenSnapshot>>()
  for (const { task, subtasks } of manifest.tasks) {
    const opened = yield* Effect.forEach(
      subtasks,
      ({ object, size }) => readSnapshot(reader, { manifest, object, size }),
      {
        concurrency: 4
      }
    )
    snapshots.set(task, opened)
  }
  return snapshots
})

/** Reads and checks one state object. Fails: `SnapshotCorrupt` also for one that is missing or of another size. */
export const readSnapshot = Effect.fnUntraced(function* (
  reader: JobReader,
  of: { readonly manifest: Manifest; readonly object: string; readonly size: number }
): Effect.fn.Return<OpenSnapshot, StorageFailure | FormatTooNew | SnapshotCorrupt> {
  const path = reader.pathOf({ object: of.object })
  const corrupt = (problem: string) =>
    Effect.fail(new SnapshotCorrupt({ object: path, checkpoint: of.manifest.id, problem }))
  const bytes = yield* Effect.catchIf(
    reader.readObject(of.object),
    (failure) => failure.reason === "missing",
    () => corrupt("it is missing")
  )
  if (bytes.length !== of.size) return yield* corrupt(`it has ${bytes.length} bytes instead of ${of.size}`)
  return yield* openSnapshot({ object: path, checkpoint: of.manifest.id, bytes })
})
