/**
 * The records that an asynchronous operator has taken and not yet emitted, with the watermarks that wait behind them.
 *
 * Q1 A watermark, or a word on idleness, leaves when every record before it has left: a fence that no result passes.
 * Q2 Ordered, results leave in the order of their records; unordered, in the order in which they were ready.
 * Q3 What has not left is listed, in the order in which it was taken: ready or not, it is done again after a restore.
 */
import { invariant } from "../../model/invariant.ts"
import type { Timestamp } from "../../model/time.ts"

export interface AsyncEntry {
  readonly value: unknown
  readonly timestamp: Timestamp
}

interface Waiting extends AsyncEntry {
  readonly segment: Segment
  isDone: boolean
  result: unknown
}

/** The records between two fences. */
interface Segment {
  /** In the order in which they were taken; those that have left are gone. */
  readonly entries: Set<Waiting>
  /** Those that are ready, in the order in which they were; unordered only. */
  readonly ready: Array<Waiting>
  /** What stands behind them; null in the last segment. */
  fence: Fence | null
}

export type Fence =
  | { readonly _tag: "Watermark"; readonly timestamp: Timestamp }
  | { readonly _tag: "Idle"; readonly isIdle: boolean }

export type Leaving =
  | { readonly _tag: "Results"; readonly values: ReadonlyArray<unknown>; readonly timestamps: Array<Timestamp> }
  | Fence

export class AsyncQueue {
  readonly #isOrdered: boolean
  readonly #segments: Array<Segment> = [emptySegment()]
  /** Taken and not yet begun. */
  readonly #unbegun: Array<Waiting> = []
  #nextUnbegun = 0
  #inWork = 0

  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered
  }

  /** Records whose call was begun and whose result has not left. */
  get inWork(): number {
    return this.#inWork
  }

  /** Records whose call was not begun. */
  get unbegun(): number {
    return this.#unbegun.length - this.#nextUnbegun
  }

  get isEmpty(): boolean {
    return this.#segments.length === 1 && this.#last.entries.size === 0
  }

  add({ timestamp, value }: AsyncEntry): void {
    const segment = this.#last
    const waiting = { value, timestamp, segment, isDone: false, result: undefined }
    segment.entries.add(waiting)
    this.#unbegun.push(waiting)
  }

  addFence(fence: Fence): void {
    this.#last.fence = fence
    this.#segments.push(emptySegment())
  }

  /** The next record whose call is to be made; tell `done` its result. Null for none. */
  begin(): { readonly entry: AsyncEntry; readonly done: (result: unknown) => void } | null {
    const waiting = this.#unbegun[this.#nextUnbegun]
    if (waiting === undefined) return null
    this.#nextUnbegun++
    if (this.#nextUnbegun === this.#unbegun.length) {
      this.#unbegun.length = 0
      this.#nextUnbegun = 0
    }
    this.#inWork++
    const done = (result: unknown): void => {
      waiting.isDone = true
      waiting.result = result
      if (!this.#isOrdered) waiting.segment.ready.push(waiting)
    }
    return { entry: waiting, done }
  }

  /** What may leave now, and leaves; null for nothing. Q1, Q2. */
  take(): Leaving | null {
    const [segment] = this.#segments
    if (segment === undefined) return null
    const leaving = this.#isOrdered ? readyPrefix(segment) : segment.ready.splice(0)
    if (leaving.length > 0) {
      for (const waiting of leaving) segment.entries.delete(waiting)
      this.#inWork -= leaving.length
      return {
        _tag: "Results",
        values: leaving.map(({ result }) => result),
        timestamps: leaving.map(({ timestamp }) => timestamp)
      }
    }
    if (segment.fence === null || segment.entries.size > 0) return null
    this.#segments.shift()
    return segment.fence
  }

  /** Q3. */
  entries(): ReadonlyArray<AsyncEntry> {
    return this.#segments.flatMap(({ entries }) => [...entries])
  }

  get #last(): Segment {
    const last = this.#segments.at(-1)
    invariant(last !== undefined, "a queue has a last segment")
    return last
  }
}

const emptySegment = (): Segment => ({ entries: new Set(), ready: [], fence: null })

const readyPrefix = ({ entries }: Segment): ReadonlyArray<Waiting> => {
  const ready: Array<Waiting> = []
  for (const waiting of entries) {
    if (!waiting.isDone) break
    ready.push(waiting)
  }
  return ready
}
