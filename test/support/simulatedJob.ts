/** A small job whose checkpoints and output lie on one simulated disk: what a power loss leaves is all that it has. */
import { FileStorage } from "@tidemark/backends/file"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Aggregate, type JobOptions, Pipeline, Trigger, Window } from "@tidemark/core"
import type { Files } from "@tidemark/core/storage"
import { Effect, Schema } from "effect"
import { interleaved } from "../conformance/interleaved.ts"
import { expectedCounts, shownCounts, Word, WordCount, words } from "./countJob.ts"
import { pacedSource } from "./pacedSource.ts"

export const checkpointsDirectory = "/checkpoints"
export const outputDirectory = "/out"

const windowMs = 200
const records = words(160, 5)

/** Sorted lines that the finished job must show. */
export const expectedOutput = expectedCounts(records, windowMs)

export interface SimulatedJobOptions {
  readonly parallelism: number
  /** Whether the job begins again by itself after a failure. */
  readonly restarts: boolean
}

export const simulatedJob = (files: Files, { parallelism, restarts }: SimulatedJobOptions): JobOptions => {
  const async = interleaved(files)
  return {
    pipeline: Pipeline.make("word-count")
      .from("words", pacedSource({ schema: Word, records, splits: 3, perPoll: 8 }))
      .eventTime((word) => word.at)
      .keyBy("word")
      .window(Window.tumbling(windowMs))
      .aggregate("counts", { count: Aggregate.count })
      .map(({ key, value, window }) => ({ word: key, start: window.start, count: value.count }), { schema: WordCount })
      .to("shown", JsonlFile.sink({ directory: outputDirectory, schema: WordCount, files: async })),
    parallelism,
    checkpoint: {
      storage: FileStorage.at(checkpointsDirectory, { files: async }),
      trigger: Trigger.count(40),
      retained: 1
    },
    restart: { initialDelay: "1 millis", maxDelay: "2 millis", ...(restarts ? {} : { maxRestarts: 0 }) }
  }
}

const decodeCount = Schema.decodeUnknownSync(Schema.fromJsonString(WordCount))

export interface SeenOutput {
  /** The lines of all visible files, sorted. */
  readonly lines: ReadonlyArray<string>
  /** Visible files that are no part of a committed checkpoint. */
  readonly foreign: ReadonlyArray<string>
}

/** What somebody sees who reads every file of the output directory that does not begin with a dot. */
export const seenOutput = (files: Files): Effect.Effect<SeenOutput> =>
  Effect.gen(function* () {
    const counts: Array<WordCount> = []
    const names = (yield* files.list(outputDirectory)).filter((name) => !name.startsWith("."))
    for (const name of names) {
      const text = new TextDecoder().decode(yield* files.read(`${outputDirectory}/${name}`))
      for (const line of text.split("\n").slice(0, -1)) counts.push(decodeCount(line))
    }
    return {
      lines: shownCounts(counts),
      foreign: names.filter((name) => !/^part-c\d{9}-t\d{4}-s\d{2}\.word-count\.shown\.jsonl$/.test(name))
    }
  }).pipe(
    Effect.catchIf(
      (failure) => failure.reason === "missing",
      () => Effect.succeed({ lines: [], foreign: [] })
    ),
    Effect.orDie
  )
