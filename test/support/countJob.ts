/** A small job that every runtime test can check: words counted per window, with a hook that may fail at any record. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Aggregate, type JobOptions, Pipeline, Trigger, Window } from "@tidemark/core"
import type { CheckpointStorage } from "@tidemark/core/storage"
import { Effect, Schema } from "effect"
import { pacedSource } from "./pacedSource.ts"

export const Word = Schema.Struct({ word: Schema.String, at: Schema.Number })
export type Word = typeof Word.Type

export const WordCount = Schema.Struct({ word: Schema.String, start: Schema.Number, count: Schema.Number })
export type WordCount = typeof WordCount.Type

export const words = (count: number, distinct = 50): ReadonlyArray<Word> =>
  Array.from({ length: count }, (_, i) => ({ word: `word-${(i * 7) % distinct}`, at: i * 10 }))

/** What the job must show, as sorted lines. */
export const expectedCounts = (records: ReadonlyArray<Word>, windowMs: number): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const { at, word } of records) {
    const key = JSON.stringify([word, Math.floor(at / windowMs) * windowMs])
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort()
}

export const shownCounts = (shown: ReadonlyArray<WordCount>): ReadonlyArray<string> =>
  shown.map(({ count, start, word }) => `${JSON.stringify([word, start])} ${count}`).sort()

const windowMs = 1_000

export interface CountJobOptions {
  readonly records?: ReadonlyArray<Word>
  readonly splits?: number
  readonly perPoll?: number
  readonly isEndless?: boolean
  /** Called for every record that enters the pipeline; may throw. */
  readonly onRecord?: (word: Word) => void
  readonly storage?: CheckpointStorage
  /** Run when the source is closed. */
  readonly onClose?: Effect.Effect<void>
  readonly sink?: ReturnType<typeof Collection.sink<WordCount>>
}

export const countJob = (options: CountJobOptions = {}) => {
  const records = options.records ?? words(2_000)
  const sink = options.sink ?? Collection.sink({ schema: WordCount })
  const storage = options.storage ?? MemoryStorage.make()
  const onRecord = options.onRecord ?? (() => {})
  const pipeline = Pipeline.make("word-count")
    .from(
      "words",
      pacedSource({
        schema: Word,
        records,
        splits: options.splits ?? 4,
        perPoll: options.perPoll ?? 20,
        isEndless: options.isEndless ?? false,
        onClose: options.onClose ?? Effect.void
      })
    )
    .eventTime((word) => word.at)
    .filter(
      (word) => {
        onRecord(word)
        return true
      },
      { uid: "watch" }
    )
    .keyBy("word")
    .window(Window.tumbling(windowMs))
    .aggregate("counts", { count: Aggregate.count })
    .map(({ key, value, window }) => ({ word: key, start: window.start, count: value.count }), { schema: WordCount })
    .to("shown", sink)
  const job: JobOptions = {
    pipeline,
    parallelism: 2,
    checkpoint: { storage, trigger: Trigger.every("10 millis") },
    restart: { initialDelay: "1 millis", maxDelay: "5 millis" }
  }
  return { job, sink, storage, expected: expectedCounts(records, windowMs) }
}
