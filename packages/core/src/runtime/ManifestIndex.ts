/** Where the completed checkpoints of a job lie: what retention has to remove for each. */
import { Effect } from "effect"
import type { CheckpointId } from "../model/ids.ts"
import type { JobStorage } from "../storage/CheckpointStorage.ts"
import type { LogContent } from "../storage/JobLog.ts"
import type { Manifest } from "../storage/LogEntry.ts"
import { releaseObjects, termOfObject } from "./stateObject.ts"

interface Place {
  readonly slot: number
  readonly objects: ReadonlyArray<string>
}

export const objectsOf = (manifest: Manifest): ReadonlyArray<string> =>
  manifest.tasks.flatMap((task) => task.subtasks.map((subtask) => subtask.object))

export class ManifestIndex {
  readonly #places = new Map<CheckpointId, Place>()

  add(slot: number, manifest: Manifest): void {
    this.#places.set(manifest.id, { slot, objects: objectsOf(manifest) })
  }

  addAll(content: LogContent): void {
    for (const { slot, manifest } of content.view.completed) this.add(slot, manifest)
  }

  objectsOf(id: CheckpointId): ReadonlyArray<string> {
    return this.#places.get(id)?.objects ?? []
  }

  /** Removes the entry, then the objects: what is interrupted in between is found by {@link removeOrphans}. */
  retire(storage: JobStorage, id: CheckpointId): Effect.Effect<void> {
    const place = this.#places.get(id)
    if (place === undefined) return Effect.void
    this.#places.delete(id)
    return storage.deleteEntry(place.slot).pipe(
      Effect.andThen(releaseObjects(storage, place.objects)),
      Effect.catch((failure) => Effect.logWarning(`Left behind: ${failure.message}`))
    )
  }
}

/**
 * Removes state objects of earlier terms that no manifest names. Safe once our claim stands: no manifest of an earlier
 * term can appear any more (rule 2).
 */
export const removeOrphans = Effect.fnUntraced(function* (storage: JobStorage, content: LogContent, term: number) {
  if (content.damaged.length > 0) return
  const named = new Set(content.entries.flatMap(({ entry }) => (entry._tag === "Manifest" ? objectsOf(entry) : [])))
  const objects = yield* storage.listObjects
  const orphans = objects.filter(({ name }) => {
    const owner = termOfObject(name)
    return owner !== null && owner < term && !named.has(name)
  })
  yield* releaseObjects(
    storage,
    orphans.map(({ name }) => name)
  )
})
