/**
 * Checks that everything a job has completed can be read back as it was written.
 *
 * V1 Every byte counts: an entry must be what its content encodes to, an object passes all its checksums and sizes.
 * V2 What retention removes meanwhile is no damage: an object is missing only while its entry stands.
 */
import { Effect } from "effect"
import { type FormatTooNew, SnapshotCorrupt, type StorageFailure } from "../../model/errors.ts"
import type { JobReader } from "../../storage/CheckpointStorage.ts"
import { readLog } from "../../storage/JobLog.ts"
import { encodeLogEntry, type LogEntry, type Manifest } from "../../storage/LogEntry.ts"
import { VerifiedObjects } from "../StateObjects.ts"

export interface VerifiedJob {
  readonly entries: number
  readonly checkpoints: number
  readonly objects: number
  /** Of all state objects, each counted once. */
  readonly bytes: number
}

/** Fails: with the first log entry or state object that is not as it was written. */
export const verifyJob = Effect.fnUntraced(function* (
  reader: JobReader
): Effect.fn.Return<VerifiedJob, StorageFailure | FormatTooNew | SnapshotCorrupt> {
  const { view, entries, damaged } = yield* readLog(reader)
  const first = damaged[0]
  if (first !== undefined) return yield* first.failure
  for (const { slot, entry } of entries) yield* verifyEntry(reader, slot, entry)
  const verified = new VerifiedObjects(reader)
  const sizes = new Map<string, number>()
  let checkpoints = 0
  const savepoints = view.savepoints.filter(({ slot }) => view.completed.every((other) => other.slot !== slot))
  for (const { slot, manifest } of [...view.completed, ...savepoints]) {
    const objects = yield* Effect.catchTag(
      verifyObjects(verified, manifest),
      "SnapshotCorrupt",
      (failure) =>
        Effect.flatMap(reader.listEntries, (slots) =>
          slots.includes(slot) ? Effect.fail(failure) : Effect.succeed([])
        ) // V2
    )
    if (objects.length > 0) checkpoints++
    for (const { object, size } of objects) sizes.set(object, size)
  }
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  return { entries: entries.length, checkpoints, objects: sizes.size, bytes }
})

const verifyEntry = Effect.fnUntraced(function* (reader: JobReader, slot: number, entry: LogEntry) {
  const standing = yield* Effect.catchIf(
    reader.readEntry(slot),
    (failure) => failure.reason === "missing", // V2
    () => Effect.succeed(null)
  )
  if (standing === null || Buffer.from(standing).equals(encodeLogEntry(entry))) return
  const object = reader.pathOf({ slot })
  const checkpoint = entry._tag === "Manifest" ? entry.id : null
  return yield* new SnapshotCorrupt({ object, checkpoint, problem: "its bytes are not those that were written" }) // V1
})

/** Answers all objects that a restore of the checkpoint reads. */
const verifyObjects = (verified: VerifiedObjects, { id, tasks }: Manifest) =>
  Effect.map(
    Effect.forEach(
      tasks.flatMap((task) => task.subtasks),
      (subtask) => verified.verify(id, subtask)
    ),
    (objects) => objects.flat()
  )
