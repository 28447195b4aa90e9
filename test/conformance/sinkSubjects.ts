import { Collection } from "@tidemark/connectors/collection"
import { CsvFile } from "@tidemark/connectors/csv"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import type { Files } from "@tidemark/core/connector"
import { SimulatedFiles, type SinkSubject } from "@tidemark/core/testing"
import { Effect, Schema } from "effect"
import { csvRows } from "../support/csvRows.ts"

export const Item = Schema.Struct({ id: Schema.Number, text: Schema.String })
export type Item = typeof Item.Type

export const outputDirectory = "/out"

const decodeItem = Schema.decodeUnknownSync(Schema.fromJsonString(Item))

/** What a reader sees who looks at every file of the directory that does not start with a dot. */
const visibleIn = (files: Files, read: (text: string) => ReadonlyArray<Item>): Effect.Effect<ReadonlyArray<Item>> =>
  Effect.gen(function* () {
    const items: Array<Item> = []
    const names = yield* files.list(outputDirectory)
    for (const name of names.filter((name) => !name.startsWith("."))) {
      items.push(...read(new TextDecoder().decode(yield* files.read(`${outputDirectory}/${name}`))))
    }
    return items
  }).pipe(
    Effect.catchIf(
      (failure) => failure.reason === "missing",
      () => Effect.succeed([])
    ),
    Effect.orDie
  )

export const visibleItems = (files: Files): Effect.Effect<ReadonlyArray<Item>> =>
  visibleIn(files, (text) =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => decodeItem(line))
  )

const csvItems = (text: string): ReadonlyArray<Item> => {
  const [header, ...rows] = csvRows(text)
  if (header?.join() !== "id,text") throw new Error(`a file without its header: ${text.slice(0, 20)}`)
  return rows.map(([id, text = ""]) => ({ id: Number(id), text }))
}

interface NamedSubject {
  readonly name: string
  /** Over an empty target. */
  readonly make: () => SinkSubject<Item>
}

const item = {
  record: (number: number): Item => ({ id: number, text: `item "${number}",\n– ü` }),
  numberOf: ({ id }: Item): number => id
}

export const sinkSubjects: ReadonlyArray<NamedSubject> = [
  {
    name: "collection",
    make: () => {
      const sink = Collection.sink({ schema: Item })
      return { ...item, sink: () => sink, visible: Effect.sync(() => sink.records()) }
    }
  },
  {
    name: "jsonl over simulated files",
    make: () => {
      const { files } = SimulatedFiles.make()
      const sink = () => JsonlFile.sink({ directory: outputDirectory, schema: Item, files })
      return { ...item, sink, visible: visibleItems(files) }
    }
  },
  {
    name: "csv over simulated files",
    make: () => {
      const { files } = SimulatedFiles.make()
      const sink = () => CsvFile.sink({ directory: outputDirectory, schema: Item, files })
      return { ...item, sink, visible: visibleIn(files, csvItems) }
    }
  }
]
