/** Records, keys, fields and states that are called as what every object has: they are data, and no prototype is changed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { Collection } from "@tidemark/connectors/collection"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Job, Pipeline, State, Trigger } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { TestPipeline } from "@tidemark/core/testing"
import { Effect, Result, Schema } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { neverRead } from "../../support/neverRead.ts"
import { visibleLines } from "../../support/visibleLines.ts"
import { watchPrototypes } from "../../support/watchPrototypes.ts"

const root = mkdtempSync(join(tmpdir(), "hostile-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

watchPrototypes()

const Open = Schema.Struct({ key: Schema.String, counts: Schema.Record(Schema.String, Schema.Json) })

const hostileLines = [
  '{"key":"__proto__","counts":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}',
  '{"key":"constructor","counts":{"toString":1,"hasOwnProperty":2,"prototype":{"polluted":true}}}',
  '{"key":"plain","counts":{"a":1},"__proto__":{"polluted":true}}'
]

/** Answers what came before it, from a state that is called as badly as its operator. */
const remembering = (source: Source<typeof Open.Type>, sink: Sink<typeof Open.Type>) =>
  Pipeline.make("hostile")
    .from("in", source)
    .keyBy("key")
    .process("__proto__", {
      schema: Open,
      states: {
        last: State.value("__proto__", Open),
        entries: State.map("constructor", Schema.String, Schema.Json)
      },
      onElement: (record, { states, emit }) => {
        emit(states.last.get() ?? record)
        states.last.set(record)
        for (const [name, count] of Object.entries(record.counts)) {
          const before = states.entries.get(name)
          if (before !== undefined) expect(before).toEqual(count)
          states.entries.set(name, count)
        }
      }
    })
    .to("out", sink)

/** As text: `toEqual` looks at some of these fields in ways of its own. */
const textOf = (values: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  values.map((value) => JSON.stringify(value)).sort()

const hostileRecords = hostileLines.map((line) => Schema.decodeUnknownSync(Schema.fromJsonString(Open))(line))

describe("JSON that names prototypes", () => {
  it("is data: it comes out of a job as it came in", async () => {
    const input = join(root, "input.jsonl")
    const output = join(root, "output")
    writeFileSync(input, hostileLines.map((line) => `${line}\n`).join(""))
    const pipeline = remembering(
      JsonlFile.source({ path: input, schema: Open }),
      JsonlFile.sink({ directory: output, schema: Open })
    )
    const storage = FileStorage.at(join(root, "checkpoints"))
    const result = await Effect.runPromise(
      Effect.result(Job.run({ pipeline, parallelism: 2, checkpoint: { storage, trigger: Trigger.manual } }))
    )
    if (Result.isFailure(result)) throw result.failure
    const expected = hostileLines.map((line) => {
      const { counts, key } = JSON.parse(line)
      return { key, counts }
    })
    expect([...visibleLines(output)].sort()).toEqual(textOf(expected))
  })

  it("is data in state, too, and is restored as it was", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const pipeline = remembering(neverRead(Open), Collection.sink({ schema: Open }))
          const test = yield* TestPipeline.make(pipeline)
          yield* test.push(hostileRecords)
          const restored = yield* TestPipeline.restore(yield* test.snapshot, pipeline, { parallelism: 2 })
          yield* restored.push(hostileRecords)
          expect(textOf(restored.output())).toEqual(textOf(hostileRecords))
        })
      )
    ))
})
