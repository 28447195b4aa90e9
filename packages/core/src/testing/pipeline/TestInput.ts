/** A source whose records a test pushes. Its splits are logs in memory: what was pushed can be read again after a failure. */
import { Effect, Schema } from "effect"
import { type Polled, type Source, type SourceReader, type Split } from "../../connector/Source.ts"
import { SourceFailure } from "../../model/errors.ts"
import type { Json } from "../../model/Json.ts"
import type { Timestamp } from "../../model/time.ts"

/** Stands between records and carries nothing but event time; filtered out right behind the source. */
export class WatermarkMark {
  /** The event time after which the watermark is where the test wants it. */
  readonly timestamp: Timestamp

  constructor(timestamp: Timestamp) {
    this.timestamp = timestamp
  }
}

export type InputLogs = ReadonlyMap<string, ReadonlyArray<unknown>>

export class TestInput {
  readonly uid: string
  readonly source: Source<unknown>
  readonly #accepts: (value: unknown) => boolean
  readonly #logs = new Map<string, Array<unknown>>()
  /** How far each split has been read in the running attempt. */
  readonly #cursors = new Map<string, number>()
  /** Places before which the next reader fails, once. */
  readonly #failures = new Map<string, Set<number>>()
  #wakers: ReadonlySet<() => void> = new Set()
  #isEnded = false

  constructor(uid: string, of: Source<unknown>, splits: ReadonlyArray<string>, logs: InputLogs = new Map()) {
    this.uid = uid
    this.#accepts = Schema.is(Schema.toType(of.schema))
    for (const split of splits) this.#logs.set(split, [...(logs.get(split) ?? [])])
    for (const [split, log] of this.#logs) this.#cursors.set(split, log.length)
    const list = splits.map((id): Split => ({ id, spec: null }))
    this.source = {
      description: `test input "${uid}"`,
      schema: of.schema,
      isBounded: true,
      isTimeOrdered: false,
      isThreadLocal: true,
      discover: Effect.succeed(list),
      validate: () => Effect.void,
      open: ({ wake }) => Effect.map(this.#listen(wake), () => this.#reader())
    }
  }

  get splits(): ReadonlyArray<string> {
    return [...this.#logs.keys()]
  }

  get logs(): InputLogs {
    return new Map([...this.#logs].map(([split, log]) => [split, [...log]]))
  }

  /** Everything that was pushed has been read, and no failure is due. */
  get isDrained(): boolean {
    return [...this.#logs].every(([split, log]) => (this.#cursors.get(split) ?? 0) >= log.length)
  }

  /** Answers the first record that does not fit the schema of the source; then nothing was pushed. */
  push(split: string, values: ReadonlyArray<unknown>): { readonly misfit: unknown } | null {
    const misfit = values.find((value) => !(value instanceof WatermarkMark) && !this.#accepts(value))
    if (misfit !== undefined) return { misfit }
    this.#logs.get(split)?.push(...values)
    this.#wake()
    return null
  }

  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  /** The attempt that is about to read the record so many places on will fail, once; 0 is the next to be pushed. */
  failBefore(split: string, records: number): void {
    const failures = this.#failures.get(split) ?? new Set()
    failures.add((this.#logs.get(split)?.length ?? 0) + records)
    this.#failures.set(split, failures)
  }

  #wake(): void {
    for (const wake of this.#wakers) wake()
  }

  #listen(wake: () => void) {
    return Effect.acquireRelease(
      Effect.sync(() => {
        this.#wakers = new Set([...this.#wakers, wake])
      }),
      () =>
        Effect.sync(() => {
          this.#wakers = new Set([...this.#wakers].filter((other) => other !== wake))
        })
    )
  }

  #reader(): SourceReader<unknown> {
    const assigned: Array<string> = []
    return {
      assign: ({ id }, position) => {
        assigned.push(id)
        this.#cursors.set(id, indexOf(position))
      },
      poll: (recordsMax) => {
        for (const split of assigned) {
          const polled = this.#poll(split, recordsMax)
          if (polled !== null) return polled
        }
        if (assigned.length > 0 && !this.#isEnded) return { _tag: "Pending" }
        const finished = assigned.shift()
        return finished === undefined ? { _tag: "Exhausted" } : { _tag: "SplitFinished", split: finished }
      }
    }
  }

  #poll(split: string, recordsMax: number): Polled<unknown> | null {
    const log = this.#logs.get(split) ?? []
    const from = this.#cursors.get(split) ?? 0
    const failures = this.#failures.get(split)
    if (failures?.has(from) === true && from < log.length) {
      failures.delete(from)
      return { _tag: "Failed", failure: this.#failure(split, from) }
    }
    const stops = [...(failures ?? [])].filter((place) => place > from)
    const to = Math.min(log.length, from + recordsMax, ...stops)
    if (to === from) return null
    this.#cursors.set(split, to)
    return { _tag: "Records", split, values: log.slice(from, to), position: { index: to }, skipped: 0 }
  }

  #failure(split: string, at: number): SourceFailure {
    const detail = `the test has injected a failure before record ${at + 1} of split "${split}".`
    return new SourceFailure({ path: this.source.description, reason: "io", detail, retry: "restart" })
  }
}

const indexOf = (position: Json | null): number =>
  typeof position === "object" && position !== null && "index" in position && typeof position.index === "number"
    ? position.index
    : 0
