/** File systems with one seeded mistake each, as a careless backend would make it: every one must be caught. */
import type { Files } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"

export type Mutation = (files: Files) => Files

export const intact: Mutation = (files) => files

export const withoutSync: Mutation = (files) => ({ ...files, sync: () => Effect.void })

export const withoutSyncDirectory: Mutation = (files) => ({ ...files, syncDirectory: () => Effect.void })

/** Publishes by `rename`, which replaces silently. */
export const renamesInsteadOfLinks: Mutation = (files) => ({ ...files, link: files.rename })

/** Publishes by copying: a crash leaves half of it under the final name. */
export const copiesInsteadOfLinks: Mutation = (files) => ({
  ...files,
  link: (from, to) =>
    Effect.gen(function* () {
      const bytes = yield* files.read(from)
      yield* files.write(to, bytes.subarray(0, bytes.length >> 1))
      yield* files.append(to, bytes.subarray(bytes.length >> 1))
      yield* files.sync(to)
    })
})

/** Syncs the names before the new one is there. */
export const syncsTooEarly: Mutation = (files) => ({
  ...files,
  link: (from, to) => Effect.andThen(files.syncDirectory(to.slice(0, to.lastIndexOf("/"))), files.link(from, to)),
  syncDirectory: () => Effect.void
})

/** Forgets to make the removal of an entry durable. */
export const removesEntriesUnsynced: Mutation = (files) => {
  let isAfterRemoval = false
  return {
    ...files,
    remove: (path) => {
      isAfterRemoval = path.includes("/log/")
      return files.remove(path)
    },
    syncDirectory: (path) =>
      Effect.suspend(() => {
        const isSkipped = isAfterRemoval
        isAfterRemoval = false
        return isSkipped ? Effect.void : files.syncDirectory(path)
      })
  }
}

/** Takes an existing name for a durable one. */
export const answersTakenUnsynced: Mutation = (files) => {
  let isRefused = false
  return {
    ...files,
    link: (from, to) =>
      Effect.onExit(files.link(from, to), (exit) =>
        Effect.sync(() => {
          isRefused = exit._tag === "Failure"
        })
      ),
    syncDirectory: (path) => Effect.suspend(() => (isRefused ? Effect.void : files.syncDirectory(path)))
  }
}
