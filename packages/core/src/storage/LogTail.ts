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

/** Between tries of an append whose outcome is unknown. There is no giving up: only an answer settles it. */
export const unknownRetries = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")])

/** The entry that is being appended at the slot after the last one. */
interface Head {
  readonly slot: number
  readonly entry: Entry
  /** Appends of it that may still have an effect: under way, interrupted, or of unknown outcome. */
  open: number
}

interface Entry {
  readonly bytes: Uint8Array
  /** Where it stands; null until that is known. */
  slot: number | null
}

export class LogTail {
  readonly #job: string
  readonly #storage: JobStorage
  #lastSlot: number
  #head: Head | null = null

  constructor(options: { readonly job: string; readonly storage: JobStorage; readonly lastSlot: number }) {
    this.#job = options.job
    this.#storage = options.storage
    this.#lastSlot = options.lastSlot
  }

  /** Appends an entry and answers its slot, however long its outcome stays unknown. Fails: the entry does not stand. */
  append(bytes: Uint8Array): Effect.Effect<number, Fenced | StorageFailure> {
    return Effect.suspend(() => {
      const own: Entry = { bytes, slot: null }
      return Effect.retry(this.#appendAfterHead(own), {
        schedule: unknownRetries,
        while: (failure) => failure._tag === "StorageFailure" && failure.outcome === "unknown"
      })
    })
  }

  /** J2: first what is under way, then the entry itself. */
  #appendAfterHead(own: Entry): Effect.Effect<number, Fenced | StorageFailure> {
    return Effect.suspend(() => {
      if (own.slot !== null) return Effect.succeed(own.slot) // settled by another caller meanwhile
      const head = this.#head ?? { slot: this.#lastSlot + 1, entry: own, open: 0 }
      this.#head = head
      return Effect.flatMap(this.#appendHead(head), () => this.#appendAfterHead(own))
    })
  }

  #appendHead(head: Head): Effect.Effect<void, Fenced | StorageFailure> {
    return Effect.suspend(() => {
      head.open++
      return appendAt(this.#storage, head.slot, head.entry.bytes)
    }).pipe(
      Effect.tapError((failure) => Effect.logWarning(failure.message)),
      Effect.mapError((failure) => {
        if (failure.outcome === "none") head.open--
        if (head.open > 0) return asUnknown(failure) // J3
        if (this.#head === head) this.#head = null
        return failure
      }),
      Effect.flatMap((result) => {
        if (result === "taken") return Effect.fail(new Fenced({ job: this.#job, slot: head.slot })) // J1
        head.entry.slot = head.slot
        if (this.#head === head) {
          this.#head = null
          this.#lastSlot = head.slot
        }
        return Effect.void
      })
    )
  }
}

/** Appends at a slot once; an entry of ours that stands there already counts as appended. */
export const appendAt = (
  storage: JobStorage,
  slot: number,
  bytes: Uint8Array
): Effect.Effect<"appended" | "taken", StorageFailure> =>
  Effect.flatMap(storage.appendEntry(slot, bytes), (result) =>
    result === "appended" ? Effect.succeed(result) : whoseEntry(storage, slot, bytes)
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
