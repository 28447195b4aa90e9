/** One job's objects and log in its directory. */
import { type Files, type JobReader, type JobStorage, StorageFailure, type StoredObject } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import { checkObjectName, checkSlot } from "../names.ts"
import { createOnce } from "./createOnce.ts"
import { type JobLayout, objectOf, slotOf } from "./layout.ts"

const listConcurrency = 16

const sizeOf = (
  files: Files,
  layout: JobLayout,
  name: string
): Effect.Effect<ReadonlyArray<StoredObject>, StorageFailure> =>
  files.size(layout.object(name)).pipe(
    Effect.map((size) => [{ name, size }]),
    // Deleted since the directory was listed.
    Effect.catchIf(
      (failure) => failure.reason === "missing",
      () => Effect.succeed([])
    )
  )

export const fileReader = (files: Files, layout: JobLayout): JobReader => ({
  pathOf: (name) => ("object" in name ? layout.object(name.object) : layout.entry(name.slot)),
  readObject: (name) => Effect.andThen(checkObjectName("read object", name), files.read(layout.object(name))),
  readEntry: (slot) => Effect.andThen(checkSlot("read entry", slot), files.read(layout.entry(slot))),
  listObjects: Effect.gen(function* () {
    const names = (yield* files.list(layout.objects)).map(objectOf).filter((name) => name !== null)
    const found = yield* Effect.forEach(names.sort(), (name) => sizeOf(files, layout, name), {
      concurrency: listConcurrency
    })
    return found.flat()
  }),
  listEntries: Effect.map(files.list(layout.log), (names) =>
    names
      .map(slotOf)
      .filter((slot) => slot !== null)
      .sort((a, b) => a - b)
  )
})

/** `temporary` answers a path that was never used before. */
export const fileJob = (files: Files, layout: JobLayout, temporary: () => string): JobStorage => ({
  ...fileReader(files, layout),
  createObject: Effect.fnUntraced(function* (name, bytes) {
    const operation = "create object"
    yield* checkObjectName(operation, name)
    const path = layout.object(name)
    const result = yield* createOnce(files, { operation, temporary: temporary(), path, bytes })
    if (result === "exists") {
      return yield* new StorageFailure({ operation, path, reason: "exists", outcome: "none" })
    }
  }),
  deleteObject: (name) => Effect.andThen(checkObjectName("delete object", name), files.remove(layout.object(name))),
  appendEntry: Effect.fnUntraced(function* (slot, bytes) {
    const operation = "append entry"
    yield* checkSlot(operation, slot)
    const path = layout.entry(slot)
    const result = yield* createOnce(files, { operation, temporary: temporary(), path, bytes })
    return result === "created" ? ("appended" as const) : ("taken" as const)
  }),
  // B5: retention removes an entry before its objects, so the entry must not come back without them.
  deleteEntry: Effect.fnUntraced(function* (slot) {
    yield* checkSlot("delete entry", slot)
    yield* files.remove(layout.entry(slot))
    yield* files.syncDirectory(layout.log)
  })
})
