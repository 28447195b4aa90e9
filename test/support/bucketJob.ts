/**
 * Words counted per tenth of a second by a `process` of timers and state, some of them by way of a `mapAsync`: what it
 * shows depends on nothing but the records, whatever fails and however they are dealt out.
 */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import {
  type AsyncFunction,
  type JobOptions,
  type MapAsyncOptions,
  Pipeline,
  State,
  type Stream,
  Trigger
} from "@tidemark/core"
import { Effect, Schema } from "effect"
import { type Word, Word as WordSchema } from "./countJob.ts"
import { pacedSource } from "./pacedSource.ts"

export const Bucket = Schema.Struct({
  word: Schema.String,
  end: Schema.Number,
  count: Schema.Number,
  first: Schema.Number
})
export type Bucket = typeof Bucket.Type

const bucketMs = 100

/** The counts of the words of each bucket, told when the watermark has passed its end. */
export const bucketed = (stream: Stream<Word>, onTimer: (timestamp: number) => void = () => {}): Stream<Bucket> =>
  stream.keyBy("word").process("buckets", {
    schema: Bucket,
    states: {
      counts: State.map("counts", Schema.Int, Schema.Int),
      seen: State.value("seen", Schema.Struct({ words: Schema.Number, first: Schema.Number }))
    },
    onElement: ({ at }, { states: { counts, seen }, timers }) => {
      const end = Math.floor(at / bucketMs) * bucketMs + bucketMs - 1
      counts.update(end, (count = 0) => count + 1)
      seen.update((before) => ({ words: (before?.words ?? 0) + 1, first: Math.min(before?.first ?? at, at) }))
      timers.eventTime.register(end)
    },
    onTimer: ({ timestamp }, { emit, key, states: { counts, seen } }) => {
      onTimer(timestamp)
      emit({ word: key, end: timestamp, count: counts.get(timestamp) ?? -1, first: seen.get()?.first ?? -1 })
      counts.delete(timestamp)
    }
  })

export const expectedBuckets = (words: ReadonlyArray<Word>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const { at, word } of words) {
    const place = `${word} ${Math.floor(at / bucketMs) * bucketMs + bucketMs - 1}`
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  return [...counts].map(([place, count]) => `${place} ${count}`).sort()
}

export const shownBuckets = (shown: ReadonlyArray<Bucket>): ReadonlyArray<string> =>
  shown.map(({ count, end, word }) => `${word} ${end} ${count}`).sort()

export interface BucketJobOptions {
  readonly records: ReadonlyArray<Word>
  readonly perPoll?: number
  /** Makes the calls of a `mapAsync` before the counting; none if left out. */
  readonly call?: AsyncFunction<Word, Word>
  readonly async?: Omit<MapAsyncOptions<Word, Word>, "schema">
  readonly onTimer?: (timestamp: number) => void
}

export const bucketJob = ({ async, call, onTimer, perPoll = 20, records }: BucketJobOptions) => {
  const sink = Collection.sink({ schema: Bucket })
  const source = pacedSource({ schema: WordSchema, records, splits: 4, perPoll, onClose: Effect.void })
  const words: Stream<Word> = Pipeline.make("buckets")
    .from("words", source)
    .eventTime(({ at }) => at)
  const called = call === undefined ? words : words.mapAsync("called", call, { schema: WordSchema, ...async })
  const pipeline = bucketed(called, onTimer).to("shown", sink)
  const job: JobOptions = {
    pipeline,
    parallelism: 2,
    checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.every("10 millis") },
    restart: { initialDelay: "1 millis", maxDelay: "5 millis" }
  }
  return { job, sink, expected: expectedBuckets(records) }
}
