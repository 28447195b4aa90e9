/**
 * Reading and appending a job's log (DESIGN §7).
 *
 * J1 An append happens only at the slot after the last entry that was read; losing the slot means reading on.
 * J2 An append of unknown outcome is settled by appending the same bytes at the same slot again: create-once makes that
 *    harmless, and only the answer of an append is durable (rule 2).
 * J3 An entry of another term above ours fences us: nothing more is appended.
 * J4 A claim holds only if, after it was appended, nothing stands above it (see `logView` W1).
 */
import { Effect, Result, Schedule } from "effect"
import { Fenced, type FormatTooNew, type SnapshotCorrupt, type StorageFailure } from "../model/errors.ts"
import type { CheckpointId, Term } from "../model/ids.ts"
import type { JobReader, JobStorage } from "./CheckpointStorage.ts"
import { type Claim, decodeLogEntry, encodeLogEntry, type LogEntry } from "./LogEntry.ts"
import { type LogView, type PlacedEntry, viewLog } from "./logView.ts"

export interface LogContent {
  readonly view: LogView
  readonly entries: ReadonlyArray<PlacedEntry>
  /** Entries that cannot be read; a corrupt manifest is no restore point. */
  readonly damaged: ReadonlyArray<{ readonly slot: number; readonly failure: SnapshotCorrupt }>
}

/** Reads the whole log. Fails: `FormatTooNew` for any entry of a newer format. */
export const readLog = Effect.fnUntraced(function* (reader: JobReader) {
  const slots = yield* reader.listEntries
  const entries: Array<PlacedEntry> = []
  const damaged: Array<{ readonly slot: number; readonly failure: SnapshotCorrupt }> = []
  for (const slot of slots) {
    const decoded = yield* readEntry(reader, slot)
    if (decoded === null) continue
    if (Result.isSuccess(decoded)) entries.push({ slot, entry: decoded.success })
    else if (decoded.failure._tag === "FormatTooNew") return yield* decoded.failure
    else damaged.push({ slot, failure: decoded.failure })
  }
  return { view: viewLog(entries, slots.at(-1) ?? 0), entries, damaged }
})

/** Null for an entry that retention removed meanwhile. */
const readEntry = (reader: JobReader, slot: number) =>
  reader.readEntry(slot).pipe(
    Effect.map((bytes): Result.Result<LogEntry, FormatTooNew | SnapshotCorrupt> | null =>
      decodeLogEntry(reader.pathOf({ slot }), bytes)
    ),
    Effect.catchIf(
      (failure) => failure.reason === "missing",
      () => Effect.succeed(null)
    )
  )

/** How many ids a claim reserves at once. */
export const idBlock = 1_000

export interface ClaimRequest<E> {
  readonly job: string
  readonly holder: string
  readonly since: string
  /** Chooses the newest checkpoint that counts from here on, given what the log says now; nothing is claimed if it fails. */
  readonly decide: (content: LogContent) => Effect.Effect<CheckpointId | null, E>
}

/** Our leadership of a job, and the only way to append under it. */
export interface LogWriter {
  readonly term: Term
  /** What stood in the log before our claim. */
  readonly before: LogContent
  /** The newest checkpoint that counts since our claim; null after an empty start. */
  readonly resumesFrom: CheckpointId | null
  readonly idsReserved: { readonly from: CheckpointId; readonly to: CheckpointId }
  /** Appends an entry of our term, however long its outcome stays unknown, and answers its slot. Fails: the entry does not stand. */
  readonly append: (entry: LogEntry) => Effect.Effect<number, Fenced | StorageFailure>
  /** Reserves the next block of ids and answers it. */
  readonly reserve: Effect.Effect<{ readonly from: CheckpointId; readonly to: CheckpointId }, Fenced | StorageFailure>
}

type Appended = { readonly _tag: "Appended" } | { readonly _tag: "Taken" }

/** Between tries of an append whose outcome is unknown. There is no giving up: only an answer settles it. */
const unknownRetries = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")])

/**
 * Appends at a slot. After an unknown outcome it appends the same bytes there again: a backend answers `appended` or
 * `taken` only for what is durable (B2, B5), while merely reading the slot could show an entry that a power loss takes
 * back (J2). Fails: only with a known outcome.
 */
const appendAt = (storage: JobStorage, slot: number, bytes: Uint8Array): Effect.Effect<Appended, StorageFailure> =>
  Effect.flatMap(storage.appendEntry(slot, bytes), (result) =>
    result === "appended" ? Effect.succeed<Appended>({ _tag: "Appended" }) : isOurs(storage, slot, bytes)
  ).pipe(
    Effect.tapError((failure) => Effect.logWarning(failure.message)),
    Effect.retry({ schedule: unknownRetries, while: (failure) => failure.outcome === "unknown" })
  )

const isOurs = (storage: JobStorage, slot: number, bytes: Uint8Array): Effect.Effect<Appended, StorageFailure> =>
  Effect.map(storage.readEntry(slot), (standing) =>
    isEqual(standing, bytes) ? { _tag: "Appended" } : { _tag: "Taken" }
  )

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

/** Appends our claim above everything that stands, whoever else is trying. */
export const claimLog = Effect.fnUntraced(function* <E>(
  storage: JobStorage,
  request: ClaimRequest<E>
): Effect.fn.Return<LogWriter, StorageFailure | FormatTooNew | E> {
  for (;;) {
    const before = yield* readLog(storage)
    const { view } = before
    const idsReserved = { from: view.idsEnd, to: view.idsEnd + idBlock }
    const claim: Claim = {
      _tag: "Claim",
      term: view.term + 1,
      holder: request.holder,
      since: request.since,
      idsReserved,
      resumesFrom: yield* request.decide(before)
    }
    const slot = view.lastSlot + 1
    const result = yield* appendAt(storage, slot, encodeLogEntry(claim))
    if (result._tag === "Taken") continue // J1
    const slots = yield* storage.listEntries
    if ((slots.at(-1) ?? 0) > slot) continue // J4
    return makeWriter({ storage, job: request.job, before, claim, slot })
  }
})

const makeWriter = (given: {
  readonly storage: JobStorage
  readonly job: string
  readonly before: LogContent
  readonly claim: Claim
  readonly slot: number
}): LogWriter => {
  const { storage, job, claim } = given
  let lastSlot = given.slot
  let idsEnd = claim.idsReserved.to

  const append = (entry: LogEntry): Effect.Effect<number, Fenced | StorageFailure> =>
    Effect.suspend(() => {
      const slot = lastSlot + 1
      return appendAt(storage, slot, encodeLogEntry(entry)).pipe(
        Effect.flatMap((result) => (result._tag === "Appended" ? Effect.succeed(slot) : retryAbove(slot, entry))),
        Effect.tap((at) =>
          Effect.sync(() => {
            lastSlot = Math.max(lastSlot, at)
          })
        )
      )
    })

  /** J1, J3: the slot is taken, by another append of ours or by a newer leader. */
  const retryAbove = (slot: number, entry: LogEntry): Effect.Effect<number, Fenced | StorageFailure> =>
    Effect.flatMap(readEntry(storage, slot), (standing) => {
      const isOwn = standing !== null && Result.isSuccess(standing) && standing.success.term === claim.term
      if (!isOwn) return Effect.fail(new Fenced({ job, slot }))
      lastSlot = Math.max(lastSlot, slot)
      return append(entry)
    })

  return {
    term: claim.term,
    before: given.before,
    resumesFrom: claim.resumesFrom,
    idsReserved: claim.idsReserved,
    append,
    reserve: Effect.suspend(() => {
      const idsReserved = { from: idsEnd, to: idsEnd + idBlock }
      return Effect.map(append({ ...claim, idsReserved }), () => {
        idsEnd = idsReserved.to
        return idsReserved
      })
    })
  }
}
