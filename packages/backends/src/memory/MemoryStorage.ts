/** Checkpoints in the memory of this process: for tests and trials. What it holds ends with the process. */
import { type CheckpointStorage, type JobReader, type JobStorage, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import { makeJobExclusion } from "../jobExclusion.ts"
import { checkObjectName, checkSlot, encodeJob } from "../names.ts"

interface StoredJob {
  readonly objects: Map<string, Uint8Array>
  readonly entries: Map<number, Uint8Array>
}

const pathOf =
  (job: string): JobReader["pathOf"] =>
  (name) =>
    "object" in name ? `memory ${job}/objects/${name.object}` : `memory ${job}/log/${name.slot}`

const refusal = (operation: string, path: string, reason: StorageFailure["reason"]): StorageFailure =>
  new StorageFailure({ operation, path, reason, outcome: "none" })

const get = <K>(stored: Map<K, Uint8Array>, key: K, path: string): Effect.Effect<Uint8Array, StorageFailure> =>
  Effect.suspend(() => {
    const bytes = stored.get(key)
    return bytes === undefined ? Effect.fail(refusal("read", path, "missing")) : Effect.succeed(bytes.slice())
  })

const readerOf = (job: string, stored: StoredJob): JobReader => {
  const path = pathOf(job)
  return {
    pathOf: path,
    readObject: (name) =>
      Effect.andThen(checkObjectName("read object", name), get(stored.objects, name, path({ object: name }))),
    readEntry: (slot) => Effect.andThen(checkSlot("read entry", slot), get(stored.entries, slot, path({ slot }))),
    listObjects: Effect.sync(() =>
      [...stored.objects.keys()].sort().map((name) => ({ name, size: stored.objects.get(name)?.length ?? 0 }))
    ),
    listEntries: Effect.sync(() => [...stored.entries.keys()].sort((a, b) => a - b))
  }
}

const storageOf = (job: string, stored: StoredJob): JobStorage => ({
  ...readerOf(job, stored),
  createObject: Effect.fnUntraced(function* (name, bytes) {
    yield* checkObjectName("create object", name)
    if (stored.objects.has(name)) {
      return yield* refusal("create object", pathOf(job)({ object: name }), "exists")
    }
    stored.objects.set(name, new Uint8Array(bytes))
  }),
  deleteObject: (name) =>
    Effect.andThen(
      checkObjectName("delete object", name),
      Effect.sync(() => void stored.objects.delete(name))
    ),
  appendEntry: (slot, bytes) =>
    Effect.andThen(
      checkSlot("append entry", slot),
      Effect.sync((): "appended" | "taken" => {
        if (stored.entries.has(slot)) return "taken"
        stored.entries.set(slot, new Uint8Array(bytes))
        return "appended"
      })
    ),
  deleteEntry: (slot) =>
    Effect.andThen(
      checkSlot("delete entry", slot),
      Effect.sync(() => void stored.entries.delete(slot))
    )
})

export const MemoryStorage = {
  /** One store, shared by all who hold it. Fails: with `StorageLocked` at a second open of a job while one is held. */
  make: (): CheckpointStorage => {
    const jobs = new Map<string, StoredJob>()
    const exclusion = makeJobExclusion((job) => `memory ${job}`)
    return {
      location: "memory",
      jobs: Effect.sync(() =>
        [...jobs]
          .filter(([, { entries }]) => entries.size > 0)
          .map(([job]) => job)
          .sort()
      ),
      inspect: (job) =>
        Effect.andThen(
          encodeJob(job),
          Effect.suspend(() => {
            const stored = jobs.get(job)
            return stored === undefined
              ? Effect.fail(refusal("open job", `memory ${job}`, "missing"))
              : Effect.succeed(readerOf(job, stored))
          })
        ),
      open: Effect.fnUntraced(function* (job, holder) {
        yield* encodeJob(job)
        yield* exclusion.acquire(job, holder)
        const stored = jobs.get(job) ?? { objects: new Map(), entries: new Map() }
        jobs.set(job, stored)
        return storageOf(job, stored)
      })
    }
  }
}
