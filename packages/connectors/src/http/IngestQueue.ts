/**
 * The requests of an ingest source, from their arrival to the checkpoint that covers them. Knows nothing of HTTP.
 *
 * Q1 A request is told to be stored only when all of its records were taken before the barrier of a completed checkpoint.
 * Q2 A key that is remembered is taken once: the same request again is answered like the first, a half-taken one goes on
 *    where the restored position stands, and another request under the key is refused.
 * Q3 What is remembered is bounded; so is what waits, in bytes and in requests.
 */
import { type Json, type Polled } from "@tidemark/core/connector"
import { Schema } from "effect"

export interface IngestLimits {
  /** Bytes of requests that wait to be taken. */
  readonly queuedBytesMax: number
  /** Requests that are not answered yet. */
  readonly openRequestsMax: number
  /** Idempotency keys that are remembered, the newest. */
  readonly keysMax: number
}

export interface IngestRequest<A> {
  /** Says that two requests are the same one; null for a request that says nothing of the kind. */
  readonly key: string | null
  /** Of the body. */
  readonly digest: string
  readonly values: ReadonlyArray<A>
  readonly bytes: number
  readonly answer: (outcome: IngestOutcome) => void
}

export type IngestOutcome =
  /** `checkpoint` is null where an earlier run completed it. */
  | {
      readonly _tag: "Stored"
      readonly records: number
      readonly checkpoint: number | null
      readonly isRepeated: boolean
    }
  | { readonly _tag: "Full" }
  /** The key stands for another body. */
  | { readonly _tag: "Conflict" }
  /** The job stops or restarts: nothing is promised. */
  | { readonly _tag: "Closed" }

interface Entry {
  readonly digest: string
  readonly total: number
  /** Records that are taken. */
  taken: number
}

interface Waiting<A> {
  readonly request: IngestRequest<A>
  readonly entry: Entry
  answers: ReadonlyArray<(outcome: IngestOutcome) => void>
}

const Position = Schema.Struct({
  /** Key, digest, records in all, records taken; the newest last. */
  keys: Schema.Array(Schema.Tuple([Schema.String, Schema.String, Schema.Int, Schema.Int]))
})
const decodePosition = Schema.decodeUnknownSync(Position)

export class IngestQueue<A> {
  readonly #limits: IngestLimits
  readonly #keys = new Map<string, Entry>()
  /** Not all records of these are taken. */
  #waiting: ReadonlyArray<Waiting<A>> = []
  #queuedBytes = 0
  /** All records are taken, and no barrier has passed since. */
  #taken: ReadonlyArray<Waiting<A>> = []
  readonly #cuts = new Map<number, ReadonlyArray<Waiting<A>>>()
  #isClosed = false

  constructor(limits: IngestLimits) {
    this.#limits = limits
  }

  restore(position: Json): void {
    for (const [key, digest, total, taken] of decodePosition(position).keys)
      this.#keys.set(key, { digest, total, taken })
  }

  /** Lets a request wait, joins it to the same one that waits already, or answers it at once. */
  offer(request: IngestRequest<A>): void {
    const { answer, digest, key } = request
    const known = key === null ? undefined : this.#keys.get(key)
    const open = this.#openWith(key)
    const before = known ?? open?.entry
    if (this.#isClosed) answer({ _tag: "Closed" })
    else if (before !== undefined && before.digest !== digest) answer({ _tag: "Conflict" })
    else if (open !== undefined) open.answers = [...open.answers, answer]
    else this.#admit(request, known)
  }

  #admit(request: IngestRequest<A>, known: Entry | undefined): void {
    const { answer, bytes, digest, values } = request
    const { openRequestsMax, queuedBytesMax } = this.#limits
    // One request is let in however large it is: its size has a limit of its own.
    const isFull = this.#queuedBytes > 0 && this.#queuedBytes + bytes > queuedBytesMax
    if (values.length === (known?.taken ?? 0)) {
      answer({ _tag: "Stored", records: values.length, checkpoint: null, isRepeated: known !== undefined })
    } else if (isFull || this.openRequests >= openRequestsMax) answer({ _tag: "Full" })
    else {
      const entry = known ?? { digest, total: values.length, taken: 0 }
      this.#waiting = [...this.#waiting, { request, entry, answers: [answer] }]
      this.#queuedBytes += bytes
    }
  }

  /** Whoever waited for the answer has gone. A request of which nothing is taken goes with it. */
  withdraw(answer: (outcome: IngestOutcome) => void): void {
    for (const waiting of this.#open()) waiting.answers = waiting.answers.filter((other) => other !== answer)
    for (const { answers, entry, request } of this.#waiting) {
      if (answers.length === 0 && entry.taken === 0) this.#queuedBytes -= request.bytes
    }
    this.#waiting = this.#waiting.filter(({ answers, entry }) => answers.length > 0 || entry.taken > 0)
  }

  /** Takes the next records, or answers null when none wait. */
  take(split: string, recordsMax: number): Extract<Polled<A>, { readonly _tag: "Records" }> | null {
    const [next] = this.#waiting
    if (next === undefined) return null
    const { entry, request } = next
    const values = request.values.slice(entry.taken, entry.taken + recordsMax)
    entry.taken += values.length
    if (request.key !== null) this.#remember(request.key, entry)
    if (entry.taken === entry.total) {
      this.#waiting = this.#waiting.slice(1)
      this.#queuedBytes -= request.bytes
      this.#taken = [...this.#taken, next]
    }
    return { _tag: "Records", split, values, position: this.#position(), skipped: 0 }
  }

  cut(checkpoint: number): void {
    if (this.#taken.length === 0) return
    this.#cuts.set(checkpoint, this.#taken)
    this.#taken = []
  }

  /** Q1. What belongs to an earlier checkpoint that was given up is covered by this one. */
  completed(checkpoint: number): void {
    for (const [id, covered] of this.#cuts) {
      if (id > checkpoint) continue
      this.#cuts.delete(id)
      for (const { answers, entry } of covered) {
        for (const [index, answer] of answers.entries()) {
          answer({ _tag: "Stored", records: entry.total, checkpoint, isRepeated: index > 0 })
        }
      }
    }
  }

  close(): void {
    this.#isClosed = true
    for (const { answers } of this.#open()) for (const answer of answers) answer({ _tag: "Closed" })
  }

  get openRequests(): number {
    return this.#open().length
  }

  #open(): ReadonlyArray<Waiting<A>> {
    return [...this.#waiting, ...this.#taken, ...[...this.#cuts.values()].flat()]
  }

  #openWith(key: string | null): Waiting<A> | undefined {
    return key === null ? undefined : this.#open().find(({ request }) => request.key === key)
  }

  #remember(key: string, entry: Entry): void {
    this.#keys.delete(key)
    this.#keys.set(key, entry)
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= this.#limits.keysMax) break
      this.#keys.delete(oldest)
    }
  }

  #position(): Json {
    return { keys: [...this.#keys].map(([key, { digest, taken, total }]) => [key, digest, total, taken]) }
  }
}
