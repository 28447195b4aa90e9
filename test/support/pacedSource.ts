import type { Source, SourceReader, Split } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"

export interface PacedOptions<A> {
  readonly schema: Schema.Codec<A, unknown>
  readonly records: ReadonlyArray<A>
  readonly splits: number
  /** Records per poll; after each the reader is pending until the next turn of the event loop. */
  readonly perPoll: number
  /** Never ends: after its records it stays pending. */
  readonly isEndless?: boolean
  /** Run when a reader is closed. */
  readonly onClose?: Effect.Effect<void>
}

const Range = Schema.Struct({ from: Schema.Int, to: Schema.Int })
const decodeRange = Schema.decodeUnknownSync(Range)
const decodePosition = Schema.decodeUnknownSync(Schema.Int)

/** A source over records that gives its job time: checkpoints fall between its records. Time-ordered. */
export const pacedSource = <A>(options: PacedOptions<A>): Source<A> => ({
  description: "paced records",
  schema: options.schema,
  isBounded: options.isEndless !== true,
  isTimeOrdered: true,
  discover: Effect.sync(() =>
    Array.from({ length: options.splits }, (_, i): Split => {
      const border = (k: number) => Math.floor((k * options.records.length) / options.splits)
      return { id: `split-${i}`, spec: { from: border(i), to: border(i + 1) } }
    })
  ),
  validate: () => Effect.void,
  open: ({ wake }) =>
    Effect.gen(function* () {
      yield* Effect.addFinalizer(() => options.onClose ?? Effect.void)
      const timers = new Set<NodeJS.Immediate>()
      yield* Effect.addFinalizer(() => Effect.sync(() => timers.forEach(clearImmediate)))
      return reader(options, () => {
        const timer = setImmediate(() => {
          timers.delete(timer)
          wake()
        })
        timers.add(timer)
      })
    })
})

const reader = <A>(options: PacedOptions<A>, later: () => void): SourceReader<A> => {
  const queue: Array<{ readonly id: string; next: number; readonly to: number }> = []
  let isResting = false
  return {
    assign: (split, position) => {
      const { from, to } = decodeRange(split.spec)
      queue.push({ id: split.id, next: position === null ? from : decodePosition(position), to })
    },
    poll: (recordsMax) => {
      isResting = !isResting
      if (isResting) {
        later()
        return { _tag: "Pending" }
      }
      const current = queue[0]
      if (current === undefined) return options.isEndless === true ? { _tag: "Pending" } : { _tag: "Exhausted" }
      if (current.next === current.to) {
        queue.shift()
        if (options.isEndless !== true) return { _tag: "SplitFinished", split: current.id }
        // The splits of an endless source never finish: event time stands still behind their records.
        later()
        return { _tag: "Pending" }
      }
      const end = Math.min(current.to, current.next + Math.min(recordsMax, options.perPoll))
      const values = options.records.slice(current.next, end)
      current.next = end
      return { _tag: "Records", split: current.id, values, position: end, skipped: 0 }
    }
  }
}
