import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Collection } from "@tidemark/connectors/collection"
import { CsvFile } from "@tidemark/connectors/csv"
import { Generator } from "@tidemark/connectors/generator"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { ParquetFile } from "@tidemark/connectors/parquet"
import type { Source, SourceReader } from "@tidemark/core/connector"
import { growingSourceScenarios, type SourceSubject, sourceScenarios } from "@tidemark/core/testing"
import { Effect, Schema, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { duckFile } from "../connectors/parquet/duckFile.ts"

const Item = Schema.Struct({ id: Schema.Number, text: Schema.String })
type Item = typeof Item.Type

const items: ReadonlyArray<Item> = Array.from({ length: 23 }, (_, id) => ({ id, text: `item "${id}",\nü` }))

const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tidemark-source-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** Three files of items; the second is empty. */
const files = (extension: string, text: (items: ReadonlyArray<Item>) => string) =>
  Effect.map(temporaryDirectory, (directory) => {
    for (const [index, part] of [items.slice(0, 9), [], items.slice(9)].entries()) {
      writeFileSync(join(directory, `part-${index}.${extension}`), text(part))
    }
    return directory
  })

const jsonlText = (part: ReadonlyArray<Item>): string => part.map((item) => JSON.stringify(item)).join("\n")
const csvText = (part: ReadonlyArray<Item>): string =>
  ["id,text", ...part.map(({ id, text }) => `${id},"${text.replaceAll('"', '""')}"`)].join("\n")

interface NamedSubject {
  readonly name: string
  readonly make: Effect.Effect<SourceSubject<Item>, never, Scope.Scope>
}

const subjects: ReadonlyArray<NamedSubject> = [
  {
    name: "collection",
    make: Effect.succeed({ source: () => Collection.source({ schema: Item, records: items, splits: 3 }) })
  },
  {
    name: "generator",
    make: Effect.succeed({
      source: () =>
        Generator.source({
          ...{ schema: Item, seed: 3, records: 23, splits: 3, ratePerSecond: 2_000 },
          make: (random, id) => ({ id, text: String(random()) })
        })
    })
  },
  {
    name: "jsonl",
    make: Effect.map(files("jsonl", jsonlText), (path) => ({
      source: () => JsonlFile.source({ path, schema: Item, chunkBytes: 50 })
    }))
  },
  {
    name: "csv",
    make: Effect.map(files("csv", csvText), (path) => ({
      source: () => CsvFile.source({ path, schema: Item, chunkBytes: 50 })
    }))
  },
  {
    name: "parquet",
    make: Effect.map(
      duckFile("select range::DOUBLE as id, 'item ' || range as text from range(2100)", "row_group_size 2048"),
      (path) => ({ source: () => ParquetFile.source({ path, schema: Item }) })
    )
  }
]

for (const { make, name } of subjects) {
  describe(`a source: ${name}`, () => {
    for (const scenario of sourceScenarios) {
      it.live(scenario.name, () => Effect.scoped(Effect.flatMap(make, (subject) => scenario.run(subject))))
    }
  })
}

describe("a growing source: jsonl", () => {
  for (const scenario of growingSourceScenarios) {
    it.live(scenario.name, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const path = yield* temporaryDirectory
          yield* scenario.run({
            source: () => JsonlFile.source({ path, schema: Item, watch: { every: "5 millis" } }),
            grow: Effect.sync(() => {
              for (let file = 0; file < 8; file++) {
                writeFileSync(join(path, `.${file}`), jsonlText(items))
                renameSync(join(path, `.${file}`), join(path, `${file}.jsonl`))
              }
            })
          })
        })
      )
    )
  }
})

describe("the scenarios find what is wrong with a source", () => {
  const sound = Collection.source({ schema: Item, records: items, splits: 2 })
  const reading = (change: (reader: SourceReader<Item>) => Partial<SourceReader<Item>>): Source<Item> => ({
    ...sound,
    open: (context) => Effect.map(sound.open(context), (reader) => ({ ...reader, ...change(reader) }))
  })
  let reads = 0
  const broken: Readonly<Record<string, Source<Item>>> = {
    "forgets the position": reading((reader) => ({ assign: (split) => reader.assign(split, null) })),
    "goes on a record too late": reading((reader) => ({
      poll: (recordsMax) => {
        const polled = reader.poll(recordsMax)
        return polled._tag === "Records" ? { ...polled, values: polled.values.slice(recordsMax === 3 ? 1 : 0) } : polled
      }
    })),
    "answers more than it was asked for": reading((reader) => ({ poll: () => reader.poll(1_000) })),
    "never wakes": reading(() => ({ poll: () => ({ _tag: "Pending" }) })),
    "names all splits alike": {
      ...sound,
      discover: Effect.map(sound.discover, (all) => all.map((split) => ({ ...split, id: "x" })))
    },
    "tells no end": reading((reader) => ({
      poll: (recordsMax) => {
        const polled = reader.poll(recordsMax)
        return polled._tag === "SplitFinished" ? reader.poll(recordsMax) : polled
      }
    })),
    "answers other records each time": reading((reader) => ({
      poll: (recordsMax) => {
        const polled = reader.poll(recordsMax)
        return polled._tag === "Records"
          ? { ...polled, values: polled.values.map((item) => ({ ...item, text: `${reads++}` })) }
          : polled
      }
    }))
  }
  for (const [fault, source] of Object.entries(broken)) {
    it.effect(`one that ${fault}`, () =>
      Effect.gen(function* () {
        const outcomes = yield* Effect.forkScoped(
          Effect.forEach(sourceScenarios, (scenario) => Effect.exit(scenario.run({ source: () => source })))
        )
        while (outcomes.pollUnsafe() === undefined) yield* TestClock.adjust("11 seconds")
        const exit = outcomes.pollUnsafe()
        expect(exit?._tag === "Success" && exit.value.some(({ _tag }) => _tag === "Failure")).toBe(true)
      }).pipe(Effect.scoped)
    )
  }
})
