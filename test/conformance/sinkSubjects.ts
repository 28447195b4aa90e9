import { Collection } from "@tidemark/connectors/collection"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import type { Files } from "@tidemark/core/connector"
import { SimulatedFiles } from "@tidemark/core/testing"
import { Effect, Schema } from "effect"
import { Item, type SinkSubject } from "./sinkScenarios.ts"

export const outputDirectory = "/out"

const decodeItem = Schema.decodeUnknownSync(Schema.fromJsonString(Item))

/** What a reader sees who looks at every file of the directory that does not start with a dot. */
export const visibleItems = (files: Files): Effect.Effect<ReadonlyArray<Item>> =>
  Effect.gen(function* () {
    const items: Array<Item> = []
    const names = yield* files.list(outputDirectory)
    for (const name of names.filter((name) => !name.startsWith("."))) {
      const text = new TextDecoder().decode(yield* files.read(`${outputDirectory}/${name}`))
      for (const line of text.split("\n").slice(0, -1)) items.push(decodeItem(line))
    }
    return items
  }).pipe(
    Effect.catchIf(
      (failure) => failure.reason === "missing",
      () => Effect.succeed([])
    ),
    Effect.orDie
  )

export const sinkSubjects: ReadonlyArray<SinkSubject> = [
  {
    name: "collection",
    make: () => {
      const sink = Collection.sink({ schema: Item })
      return { sink: () => sink, visible: () => Effect.sync(() => sink.records()) }
    }
  },
  {
    name: "jsonl over simulated files",
    make: () => {
      const disk = SimulatedFiles.make()
      return {
        sink: () => JsonlFile.sink({ directory: outputDirectory, schema: Item, files: disk.files }),
        visible: () => visibleItems(disk.files)
      }
    }
  }
]
