/** A small job whose checkpoints and output lie on one simulated disk: what a power loss leaves is all that it has. */
import { FileStorage } from "@tidemark/backends/file"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Aggregate, type Inspector, Job, type JobOptions, Pipeline, Trigger, Window } from "@tidemark/core"
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

/** What a job counts, and how often it is checkpointed. */
export interface SimulatedInput {
  readonly records: ReadonlyArray<Word>
  readonly windowMs: number
  /** Records from trigger to trigger. */
  readonly every: number
  readonly perPoll: number
}

/** A few words in short windows: results and commits from the first checkpoint on. */
const fewWords: SimulatedInput = { records: words(160, 5), windowMs: 200, every: 40, perPoll: 8 }

/** Many words, of which a few come again and again, in one window: most checkpoints are deltas of deltas. */
export const manyWords: SimulatedInput = {
  records: words(400, 400).concat(
    Array.from({ length: 1_100 }, (_, i) => ({ word: `word-${(i * 7 + Math.floor(i / 60)) % 11}`, at: 4_000 + i }))
  ),
  windowMs: 100_000,
  every: 50,
  perPoll: 6
}

export interface SimulatedJobOptions {
  /** A few words in short windows if left out. */
  readonly input?: SimulatedInput
  readonly parallelism: number
  /** How often the job begins again by itself after a failure. */
  readonly maxRestarts: number
  /** A mistake in the file system. */
  readonly mutation?: Mutation
  readonly inspect?: Inspector
}

const simulatedJob = (
  files: Files,
  { input = fewWords, inspect, maxRestarts, mutation = intact, parallelism }: SimulatedJobOptions
): JobOptions => {
  const async = interleaved(mutation(files))
  const { every, perPoll, records, windowMs } = input
  return {
    pipeline: Pipeline.make("word-count")
      .from("words", pacedSource({ schema: Word, records, splits: 3, perPoll }))
      .eventTime((word) => word.at)
      .keyBy("word")
      .window(Window.tumbling(windowMs))
      .aggregate("counts", { count: Aggregate.count })
      .map(({ key, value, window }) => ({ word: key, start: window.start, count: value.count }), { schema: WordCount })
      .to("shown", JsonlFile.sink({ directory: outputDirectory, schema: WordCount, files: async })),
    parallelism,
    checkpoint: {
      storage: FileStorage.at(checkpointsDirectory, { files: async }),
      trigger: Trigger.count(every),
      retained: 1
    },
    ...(inspect === undefined ? {} : { inspect }),
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
export const expectSound = (disk: SimulatedFiles, where: string, input = fewWords) =>
  Effect.gen(function* () {
    const expectedOutput = expectedCounts(input.records, input.windowMs)
    const { foreign, lines } = yield* seenOutput(disk.files)
    expect(foreign, where).toEqual([])
    expect(new Set(lines).size, `${where}: doubled lines`).toBe(lines.length)
    expect(expectedOutput, where).toEqual(expect.arrayContaining([...lines]))
    const storage = FileStorage.at(checkpointsDirectory, { files: disk.files })
    if ((yield* storage.jobs).length > 0) yield* Effect.flatMap(storage.inspect("word-count"), verifyJob)
  })

export const expectFinished = (
  disk: SimulatedFiles,
  exit: Exit.Exit<unknown, unknown>,
  where: string,
  input = fewWords
) =>
  Effect.gen(function* () {
    expect(Exit.isSuccess(exit), `${where}: ${String(exit)}`).toBe(true)
    yield* expectSound(disk, where, input)
    expect((yield* seenOutput(disk.files)).lines, where).toEqual(expectedCounts(input.records, input.windowMs))
  })

/** What the log and the objects of a job are, on the disk as it is; null before it has begun. */
export const simulatedReader = (disk: SimulatedFiles) =>
  Effect.gen(function* () {
    const storage = FileStorage.at(checkpointsDirectory, { files: disk.files })
    return (yield* storage.jobs).length === 0 ? null : yield* storage.inspect("word-count")
  })
