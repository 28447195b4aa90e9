/**
 * Names and data that try to get out: of a directory, of an object, of a job.
 *
 * Whatever a user or an input file calls things, files appear in the two directories only, and no prototype is changed.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Job, type JobOptions, Pipeline, Trigger } from "@tidemark/core"
import type { Json, Source } from "@tidemark/core/connector"
import { type LogEntry, readLog } from "@tidemark/core/storage"
import { Effect, Result, Schema } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { encodeLogEntry } from "../../../packages/core/src/storage/LogEntry.ts"
import { watchPrototypes } from "../../support/watchPrototypes.ts"

const root = mkdtempSync(join(tmpdir(), "hardening-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

watchPrototypes()

/** A place with a directory for checkpoints and one for output, and nothing else in it. */
let places = 0
const makePlace = () => {
  const outer = join(root, String(places++), "outer")
  mkdirSync(outer, { recursive: true })
  return { outer, checkpoints: join(outer, "checkpoints"), output: join(outer, "output") }
}
type Place = ReturnType<typeof makePlace>

/** Every file below, as a path relative to the directory. */
const filesBelow = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort()

const expectContained = ({ outer }: Place): void => {
  expect(readdirSync(join(outer, "..")), "beside the directories").toEqual(["outer"])
  for (const file of filesBelow(outer)) expect(file).toMatch(/^(checkpoints|output)\//)
}

const linesIn = (directory: string, of = ""): ReadonlyArray<Json> =>
  filesBelow(directory)
    .filter((file) => file.startsWith("part-") && file.includes(of))
    .flatMap((file) => readFileSync(join(directory, file), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line))

const One = Schema.Struct({ key: Schema.String, number: Schema.Int })
type One = typeof One.Type

/** One record from one split, called so. */
const sourceOf = (split: string, record: One): Source<One> => ({
  description: "one record",
  schema: One,
  isBounded: true,
  isTimeOrdered: false,
  discover: Effect.succeed([{ id: split, spec: null }]),
  validate: () => Effect.void,
  open: () =>
    Effect.sync(() => {
      const waiting: Array<string> = []
      return {
        assign: ({ id }, position) => void (position === null && waiting.push(id)),
        poll: () => {
          const id = waiting[0]
          if (id === undefined) return { _tag: "Exhausted" }
          waiting.shift()
          return { _tag: "Records", split: id, values: [record], position: 1, skipped: 0 }
        }
      }
    })
})

interface Names {
  readonly job?: string | undefined
  readonly source?: string | undefined
  readonly operator?: string | undefined
  readonly sink?: string | undefined
  readonly split?: string | undefined
}

const jobOf = (
  place: Place,
  { job = "job", source = "in", operator = "sum", sink = "out", split = "split" }: Names
): JobOptions => ({
  pipeline: Pipeline.make(job)
    .from(source, sourceOf(split, { key: "k", number: 1 }))
    .keyBy("key")
    .reduce(operator, (left, right) => ({ key: left.key, number: left.number + right.number }))
    .to(sink, JsonlFile.sink({ directory: place.output, schema: One })),
  checkpoint: { storage: FileStorage.at(place.checkpoints), trigger: Trigger.manual, toleratedFailures: 0 },
  parallelism: 2,
  restart: { initialDelay: "1 millis" }
})

const run = (options: JobOptions) => Effect.runPromise(Effect.result(Job.run(options)))

const nasty: ReadonlyArray<string> = [
  ...["..", "../..", "../../escaped", "..\\..\\escaped", "/tmp/escaped", "a/../../b", "C:\\escaped", "\\\\host\\share"],
  ...[
    "nul\0byte",
    "trailing.",
    "trailing...",
    " leading",
    "CON",
    "aux.txt",
    ".hidden",
    "-rf",
    "~",
    "*",
    "a\nb",
    "%2e%2e"
  ],
  ...[
    "part-c000000001-t0001-s00.job.out.jsonl",
    ".tmp-0-1",
    ".lock",
    "log",
    "objects",
    "__proto__",
    "constructor",
    "水"
  ]
]

describe("names that lead out of a directory", () => {
  it("lead nowhere, whatever is called so", async () => {
    const nameAt = (index: number): string => nasty[index % nasty.length] ?? ""
    for (const [index, job] of nasty.entries()) {
      const place = makePlace()
      const [source, operator, sink, split] = [1, 2, 3, 4].map((step) => nameAt(index + step))
      const result = await run(jobOf(place, { job, source, operator, sink, split }))
      if (Result.isFailure(result)) throw result.failure
      expect(result.success.outcome).toBe("finished")
      expect(linesIn(place.output)).toEqual([{ key: "k", number: 1 }])
      expectContained(place)
      expect(await Effect.runPromise(FileStorage.at(place.checkpoints).jobs)).toEqual([job])
    }
  })

  it("of 300 characters are shortened or refused by name", async () => {
    for (const long of ["x".repeat(300), "X".repeat(300), "水".repeat(100)]) {
      for (const what of ["source", "operator", "sink", "split"] as const) {
        const place = makePlace()
        const result = await run(jobOf(place, { [what]: long }))
        if (Result.isFailure(result)) throw result.failure
        expect(linesIn(place.output)).toEqual([{ key: "k", number: 1 }])
        expectContained(place)
      }
      const place = makePlace()
      const refused = await run(jobOf(place, { job: long }))
      expect(Result.isFailure(refused) && refused.failure.message).toMatch(
        /open job .*takes \d+ characters, at most 255 fit/
      )
      expectContained(place)
    }
  })

  it("that are no Unicode are refused: two of them could become one file", async () => {
    for (const what of ["job", "source", "operator", "sink"] as const) {
      const place = makePlace()
      const refused = await run(jobOf(place, { [what]: "half \ud800" }))
      expect(Result.isFailure(refused) && refused.failure.message).toMatch(/valid Unicode/)
      expect(filesBelow(place.outer)).toEqual([])
    }
  })
})

describe("names that differ by case only", () => {
  it("are two jobs and two operators, also where the file system does not tell them apart", async () => {
    const place = makePlace()
    for (const [index, job] of ["a", "A"].entries()) {
      for (const sink of ["out", "OUT"]) {
        const result = await run(jobOf(place, { job: `${job}-${sink}`, sink, operator: `${job} sum` }))
        if (Result.isFailure(result)) throw result.failure
        expect(result.success.recordsIn, `run ${index}`).toBe(1)
      }
    }
    expect(await Effect.runPromise(FileStorage.at(place.checkpoints).jobs)).toEqual([
      "A-OUT",
      "A-out",
      "a-OUT",
      "a-out"
    ])
    const folded = filesBelow(place.outer).map((file) => file.toLowerCase())
    expect(new Set(folded).size).toBe(folded.length)
    expect(linesIn(place.output)).toHaveLength(4)
  })
})

/** The sink's session over a transaction as somebody has edited it. */
const committing = (place: Place, names: { readonly hidden: string; readonly part: string }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const sink = JsonlFile.sink({ directory: place.output, schema: One })
      const session = yield* sink.open({ job: "job", operator: "out", term: 1 })
      return yield* session.commit([{ ...names, checkpoint: 1, records: 1, bytes: 6 }])
    })
  )

describe("a checkpoint that somebody has edited", () => {
  it("publishes no file from elsewhere, and none to elsewhere", async () => {
    const place = makePlace()
    writeFileSync(join(place.outer, "..", "secret"), "secret")
    const part = "part-c000000001-t0001-s00.job.out.jsonl"
    const hidden = ".tm.job.out.t0001-s00-n000000.inprogress"
    for (const name of ["../../secret", "..", "a/b", "a\\b", "/secret", "", "nul\0"]) {
      for (const names of [
        { hidden: name, part },
        { hidden, part: name }
      ]) {
        const failure = await Effect.runPromise(Effect.flip(committing(place, names)))
        expect(failure).toMatchObject({ _tag: "SinkFailure", operation: "commit", reason: "schema" })
        expect(failure.message).toContain("Was it written by another sink?")
      }
    }
    expect(filesBelow(place.outer)).toEqual([])
    const missing = await Effect.runPromise(Effect.flip(committing(place, { hidden, part })))
    expect(missing).toMatchObject({ _tag: "SinkFailure", operation: "commit", reason: "missing" })
  })

  it("is not followed to objects elsewhere, and fields that name prototypes change none", async () => {
    const place = makePlace()
    const first = await run(jobOf(place, {}))
    if (Result.isFailure(first)) throw first.failure
    const storage = FileStorage.at(place.checkpoints)
    const newest = await Effect.runPromise(
      Effect.gen(function* () {
        const reader = yield* storage.inspect("job")
        const { view } = yield* readLog(reader)
        return view.completed.map(({ manifest, slot }) => ({ manifest, path: reader.pathOf({ slot }) })).at(-1)
      })
    )
    if (newest === undefined) throw new Error("the job has left no checkpoint")
    const { manifest, path } = newest
    const resumed = async (edited: LogEntry): Promise<string> => {
      writeFileSync(path, encodeLogEntry(edited))
      const result = await run({ ...jobOf(place, {}), resume: { from: manifest.id } })
      if (Result.isSuccess(result)) return "ran"
      expect(result.failure._tag).toBe("JobFailed")
      return result.failure.message
    }
    const tasks = manifest.tasks.map(({ subtasks, task }) => ({
      task,
      subtasks: subtasks.map((subtask) => ({ ...subtask, object: "../../../secret" }))
    }))
    expect(await resumed({ ...manifest, tasks })).toMatch(/object names are segments of/)
    const hostile: Json = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
    expect(await resumed({ ...manifest, operators: hostile })).toMatch(/list of operators cannot be read/)
    const extended = JSON.stringify(manifest.operators).replaceAll("{", '{"__proto__":{"polluted":true},')
    expect(await resumed({ ...manifest, operators: JSON.parse(extended) })).toMatch(/does not fit checkpoint 1/)
    expectContained(place)
  })
})
