/**
 * A source of one split whose records come from a function, and that watches its task: how long it is from one poll to
 * the next, which is how long a record may have to wait.
 */
import type { Json, Source, SourceReader } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import { PauseWatch } from "../harness/PauseWatch.ts"

export interface MeasuredSourceOptions<A> {
  readonly schema: Schema.Codec<A, unknown>
  /** Records from an index on; at least one, at most `count`. */
  readonly take: (from: number, count: number) => ReadonlyArray<A>
  /** Asked before every poll with the records so far: how many there are in all by now, and whether more will come. */
  readonly until: (taken: number) => Until
}

export interface Until {
  /** Records that may be taken; `Infinity` for no limit. */
  readonly limit: number
  /** Whether the source ends there; else it waits for {@link MeasuredSource.wake}. */
  readonly isEnd: boolean
}

const Position = Schema.Struct({ next: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

export class MeasuredSource<A> {
  readonly source: Source<A>
  readonly pauses = new PauseWatch()
  readonly #options: MeasuredSourceOptions<A>
  #wake = (): void => {}

  constructor(options: MeasuredSourceOptions<A>) {
    this.#options = options
    this.source = {
      description: "measured records",
      schema: options.schema,
      isBounded: true,
      isTimeOrdered: true,
      discover: Effect.succeed([{ id: "all", spec: null }]),
      validate: () => Effect.void,
      open: ({ wake }) =>
        Effect.sync(() => {
          this.#wake = wake
          return this.#reader()
        })
    }
  }

  /** To be called when `until` allows more. */
  wake(): void {
    this.#wake()
  }

  #reader(): SourceReader<A> {
    const { take, until } = this.#options
    let next = 0
    let isFinished = false
    return {
      assign: (_split, position: Json | null) => {
        next = position === null ? 0 : decodePosition(position).next
      },
      poll: (recordsMax) => {
        this.pauses.lap()
        if (isFinished) return { _tag: "Exhausted" }
        const { isEnd, limit } = until(next)
        if (next >= limit) {
          this.pauses.rest()
          if (!isEnd) return { _tag: "Pending" }
          isFinished = true
          return { _tag: "SplitFinished", split: "all" }
        }
        const values = take(next, Math.min(recordsMax, limit - next))
        next += values.length
        return { _tag: "Records", split: "all", values, position: { next }, skipped: 0 }
      }
    }
  }
}
