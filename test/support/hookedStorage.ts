/** A storage that holds or refuses what a test names, over another one. */
import type { CheckpointStorage, JobStorage, StorageFailure } from "@tidemark/core/storage"
import { Effect } from "effect"

export interface StorageHooks {
  /** Stands in for appends; `pass` does the real one. */
  readonly appendEntry?: (
    slot: number,
    text: string,
    pass: Effect.Effect<"appended" | "taken", StorageFailure>
  ) => Effect.Effect<"appended" | "taken", StorageFailure>
  /** Stands in for object reads; `pass` does the real one. */
  readonly readObject?: (
    name: string,
    pass: Effect.Effect<Uint8Array, StorageFailure>
  ) => Effect.Effect<Uint8Array, StorageFailure>
  /** Stands in for object writes; `pass` does the real one. */
  readonly createObject?: (
    name: string,
    pass: Effect.Effect<void, StorageFailure>
  ) => Effect.Effect<void, StorageFailure>
}

export const hookedStorage = (over: CheckpointStorage, hooks: StorageHooks): CheckpointStorage => ({
  ...over,
  open: (job, holder) =>
    Effect.map(over.open(job, holder), (storage): JobStorage => {
      const { appendEntry, createObject, readObject } = hooks
      return {
        ...storage,
        appendEntry: (slot, bytes) => {
          const pass = storage.appendEntry(slot, bytes)
          return appendEntry === undefined ? pass : appendEntry(slot, new TextDecoder().decode(bytes), pass)
        },
        readObject: (name) => {
          const pass = storage.readObject(name)
          return readObject === undefined ? pass : readObject(name, pass)
        },
        createObject: (name, bytes) => {
          const pass = storage.createObject(name, bytes)
          return createObject === undefined ? pass : createObject(name, pass)
        }
      }
    })
})
