/**
 * Where the completed checkpoints of a job lie, and which objects they share: what retention has to remove for each.
 *
 * R1 An object goes only when no entry that stands refers to it: also one that is being removed stands until it is gone.
 */
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

/** All objects that a manifest refers to: its own ones first, then those of earlier checkpoints. */
export const objectsOf = (manifest: Manifest): ReadonlyArray<string> => {
  const subtasks = manifest.tasks.flatMap((task) => task.subtasks)
  return [...subtasks.map(({ object }) => object), ...subtasks.flatMap(({ shared = [] }) => shared)]
}

export class ManifestIndex {
  readonly #places = new Map<CheckpointId, Place>()
  /** Their entries are being removed. */
  readonly #retiring = new Map<CheckpointId, Place>()

  add(slot: number, manifest: Manifest): void {
    this.#places.set(manifest.id, { slot, objects: objectsOf(manifest) })
  }

  /** Also what was found corrupt or no longer counts: it stands as well, and what is left of it may be repaired (R1). */
  addAll(content: LogContent): void {
    for (const { slot, entry } of content.entries) if (entry._tag === "Manifest") this.add(slot, entry)
    for (const { slot, manifest } of content.view.completed) this.add(slot, manifest)
  }

  slotOf(id: CheckpointId): number | null {
    return this.#places.get(id)?.slot ?? null
  }

  objectsOf(id: CheckpointId): ReadonlyArray<string> {
    return this.#places.get(id)?.objects ?? []
  }

  /**
   * Removes the entry, then the objects that nothing else refers to: what is interrupted in between is found by
   * {@link removeOrphans}. An entry that cannot be removed goes on standing, and keeps its objects (R1).
   */
  retire(storage: JobStorage, id: CheckpointId): Effect.Effect<void> {
    const place = this.#places.get(id)
    if (place === undefined) return Effect.void
    this.#places.delete(id)
    this.#retiring.set(id, place)
    return storage.deleteEntry(place.slot).pipe(
      Effect.andThen(Effect.suspend(() => releaseObjects(storage, this.#unneeded(id, place)))),
      Effect.catch((failure) => Effect.logWarning(`Left behind: ${failure.message}`))
    )
  }

  /** What no other entry refers to, now that this one is gone. */
  #unneeded(id: CheckpointId, { objects }: Place): ReadonlyArray<string> {
    this.#retiring.delete(id)
    // A new attempt may have read the entry while it was being removed: it refers to nothing any more.
    const standing = [...this.#places].filter(([other]) => other !== id).map(([, place]) => place)
    const needed = new Set([...standing, ...this.#retiring.values()].flatMap((other) => other.objects))
    return objects.filter((object) => !needed.has(object))
  }
}

/**
 * Removes state objects of earlier terms that no manifest names, as its own or as shared. Safe once our claim stands: no
 * manifest of an earlier term can appear any more (rule 2).
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
