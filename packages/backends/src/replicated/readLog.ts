/** Reads what a store's log says, whole or from where it was read before. */
import { type JobReader, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Acceptor, damagedAcceptor, type FoundRecords, readAcceptor } from "./Acceptor.ts"
import { decodeRecord, type ReplicaRecord } from "./record.ts"

const readConcurrency = 8
/** Cleaning may remove what was listed before it is read: then it is listed again. */
const attemptsMax = 8

type Found = ReplicaRecord | "damaged" | "gone"

const readRecord = (reader: JobReader, position: number): Effect.Effect<Found, StorageFailure> =>
  reader.readEntry(position).pipe(
    Effect.flatMap((bytes): Effect.Effect<Found, StorageFailure> => {
      const decoded = decodeRecord(bytes)
      if (Result.isSuccess(decoded)) return Effect.succeed(decoded.success)
      return decoded.failure === "damaged" ? Effect.succeed("damaged") : Effect.fail(tooNew(reader, position))
    }),
    Effect.catchIf(
      (failure) => failure.reason === "missing" || failure.reason === "corrupt",
      (failure) => Effect.succeed<Found>(failure.reason === "missing" ? "gone" : "damaged")
    )
  )

const tooNew = (reader: JobReader, slot: number): StorageFailure =>
  new StorageFailure({
    operation: "read",
    path: reader.pathOf({ slot }),
    reason: "invalid",
    outcome: "none",
    cause: new Error("a newer version of Tidemark has written it: run that version, or a newer one")
  })

/** Null if one of them has gone meanwhile. */
const readRecords = (
  reader: JobReader,
  positions: ReadonlyArray<number>
): Effect.Effect<FoundRecords | null, StorageFailure> =>
  Effect.forEach(positions, (position) => readRecord(reader, position), { concurrency: readConcurrency }).pipe(
    Effect.map((found) =>
      found.includes("gone")
        ? null
        : found.map((record, at) => ({
            position: positions[at] ?? 0,
            record: typeof record === "string" ? null : record
          }))
    )
  )

/** Reads the whole log of a store. */
export const loadAcceptor = (reader: JobReader): Effect.Effect<Acceptor, StorageFailure> =>
  Effect.gen(function* () {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const positions = yield* reader.listEntries
      const found = yield* readRecords(reader, positions)
      if (found !== null) return readAcceptor(found)
    }
    // Listed and not readable, again and again: lost.
    return damagedAcceptor((yield* reader.listEntries).at(-1) ?? 0)
  })

/** Reads what was added since; answers the same acceptor if that is possible. */
export const refreshAcceptor = (reader: JobReader, known: Acceptor): Effect.Effect<Acceptor, StorageFailure> =>
  Effect.gen(function* () {
    if (known.standing !== "sound") return yield* loadAcceptor(reader)
    const positions = yield* reader.listEntries
    const top = positions.at(-1) ?? 0
    if (top === known.last) return known
    if (top < known.last) return damagedAcceptor(top) // It has lost what it had: A2.
    const fresh = positions.filter((position) => position > known.last)
    const isNext = fresh.every((position, at) => position === known.last + 1 + at) && positions.includes(known.last)
    const found = isNext ? yield* readRecords(reader, fresh) : null
    if (found === null || found.some(({ record }) => record === null)) return yield* loadAcceptor(reader)
    for (const { position, record } of found) if (record !== null) known.apply({ position, record })
    return known
  })
