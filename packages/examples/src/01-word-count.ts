/**
 * 01 Word count: the smallest stateful pipeline.
 *
 * Teaches: source -> flatMap -> keyBy -> reduce -> sink; where a schema is needed; running a pipeline with one promise.
 * Guarantees: exactly once. The counts are state that is part of every checkpoint, the sink shows what a checkpoint holds.
 * Run: node --conditions=tidemark-source packages/examples/src/01-word-count.ts
 * Expect:
 *   tide 4
 *   the 6
 *   line 2
 *   13 words, counted exactly once
 */
import assert from "node:assert/strict"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Pipeline } from "@tidemark/core"
import { Schema } from "effect"

const Line = Schema.Struct({ text: Schema.String })
const WordCount = Schema.Struct({ word: Schema.String, count: Schema.Int })
type WordCount = typeof WordCount.Type

const lines = [
  { text: "the tide comes in and the tide goes out" },
  { text: "the line that the tide leaves" },
  { text: "is the line of the highest tide" }
]

// From the words on, records are brought together by key and kept: so their schema has to be known.
const sink = Collection.sink({ schema: WordCount })
const pipeline = Pipeline.make("word-count")
  .from("lines", Collection.source({ schema: Line, records: lines }))
  .flatMap(({ text }) => text.split(" ").map((word) => ({ word, count: 1 })), { schema: WordCount })
  .keyBy("word")
  .reduce("counts", (left, right) => ({ word: left.word, count: left.count + right.count }))
  .to("result", sink)

const report = await Job.runPromise({ pipeline, checkpoint: { storage: MemoryStorage.make() }, parallelism: 2 })

// A reduce emits the new value of the key for every record: the last one of a word is its count.
const counts = new Map(sink.records().map(({ word, count }: WordCount) => [word, count]))
for (const word of ["tide", "the", "line"]) console.log(`${word} ${counts.get(word)}`)
console.log(`${counts.size} words, counted exactly once`)

const expected = new Map<string, number>()
for (const word of lines.flatMap(({ text }) => text.split(" "))) expected.set(word, (expected.get(word) ?? 0) + 1)
assert.deepEqual(counts, expected)
assert.equal(report.outcome, "finished")
