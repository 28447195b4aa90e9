/** The graph of `graphPipeline.ts` as a job in memory, and what any job of it has to show. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { type JobOptions, Trigger } from "@tidemark/core"
import { expect } from "vitest"
import { Word, WordCount } from "./countJob.ts"
import { graphPipeline, Order, shopOrder, webWord, windowOf, wordOf } from "./graphPipeline.ts"
import { pacedSource } from "./pacedSource.ts"

const listOf = <A>(count: number, at: (i: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, i) => at(i))

export const graphJob = (options: { readonly records: number; readonly onRecord?: (word: Word) => void }) => {
  const shown = Collection.sink({ schema: WordCount })
  const lateShown = Collection.sink({ schema: WordCount })
  const storage = MemoryStorage.make()
  const paced = { splits: 3, perPoll: 20 }
  const ends = {
    ...{ ...options, shown, lateShown },
    web: pacedSource({ ...paced, schema: Word, records: listOf(options.records, webWord) }),
    shop: pacedSource({ ...paced, schema: Order, records: listOf(options.records, shopOrder) })
  }
  const job: JobOptions = {
    pipeline: graphPipeline(ends),
    parallelism: 2,
    checkpoint: { storage, trigger: Trigger.every("10 millis") },
    restart: { initialDelay: "1 millis", maxDelay: "5 millis" }
  }
  const expectShown = (): number =>
    expectAllCounted({ records: options.records, shown: shown.records(), late: lateShown.records() })
  return { job, storage, line: { ...job, pipeline: graphPipeline({ ...ends, isLine: true }) }, expectShown }
}

/** Every record is counted once, on time or late, and every running count of late ones is shown once; answers how many were. */
export const expectAllCounted = (of: {
  /** Of each source. */
  readonly records: number
  readonly shown: ReadonlyArray<WordCount>
  readonly late: ReadonlyArray<WordCount>
}): number => {
  const keyOf = ({ start, word }: WordCount): string => `${word} ${start}`
  const expected = new Map<string, number>()
  for (const { at, word } of [...listOf(of.records, webWord), ...listOf(of.records, shopOrder).map(wordOf)]) {
    const key = keyOf({ word, start: windowOf(at), count: 1 })
    expected.set(key, (expected.get(key) ?? 0) + 1)
  }
  const shown = new Map(of.shown.map((count) => [keyOf(count), count.count]))
  expect(of.shown.length, "windows that are shown more than once").toBe(shown.size)
  const late = Map.groupBy(of.late, keyOf)
  for (const [key, counts] of late) {
    const running = counts.map(({ count }) => count).sort((a, b) => a - b)
    expect(running, `late records of ${key}`).toEqual(counts.map((_, i) => i + 1))
  }
  const keys = new Set([...shown.keys(), ...late.keys()])
  const counted = [...keys].map((key): [string, number] => [key, (shown.get(key) ?? 0) + (late.get(key)?.length ?? 0)])
  expect(new Map(counted.sort())).toEqual(new Map([...expected].sort()))
  return of.late.length
}
