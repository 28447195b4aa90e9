import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import type { Json } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { readSource } from "../../support/readSource.ts"

const Word = Schema.Struct({ word: Schema.String, count: Schema.Number })

const directory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "tidemark-jsonl-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const fileOf = (text: string | Uint8Array, name = "words.jsonl") =>
  Effect.gen(function* () {
    const path = join(yield* directory, name)
    yield* Effect.promise(() => writeFile(path, text))
    return path
  })

type Options = Omit<Parameters<typeof JsonlFile.source<typeof Word.Type>>[0], "schema" | "path">

/** Everything that a file holds. */
const readAll = (path: string, options: Options = {}) =>
  Effect.gen(function* () {
    const source = JsonlFile.source({ path, schema: Word, ...options })
    return yield* readSource(source, { splits: yield* source.discover })
  })

it.effect("reads lines with CRLF, a byte order mark, empty lines and no last line break", () =>
  Effect.gen(function* () {
    const path = yield* fileOf('\ufeff{"word":"a","count":1}\r\n\r\n  \n{"word":"ä","count":2,"more":0}')
    const { values, finished } = yield* readAll(path)
    expect(values).toEqual([
      { word: "a", count: 1 },
      { word: "ä", count: 2 }
    ])
    expect(finished).toEqual([path])
  })
)

it.effect("an empty file is a split without records", () =>
  Effect.gen(function* () {
    const path = yield* fileOf("")
    expect(yield* readAll(path)).toMatchObject({ values: [], finished: [path] })
  })
)

const record = fc.record({ word: fc.string({ unit: "binary", maxLength: 12 }), count: fc.integer() })

it.effect("R1 any chunk size and any restart position yields the same records", () =>
  Effect.gen(function* () {
    const folder = yield* directory
    const property = fc.asyncProperty(
      fc.array(fc.tuple(record, fc.constantFrom("\n", "\r\n", "\n\n", "\n \n")), { maxLength: 15 }),
      fc.record({
        chunkBytes: fc.integer({ min: 1, max: 40 }),
        recordsMax: fc.integer({ min: 1, max: 5 }),
        pollsMax: fc.integer({ min: 0, max: 6 })
      }),
      fc.boolean(),
      async (lines, { chunkBytes, recordsMax, pollsMax }, hasLastBreak) => {
        const text = lines.map(([value, lineBreak]) => JSON.stringify(value) + lineBreak).join("")
        const path = join(folder, "p.jsonl")
        await writeFile(path, hasLastBreak ? text : text.trimEnd())
        const source = JsonlFile.source({ path, schema: Word, chunkBytes })
        const program = Effect.gen(function* () {
          const splits = yield* source.discover
          const before = yield* readSource(source, { splits, recordsMax, pollsMax })
          const positions: ReadonlyMap<string, Json> = new Map(JSON.parse(JSON.stringify([...before.positions])))
          const after = yield* readSource(source, { splits, recordsMax, positions })
          expect([...before.values, ...after.values]).toEqual(lines.map(([value]) => value))
        })
        await Effect.runPromise(program)
      }
    )
    yield* Effect.promise(() => fc.assert(property, { numRuns: 60 }))
  })
)

it.effect("a malformed line fails with file and line, after the records before it", () =>
  Effect.gen(function* () {
    const path = yield* fileOf('{"word":"a","count":1}\n\n{"word":\n{"word":"b","count":2}\n')
    const source = JsonlFile.source({ path, schema: Word })
    const splits = yield* source.discover
    const before = yield* readSource(source, { splits, pollsMax: 1 })
    expect(before.values).toEqual([{ word: "a", count: 1 }])
    const failure = yield* Effect.flip(readSource(source, { splits }))
    expect(failure).toMatchObject({ _tag: "SourceFailure", path, reason: "malformed", retry: "never" })
    expect(failure.message).toMatch(/^Source .*words\.jsonl: line 3 is malformed: .*JSON.* Correct the line, or read/)
    // A restart from the last position meets the same line again.
    const again = yield* Effect.flip(readSource(source, { splits, positions: before.positions }))
    expect(again.message).toBe(failure.message)
  })
)

it.effect("a record that does not fit the schema fails with file, line and field", () =>
  Effect.gen(function* () {
    const path = yield* fileOf('{"word":"a","count":1}\n{"word":"b","count":"2"}\n')
    const failure = yield* Effect.flip(readAll(path))
    expect(failure).toMatchObject({ reason: "schema", path })
    expect(failure.message).toMatch(/line 2 does not fit the schema: Expected number.*\["count"\]/)
  })
)

it.effect("the policy `skip` counts what it skips", () =>
  Effect.gen(function* () {
    const bad = ["nonsense", '{"word":1,"count":1}', "[]"]
    const lines = [bad[0], '{"word":"a","count":1}', bad[1], bad[2], '{"word":"b","count":2}', bad[0]]
    const path = yield* fileOf(lines.join("\n"))
    const { values, skipped } = yield* readAll(path, { onMalformed: "skip" })
    expect(values.map(({ word }) => word)).toEqual(["a", "b"])
    expect(skipped).toBe(4)
  })
)

it.effect("bytes that are not UTF-8 are malformed", () =>
  Effect.gen(function* () {
    const path = yield* fileOf(Buffer.from([...Buffer.from('{"word":"'), 0xff, ...Buffer.from('","count":1}')]))
    expect((yield* Effect.flip(readAll(path))).message).toMatch(/line 1 is malformed: it is not valid UTF-8/)
  })
)

it.effect("a line longer than 16 MiB is refused with its size, under `skip` as well", () =>
  Effect.gen(function* () {
    const path = yield* fileOf(`{"word":"a","count":1}\n${"x".repeat(17 * 1024 * 1024)}`)
    const failure = yield* Effect.flip(readAll(path, { onMalformed: "skip" }))
    expect(failure.message).toMatch(/line 2 is malformed: it is longer than 16777216 bytes \(\d+ bytes seen\)/)
  })
)

it.effect("the files of a directory are splits in the order of their names", () =>
  Effect.gen(function* () {
    const folder = yield* directory
    const words = { "b.jsonl": "second", "a.ndjson": "first", ".hidden.jsonl": "no", "c.txt": "no" }
    for (const [name, word] of Object.entries(words)) {
      yield* Effect.promise(() => writeFile(join(folder, name), JSON.stringify({ word, count: 0 })))
    }
    const { values, finished } = yield* readAll(folder)
    expect(values.map(({ word }) => word)).toEqual(["first", "second"])
    expect(finished).toEqual([join(folder, "a.ndjson"), join(folder, "b.jsonl")])
    const source = JsonlFile.source({ path: [join(folder, "b.jsonl"), join(folder, "a.ndjson")], schema: Word })
    expect((yield* source.discover).map(({ id }) => id)).toEqual(finished)
  })
)

it.effect("missing, empty and doubled inputs fail with what to do", () =>
  Effect.gen(function* () {
    const folder = yield* directory
    const discover = (path: string | ReadonlyArray<string>) =>
      Effect.flip(JsonlFile.source({ path, schema: Word }).discover)
    const nowhere = join(folder, "nowhere.jsonl")
    expect(yield* discover(nowhere)).toMatchObject({ reason: "missing", retry: "never" })
    expect((yield* discover(nowhere)).message).toBe(`Source ${nowhere}: it does not exist. Check the path.`)
    expect((yield* discover(folder)).message).toMatch(/holds no \.jsonl or \.ndjson file/)
    expect((yield* discover([])).message).toMatch(/the list of files is empty/)
    expect((yield* discover(["a", "a"])).message).toMatch(/Source a: it is listed twice/)
  })
)

it.effect("an input that was removed, resized or edited has changed", () =>
  Effect.gen(function* () {
    const path = yield* fileOf('{"word":"a","count":1}\n')
    const source = JsonlFile.source({ path, schema: Word })
    const splits = yield* source.discover
    yield* source.validate(splits)
    const afterWriting = (text: string) =>
      Effect.andThen(
        Effect.promise(() => writeFile(path, text)),
        Effect.flip(source.validate(splits))
      )
    const changed = { reason: "changed", path, retry: "never" }
    const resized = yield* afterWriting('{"word":"a","count":10}\n')
    expect(resized).toMatchObject(changed)
    expect(resized.message).toMatch(/it changed from 23 to 24 bytes since the job began\. Restore the original file/)
    expect(yield* afterWriting('{"word":"b","count":1}\n')).toMatchObject(changed)
    yield* Effect.promise(() => rm(path))
    expect((yield* Effect.flip(source.validate(splits))).message).toMatch(/it was removed since the job began/)
  })
)
