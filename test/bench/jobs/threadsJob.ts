/** Totals by int key as a job module, which every worker thread loads for itself: records are made in the threads. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, Trigger } from "@tidemark/core"
import type { Json, Source, SourceReader } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import { CountingSink } from "./CountingSink.ts"
import { generated, IntVisit, intTotals, scattered, Total } from "./sums/visits.ts"

/** Half of the records each: with two subtasks both have one, with one it reads them one after the other. */
const splits = ["first", "second"] as const

const Position = Schema.Struct({ next: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

const halves = (keys: number, records: number): Source<IntVisit> => {
  const take = generated(0, (index) => scattered(index % keys, keys))
  return {
    description: `${records} visits in two halves`,
    schema: IntVisit,
    isBounded: true,
    isTimeOrdered: true,
    discover: Effect.succeed(splits.map((id, half) => ({ id, spec: half }))),
    validate: () => Effect.void,
    open: () => Effect.sync(() => readerOf(take, Math.floor(records / 2)))
  }
}

interface Half {
  readonly id: string
  readonly offset: number
  next: number
}

const readerOf = (
  take: (from: number, count: number) => ReadonlyArray<IntVisit>,
  size: number
): SourceReader<IntVisit> => {
  const assigned: Array<Half> = []
  return {
    assign: ({ id, spec }, position: Json | null) => {
      const next = position === null ? 0 : decodePosition(position).next
      assigned.push({ id, offset: spec === 0 ? 0 : size, next })
    },
    poll: (recordsMax) => {
      const [half] = assigned
      if (half === undefined) return { _tag: "Exhausted" }
      if (half.next >= size) {
        assigned.shift()
        return { _tag: "SplitFinished", split: half.id }
      }
      const values = take(half.offset + half.next, Math.min(recordsMax, size - half.next))
      half.next += values.length
      return { _tag: "Records", split: half.id, values, position: { next: half.next }, skipped: 0 }
    }
  }
}

const Arguments = Schema.Struct({ keys: Schema.Int, records: Schema.Int })

export default Job.define(Arguments, ({ keys, records }) => ({
  pipeline: intTotals(halves(keys, records), new CountingSink<Total>(Total, ({ count }) => count).sink),
  checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.manual }
}))
