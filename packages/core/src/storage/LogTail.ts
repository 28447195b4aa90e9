/**
 * The end of a job's log as one leader knows it: where its next entry goes, and what may be under way there.
 *
 * J1 An append happens only at the slot after the last entry that this leader has read or appended; a slot that somebody
 *    else has taken fences it for good.
 * J2 An append of unknown outcome is settled by appending the same bytes at the same slot again: create-once makes that
 *    harmless, and only the answer of an append is durable (B2, B5), while merely reading the slot could show an entry
 *    that a power loss takes back (rule 2). Until it is settled nothing else is appended, whoever asks.
 * J3 An append that may have had an effect never counts as failed, however its repetitions fail.
 */
import { Effect, Schedule } from "effect"
import { Fenced, StorageFailure } from "../model/errors.ts"
import type { JobStorage } from "./CheckpointStorage.ts"
import { withinTimeLimit } from "./timeLimit.ts"

/** Between tries of an append whose outcome is unknown. There is no giving up: only an answer settles it. */
export const unknownRetries = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")])

interface Entry {
  readonly bytes: Uint8Array
  /** Appends of it that may still have an effect: under way, interrupted, or of unknown outcome. */
  open: number
  outcome:
    | { readonly _tag: "Waiting" }
    | { readonly _tag: "Stands"; readonly slot: number }
    | { readonly _tag: "Failed"; readonly failure: StorageFailure }
}

export class LogTail {
  readonly #job: string
  readonly #storage: JobStorage
  #lastSlot: number
  /** Entries to append, in the order of the calls. */
  readonly #queue: Array<Entry> = []

  constructor(options: { readonly job: string; readonly storage: JobStorage; readonly lastSlot: number }) {
    this.#job = options.job
    this.#storage = options.storage
    this.#lastSlot = options.lastSlot
  }

  /** Appends an entry and answers its slot, however long its outcome stays unknown. Fails: the entry does not stand. */
  append(bytes: Uint8Array): Effect.Effect<number, Fenced | StorageFailure> {
    return Effect.suspend(() => {
      const own: Entry = { bytes, open: 0, outcome: { _tag: "Waiting" } }
      this.#queue.push(own)
      const appended = Effect.retry(this.#work(own), {
        schedule: unknownRetries,
        while: (failure) => failure._tag === "StorageFailure" && failure.outcome === "unknown"
      })
      const forget = Effect.sync(() => {
        if (own.open === 0) this.#remove(own)
      })
      return Effect.onInterrupt(appended, () => forget)
    })
  }

  /** J2: whoever wants to append settles what is first in the queue, until it is the turn of its own entry. */
  #work(own: Entry): Effect.Effect<number, Fenced | StorageFailure> {
    return Effect.suspend(() => {
      const { outcome } = own
      if (outcome._tag === "Stands") return Effect.succeed(outcome.slot)
      if (outcome._tag === "Failed") return Effect.fail(outcome.failure)
      const [first = own] = this.#queue
      return Effect.andThen(this.#appendFirst(first), this.#work(own))
    })
  }

  #appendFirst(first: Entry): Effect.Effect<void, Fenced | StorageFailure> {
    return Effect.suspend(() => {
      const slot = this.#lastSlot + 1
      first.open++
      return Effect.matchEffect(appendAt(this.#storage, slot, first.bytes), {
        onSuccess: (result) => {
          if (first.outcome._tag === "Stands") return Effect.void
          if (result === "taken") return Effect.fail(new Fenced({ job: this.#job, slot })) // J1
          if (first.outcome._tag === "Waiting") {
            first.outcome = { _tag: "Stands", slot }
            this.#lastSlot = slot
            this.#remove(first)
          }
          return Effect.void
        },
        onFailure: (failure) => Effect.andThen(Effect.logWarning(failure.message), this.#afterFailure(first, failure))
      })
    })
  }

  #afterFailure(first: Entry, failure: StorageFailure): Effect.Effect<void, StorageFailure> {
    return Effect.suspend(() => {
      if (failure.outcome === "none") first.open--
      if (first.outcome._tag !== "Waiting") return Effect.void
      if (first.open > 0) return Effect.fail(asUnknown(failure)) // J3
      first.outcome = { _tag: "Failed", failure }
      this.#remove(first)
      return Effect.void
    })
  }

  #remove(entry: Entry): void {
    const index = this.#queue.indexOf(entry)
    if (index >= 0) this.#queue.splice(index, 1)
  }
}

/** Appends at a slot once; an entry of ours that stands there already counts as appended. */
export const appendAt = (
  storage: JobStorage,
  slot: number,
  bytes: Uint8Array
): Effect.Effect<"appended" | "taken", StorageFailure> =>
  Effect.flatMap(
    withinTimeLimit("append entry", storage.pathOf({ slot }), storage.appendEntry(slot, bytes)),
    (result) => (result === "appended" ? Effect.succeed(result) : whoseEntry(storage, slot, bytes))
  )

/** Something stands at the slot: ours, or another's, perhaps removed by now. Fails: never with `outcome: "none"` (J3). */
const whoseEntry = (storage: JobStorage, slot: number, bytes: Uint8Array) =>
  storage.readEntry(slot).pipe(
    Effect.map((standing): "appended" | "taken" => (isEqual(standing, bytes) ? "appended" : "taken")),
    Effect.catchIf(
      (failure) => failure.reason === "missing",
      () => Effect.succeed<"appended" | "taken">("taken")
    ),
    Effect.mapError(asUnknown)
  )

const asUnknown = (failure: StorageFailure): StorageFailure => {
  if (failure.outcome === "unknown") return failure
  const { operation, path, reason, cause } = failure
  return new StorageFailure({ operation, path, reason, outcome: "unknown", ...(cause === undefined ? {} : { cause }) })
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])
