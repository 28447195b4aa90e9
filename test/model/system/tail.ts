/**
 * The end of the log as one writer knows it: what `LogTail` does, as pure functions.
 *
 * Q1 One append is under way at a time, at the slot after the last that is known to stand (J1).
 * Q2 One of unknown outcome is tried again, at the same slot, until it is answered; nothing overtakes it (J2, J3).
 */
import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import type { LogEntry } from "../../../packages/core/src/storage/LogEntry.ts"
import type { LogAnswer, LogOperation } from "./messages.ts"
import { places } from "./names.ts"

export interface Tail {
  readonly nonce: number
  readonly lastSlot: number
  /** What is to be appended, in the order of the calls; the first is under way. */
  readonly queue: ReadonlyArray<Queued>
}

export interface Queued {
  readonly entry: LogEntry
  /** An append of it may have had an effect. */
  readonly isUnsure: boolean
}

/** What an answer settles: an entry and where it stands, or why it does not. */
export type Settled =
  | { readonly _tag: "Stands"; readonly entry: LogEntry; readonly slot: number }
  | { readonly _tag: "Failed"; readonly entry: LogEntry; readonly isFenced: boolean }

export interface TailStep {
  readonly tail: Tail
  readonly settled: Settled | null
  readonly effects: ReadonlyArray<Effect>
}

const request = (tail: Tail, to: string): ReadonlyArray<Effect> => {
  const [first] = tail.queue
  if (first === undefined) return []
  const operation: LogOperation = { op: "append", slot: tail.lastSlot + 1, entry: first.entry, nonce: tail.nonce, to }
  return [{ _tag: "Request", resource: places.log, operation }]
}

/** `to` is the mailbox of whoever holds the tail. */
export const append = (tail: Tail, entry: LogEntry, to: string): Pick<TailStep, "tail" | "effects"> => {
  const next: Tail = { ...tail, queue: [...tail.queue, { entry, isUnsure: false }] }
  return { tail: next, effects: tail.queue.length === 0 ? request(next, to) : [] }
}

export const answer = (tail: Tail, { result }: LogAnswer, to: string): TailStep => {
  const [first, ...rest] = tail.queue
  if (first === undefined) return { tail, settled: null, effects: [] }
  const { entry, isUnsure } = first
  if (result === "unknown" || (result === "failed" && isUnsure)) {
    const unsure: Tail = { ...tail, queue: [{ entry, isUnsure: true }, ...rest] }
    return { tail: unsure, settled: null, effects: request(unsure, to) }
  }
  const stands = result === "appended"
  const next: Tail = { ...tail, lastSlot: tail.lastSlot + (stands ? 1 : 0), queue: rest }
  const settled: Settled = stands
    ? { _tag: "Stands", entry, slot: next.lastSlot }
    : { _tag: "Failed", entry, isFenced: result === "taken" }
  return { tail: next, settled, effects: request(next, to) }
}
