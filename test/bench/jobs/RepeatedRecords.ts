/**
 * A source over records in memory that can be read many times over, each time in another order, and that notes the
 * longest time between two polls: how long a record may have to wait for its task.
 */
import type { Json, Source, SourceReader } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"

export interface RepeatedRecordsOptions<A> {
  readonly schema: Schema.Codec<A, unknown>
  readonly records: ReadonlyArray<A>
  readonly passes: number
}

/** Records of a pass are taken at this stride, times the pass: prime, so that each is met once. */
const stride = 100_003

const Position = Schema.Struct({ next: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

export class RepeatedRecords<A> {
  readonly source: Source<A>
  readonly #records: ReadonlyArray<A>
  readonly #total: number
  readonly #gap = new LongestGap(() => performance.now())
  readonly #busyGap = new LongestGap(() => {
    const { system, user } = process.threadCpuUsage()
    return (system + user) / 1000
  })

  constructor(options: RepeatedRecordsOptions<A>) {
    this.#records = options.records
    this.#total = options.records.length * options.passes
    this.source = {
      description: `${options.records.length} records, ${options.passes} times`,
      schema: options.schema,
      isBounded: true,
      isTimeOrdered: true,
      discover: Effect.succeed([{ id: "all", spec: null }]),
      validate: () => Effect.void,
      open: () => Effect.sync(() => this.#reader())
    }
  }

  /** Milliseconds; starts anew with every reading. */
  get longestGapMs(): number {
    return this.#gap.longestMs
  }

  /** The same in CPU time of the thread: what is left of a gap where other processes are not counted. */
  get longestBusyGapMs(): number {
    return this.#busyGap.longestMs
  }

  #reader(): SourceReader<A> {
    let next = 0
    let isFinished = false
    return {
      assign: (_split, position: Json | null) => {
        next = position === null ? 0 : decodePosition(position).next
        this.#gap.begin()
        this.#busyGap.begin()
      },
      poll: (recordsMax) => {
        this.#gap.lap()
        this.#busyGap.lap()
        if (isFinished) return { _tag: "Exhausted" }
        if (next >= this.#total) {
          isFinished = true
          return { _tag: "SplitFinished", split: "all" }
        }
        const values = this.#take(next, Math.min(recordsMax, this.#total - next))
        next += values.length
        return { _tag: "Records", split: "all", values, position: { next }, skipped: 0 }
      }
    }
  }

  #take(from: number, count: number): ReadonlyArray<A> {
    const records = this.#records
    const values: Array<A> = []
    for (let i = from; i < from + count; i++) {
      const pass = Math.floor(i / records.length)
      const record = records[(i * (pass % 2 === 0 ? 1 : stride)) % records.length]
      if (record !== undefined) values.push(record)
    }
    return values
  }
}

class LongestGap {
  longestMs = 0
  readonly #now: () => number
  #last = 0

  constructor(now: () => number) {
    this.#now = now
  }

  begin(): void {
    this.longestMs = 0
    this.#last = Number.POSITIVE_INFINITY
  }

  lap(): void {
    const now = this.#now()
    this.longestMs = Math.max(this.longestMs, now - this.#last)
    this.#last = now
  }
}
