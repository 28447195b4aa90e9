/**
 * A source over records in memory, dealt over contiguous splits.
 */
import { type Json, type Source, SourceFailure, type SourceReader, type Split } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import { SplitQueue } from "../internal/SplitQueue.ts"

export interface CollectionSourceOptions<A> {
  readonly schema: Schema.Codec<A, unknown>
  readonly records: ReadonlyArray<A>
  /** Number of contiguous splits; one by default. More splits than records leave the last ones empty. */
  readonly splits?: number
  /** The records are in the order of their event times, so that unstarted splits need not hold the watermark. */
  readonly isTimeOrdered?: boolean
}

const Range = Schema.Struct({ from: Schema.Int, to: Schema.Int, count: Schema.Int })
const Position = Schema.Struct({ index: Schema.Int })
const decodeRange = Schema.decodeUnknownSync(Range)
const decodePosition = Schema.decodeUnknownSync(Position)

/** Reads records from memory. Bounded, repeatable. Fails: `changed` when the collection's size differs from the first run; throws a `RangeError` for impossible splits. */
export const collectionSource = <A>(options: CollectionSourceOptions<A>): Source<A> => {
  const { records, schema } = options
  const count = records.length
  const splitCount = options.splits ?? 1
  if (!Number.isInteger(splitCount) || splitCount < 1) {
    throw new RangeError(`Collection.source: splits must be a whole number of at least 1, got ${splitCount}.`)
  }
  return {
    description: `collection of ${count} records`,
    schema,
    isBounded: true,
    isTimeOrdered: options.isTimeOrdered ?? false,
    discover: Effect.sync(() => Array.from({ length: splitCount }, (_, index) => rangeSplit(index, splitCount, count))),
    validate: Effect.fnUntraced(function* (splits) {
      for (const split of splits) {
        const range = decodeRange(split.spec)
        if (range.count !== count) return yield* changed(range.count, count)
      }
    }),
    open: () => Effect.sync(() => collectionReader(records))
  }
}

const rangeSplit = (index: number, splitCount: number, count: number): Split => ({
  id: `records-${index}`,
  spec: { from: Math.floor((index * count) / splitCount), to: Math.floor(((index + 1) * count) / splitCount), count }
})

const changed = (before: number, now: number): SourceFailure =>
  new SourceFailure({
    path: "collection",
    reason: "changed",
    detail: `it had ${before} records when the job began and has ${now} now. Give it the same records, or start over.`,
    retry: "never"
  })

const collectionReader = <A>(records: ReadonlyArray<A>): SourceReader<A> => {
  const splits = new SplitQueue<{ readonly id: string; next: number; readonly to: number }>()
  return {
    assign: (split: Split, position: Json | null) => {
      const { from, to } = decodeRange(split.spec)
      splits.add({ id: split.id, next: position === null ? from : decodePosition(position).index, to })
    },
    poll: (recordsMax) => {
      const split = splits.current
      if (split === undefined) return { _tag: "Exhausted" }
      if (split.next >= split.to) {
        splits.finish()
        return { _tag: "SplitFinished", split: split.id }
      }
      const values = records.slice(split.next, Math.min(split.to, split.next + recordsMax))
      split.next += values.length
      return { _tag: "Records", split: split.id, values, position: { index: split.next }, skipped: 0 }
    }
  }
}
