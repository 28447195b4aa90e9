/**
 * Excludes other processes of this machine by a lock that the kernel drops when its process dies, however it dies.
 *
 * SQLite's exclusive transaction on an empty file is such a lock and comes with Node. It is a POSIX lock: opening and
 * closing `.lock` by other means in the same process would drop it, so nothing else ever touches that file.
 * Safety never rests on it, only on the create-once log: it gives a second process a clear message early.
 */
import { type Files, type Holder, StorageFailure, StorageLocked } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"

/** Held until the scope closes. */
export type DirectoryLock = (holder: Holder) => Effect.Effect<void, StorageFailure | StorageLocked, Scope>

const busy = 5
const notADatabase = 26

const reasons: Readonly<Record<number, StorageFailure["reason"]>> = {
  3: "denied",
  8: "denied",
  13: "full",
  14: "denied",
  23: "denied"
}

const resultCode = (cause: unknown): number =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number" ? cause.errcode & 0xff : 0

interface Closeable {
  readonly close: () => void
}

const lockFile = async (path: string): Promise<Closeable> => {
  const { DatabaseSync } = await import("node:sqlite")
  const database = new DatabaseSync(path)
  try {
    // Nothing is ever written, so there is nothing to journal: this avoids an empty journal file beside the lock.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

const unknownHolder: Holder = { name: "another process", since: "an unknown time" }

const parseHolder = (bytes: Uint8Array): Holder => {
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes))
  if (typeof parsed !== "object" || parsed === null || !("name" in parsed) || !("since" in parsed)) return unknownHolder
  return { name: String(parsed.name), since: String(parsed.since) }
}

/** Who holds the lock, as far as it has said so: it may be about to. */
const readHolder = (files: Files, path: string): Effect.Effect<Holder> =>
  files.read(path).pipe(
    Effect.flatMap((bytes) => Effect.try({ try: () => parseHolder(bytes), catch: () => unknownHolder })),
    Effect.orElseSucceed(() => unknownHolder)
  )

export const kernelLock =
  (directory: string, files: Files): DirectoryLock =>
  (holder) => {
    const path = `${directory}/.lock`
    const holderPath = `${directory}/.holder.json`
    const refused = (cause: unknown): Effect.Effect<never, StorageFailure | StorageLocked> => {
      const code = resultCode(cause)
      if (code !== busy) {
        const damaged = new Error("It is no lock file. Delete it: it holds no data.")
        const [reason, why] =
          code === notADatabase ? (["invalid", damaged] as const) : ([reasons[code] ?? "io", cause] as const)
        return Effect.fail(new StorageFailure({ operation: "lock", path, reason, outcome: "none", cause: why }))
      }
      return Effect.flatMap(readHolder(files, holderPath), ({ name, since }) =>
        Effect.fail(new StorageLocked({ path: directory, holder: name, since }))
      )
    }
    const acquire = Effect.tryPromise({ try: () => lockFile(path), catch: (cause) => cause }).pipe(
      Effect.catch(refused)
    )
    const sayWho = Effect.andThen(
      files.write(`${holderPath}.tmp`, new TextEncoder().encode(`${JSON.stringify(holder)}\n`)),
      files.rename(`${holderPath}.tmp`, holderPath)
    )
    // The name is for messages only: when it cannot be removed, the next holder replaces it.
    const forgetWho = Effect.ignore(files.remove(holderPath))
    return Effect.gen(function* () {
      yield* Effect.acquireRelease(acquire, (database) => Effect.sync(() => database.close()))
      yield* Effect.acquireRelease(sayWho, () => forgetWho)
    })
  }
