/**
 * Reading and appending a job's log.
 *
 * J4 A claim holds only if, after it was appended, nothing stands above it: a claimant that was paused may have appended
 *    into a gap that retention had left (see `logView` W1).
 * J5 Only a claim that was answered is ours, and no two are alike. One of unknown outcome binds nobody: whoever claims
 *    again reads again and claims above it.
 */
import { Effect, Random, Result } from "effect"
import { type Fenced, type FormatTooNew, SnapshotCorrupt, type StorageFailure } from "../model/errors.ts"
import type { CheckpointId, Term } from "../model/ids.ts"
import type { JobReader, JobStorage } from "./CheckpointStorage.ts"
import { type Claim, decodeLogEntry, encodeLogEntry, idBlock, type LogEntry } from "./LogEntry.ts"
import { appendAt, LogTail, unknownRetries } from "./LogTail.ts"
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
  const view = viewLog({ entries, damaged: damaged.map(({ slot }) => slot), lastSlot: slots.at(-1) ?? 0 })
  return { view, entries, damaged }
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
    ),
    // The backend has found out by itself.
    Effect.catchIf(
      (failure) => failure.reason === "corrupt",
      ({ message, path }) =>
        Effect.succeed(Result.fail(new SnapshotCorrupt({ object: path, checkpoint: null, problem: message })))
    )
  )

export interface ClaimRequest<E> {
  readonly job: string
  readonly holder: string
  readonly since: string
  /** Chooses what counts from here on, given what the log says now; nothing is claimed if it fails. */
  readonly decide: (content: LogContent) => Effect.Effect<ClaimChoice, E>
}

/** The newest checkpoint that counts, null for none, and whose it is if the user has named it. */
export type ClaimChoice = Pick<Claim, "resumesFrom" | "restores">

/** Our leadership of a job, and the only way to append under it. */
export interface LogWriter {
  readonly term: Term
  /** What stood in the log before our claim. */
  readonly before: LogContent
  /** What the log says with our claim. */
  readonly view: LogView
  /** The newest checkpoint that counts since our claim; null after an empty start. */
  readonly resumesFrom: CheckpointId | null
  readonly idsReserved: { readonly from: CheckpointId; readonly to: CheckpointId }
  /** Appends an entry of our term, however long its outcome stays unknown, and answers its slot. Fails: the entry does not stand. */
  readonly append: (entry: LogEntry) => Effect.Effect<number, Fenced | StorageFailure>
  /** Reserves the next block of ids and answers it. */
  readonly reserve: Effect.Effect<{ readonly from: CheckpointId; readonly to: CheckpointId }, Fenced | StorageFailure>
}

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
      nonce: yield* Random.nextInt,
      idsReserved,
      ...(yield* request.decide(before))
    }
    const slot = view.lastSlot + 1
    const appended = yield* Effect.retry(appendAt(storage, slot, encodeLogEntry(claim)), {
      schedule: unknownRetries,
      while: (failure) => failure.outcome === "unknown"
    })
    if (appended === "taken") continue
    const slots = yield* storage.listEntries
    if ((slots.at(-1) ?? 0) > slot) {
      yield* contention
      continue // J4
    }
    return makeWriter({ storage, job: request.job, before, claim, slot })
  }
})

/** Two claimants that fell in step would otherwise take the log from each other again and again. */
const contention = Effect.flatMap(Random.nextIntBetween(10, 250), (milliseconds) => Effect.sleep(milliseconds))

const makeWriter = (given: {
  readonly storage: JobStorage
  readonly job: string
  readonly before: LogContent
  readonly claim: Claim
  readonly slot: number
}): LogWriter => {
  const { storage, job, before, claim, slot } = given
  const tail = new LogTail({ job, storage, lastSlot: slot })
  let idsEnd = claim.idsReserved.to
  const append = (entry: LogEntry) => Effect.suspend(() => tail.append(encodeLogEntry(entry)))
  return {
    term: claim.term,
    before,
    view: viewLog({
      entries: [...before.entries, { slot, entry: claim }],
      damaged: before.damaged.map(({ slot: at }) => at),
      lastSlot: slot
    }),
    resumesFrom: claim.resumesFrom,
    idsReserved: claim.idsReserved,
    append,
    reserve: Effect.suspend(() => {
      const idsReserved = { from: idsEnd, to: idsEnd + idBlock }
      return Effect.map(append({ ...claim, idsReserved }), () => {
        idsEnd = Math.max(idsEnd, idsReserved.to)
        return idsReserved
      })
    })
  }
}
