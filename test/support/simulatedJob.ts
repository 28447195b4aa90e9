/** A small job whose checkpoints and output lie on one simulated disk: what a power loss leaves is all that it has. */
import { FileStorage } from "@tidemark/backends/file"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Aggregate, Job, type JobOptions, Pipeline, Trigger, Window } from "@tidemark/core"
import { verifyJob } from "@tidemark/core/inspect"
import type { Files } from "@tidemark/core/storage"
import type { SimulatedFiles } from "@tidemark/core/testing"
import { Effect, Exit, References, Schema } from "effect"
import { expect } from "vitest"
import { intact, type Mutation } from "../conformance/brokenFiles.ts"
import { interleaved } from "../conformance/interleaved.ts"
import { expectedCounts, shownCounts, Word, WordCount, words } from "./countJob.ts"
import { pacedSource } from "./pacedSource.ts"

const checkpointsDirectory = "/checkpoints"
const outputDirectory = "/out"

const windowMs = 200
const records = words(160, 5)

/** Sorted lines that the finished job must show. */
const expectedOutput = expectedCounts(records, windowMs)

export interface SimulatedJobOptions {
  readonly parallelism: number
  /** How often the job begins again by itself after a failure. */
  readonly maxRestarts: number
  /** A mistake in the file system. */
  readonly mutation?: Mutation
}

const simulatedJob = (
  files: Files,
  { maxRestarts, mutation = intact, parallelism }: SimulatedJobOptions
): JobOptions => {
  const async = interleaved(mutation(files))
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
    restart: { initialDelay: "1 millis", maxDelay: "2 millis", maxRestarts }
  }
}

const decodeCount = Schema.decodeUnknownSync(Schema.fromJsonString(WordCount))

interface SeenOutput {
  /** The lines of all visible files, sorted. */
  readonly lines: ReadonlyArray<string>
  /** Visible files that are no part of a committed checkpoint. */
  readonly foreign: ReadonlyArray<string>
}

/** What somebody sees who reads every file of the output directory that does not begin with a dot. */
const seenOutput = (files: Files): Effect.Effect<SeenOutput> =>
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

/** Runs the job on the disk as it is, until it ends. What it logs on its way is not shown. */
export const runSimulatedJob = (disk: SimulatedFiles, options: SimulatedJobOptions) =>
  Job.run(simulatedJob(disk.files, options)).pipe(
    Effect.exit,
    Effect.provideService(References.MinimumLogLevel, "None")
  )

/** At any time: nothing visible but what belongs there, each line once, and every completed checkpoint is whole. */
export const expectSound = (disk: SimulatedFiles, where: string) =>
  Effect.gen(function* () {
    const { foreign, lines } = yield* seenOutput(disk.files)
    expect(foreign, where).toEqual([])
    expect(new Set(lines).size, `${where}: doubled lines`).toBe(lines.length)
    expect(expectedOutput, where).toEqual(expect.arrayContaining([...lines]))
    const storage = FileStorage.at(checkpointsDirectory, { files: disk.files })
    if ((yield* storage.jobs).length > 0) yield* Effect.flatMap(storage.inspect("word-count"), verifyJob)
  })

export const expectFinished = (disk: SimulatedFiles, exit: Exit.Exit<unknown, unknown>, where: string) =>
  Effect.gen(function* () {
    expect(Exit.isSuccess(exit), `${where}: ${String(exit)}`).toBe(true)
    yield* expectSound(disk, where)
    expect((yield* seenOutput(disk.files)).lines, where).toEqual(expectedOutput)
  })
