/** What can go wrong with worker threads: they do not give way, do not start, fail together, or have too much to carry. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type JobOptions, type RunReport, Trigger } from "@tidemark/core"
import { StorageFailure } from "@tidemark/core/storage"
import { Effect, Exit, Logger, Scope } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import { hookedStorage } from "../support/hookedStorage.ts"
import { StartedThreads } from "../support/startedThreads.ts"
import { visibleLines } from "../support/visibleLines.ts"
import { expectedHours, type TroubledArgs } from "./fixtures/troubledJob.ts"

const module = new URL("./fixtures/troubledJob.ts", import.meta.url)
const directories: Array<string> = []
const threads = new StartedThreads()

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
  // Nothing of a thread is left when its job has ended, however it did.
  expect(threads.running).toBe(0)
  expect(threads.warnings.filter((warning) => /listeners/.test(warning))).toEqual([])
})

interface Chosen extends Partial<Omit<JobOptions, "checkpoint" | "pipeline">> {
  readonly checkpoint?: Partial<JobOptions["checkpoint"]>
  readonly args?: Partial<typeof TroubledArgs.Type>
  readonly directory?: string
}

interface Layout {
  readonly parallelism: number
  readonly threads: number
}

const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-trouble-"))
  directories.push(directory)
  return directory
}

const usual = { records: 6_000, keys: 10, text: 1 } as const

const load = ({ args, checkpoint, directory = newDirectory(), ...options }: Chosen) =>
  Effect.map(
    Job.load(module, {
      ...{ ...usual, out: join(directory, "out"), marker: join(directory, "marker"), trouble: null, isEndless: false },
      ...args
    }),
    (job): JobOptions => ({
      ...{ parallelism: 2, threads: 2 },
      ...job,
      ...options,
      checkpoint: { storage: MemoryStorage.make(), ...job.checkpoint, ...checkpoint }
    })
  )

const run = (chosen: Chosen): Promise<RunReport> => Effect.runPromise(Effect.flatMap(load(chosen), Job.run))

const failureOf = async (chosen: Chosen) => {
  const failed = await Effect.runPromise(Effect.flip(Effect.flatMap(load(chosen), Job.run)))
  return { message: failed.message, cause: "cause" in failed ? failed.cause : null }
}

const soon = (condition: () => boolean): Effect.Effect<void> =>
  Effect.whileLoop({ while: () => !condition(), body: () => Effect.sleep("2 millis"), step: () => {} })

describe("worker threads with much to carry", () => {
  for (const [name, threadCount, args] of [
    ["one key only", 2, { keys: 1, text: 200, records: 20_000 }],
    ["one key only, on three threads", 3, { keys: 1, text: 200, records: 20_000 }],
    ["records of a mebibyte", 2, { keys: 7, text: 1_048_576, records: 120 }]
  ] as const) {
    it(`two exchanges and ${name}: barriers pass, and every record shows once`, async () => {
      const directory = newDirectory()
      const report = await run({
        ...{ directory, args, threads: threadCount, parallelism: threadCount },
        checkpoint: { trigger: Trigger.every("10 millis"), maxConcurrent: 3 }
      })
      expect(report).toMatchObject({ outcome: "finished", restarts: 0, recordsIn: args.records })
      expect(report.checkpoints.completed).toBeGreaterThan(1)
      expect(visibleLines(join(directory, "out"))).toEqual(expectedHours(args))
    })
  }
})

describe("what is told of worker threads", () => {
  const facts = ({
    checkpoints: _,
    durationMs: __,
    restoreMs: ___,
    threads: ____,
    memory: _____,
    ...report
  }: RunReport) => report

  it("is what is told of one thread: counts, late records, position and watermark", async () => {
    const args = { trouble: "late" } as const
    const inline = await run({ args, threads: 0, parallelism: 1 })
    const threaded = await run({ args, threads: 1, parallelism: 1 })
    expect(inline.lateRecords).toBeGreaterThan(0)
    expect(facts(threaded)).toEqual(facts(inline))
  })

  it("checkpoints come by the count of records, each after so many of all threads", async () => {
    const report = await run({ checkpoint: { trigger: Trigger.count(1_000) } })
    expect(report.checkpoints.completed).toBeGreaterThan(2)
    expect(report.checkpoints.completed).toBeLessThanOrEqual(7)
  })

  it("an inspector hears of every thread, and what it throws fails the job", async () => {
    const actors = new Set<string>()
    await run({ inspect: (inspection) => void ("actor" in inspection && actors.add(inspection.actor)) })
    expect([...actors].filter((actor) => actor.includes("#")).length).toBe(6)
    const inspect: NonNullable<JobOptions["inspect"]> = (inspection) => {
      if (inspection._tag === "BarrierTaken") throw new Error("the inspector fell asleep")
    }
    expect((await failureOf({ inspect })).message).toMatch(/the inspector fell asleep/)
  })
})

describe("a failure in a worker thread", () => {
  it("ends the job if the same record fails three times running, and names it", async () => {
    const { cause, message } = await failureOf({ args: { trouble: "poison" } })
    expect(message).toMatch(/Operator "trouble" .* a poisoned record/)
    expect(cause).toMatchObject({ _tag: "UserFunctionFailed" })
  })

  for (const [trouble, tag, text] of [
    ["source", "SourceFailure", /Source the paper tape: torn at read/],
    ["open", "SourceFailure", /Source the paper tape: torn at open/],
    ["sink", "SinkFailure", /Sink the paper tape could not prepare: it is full/],
    ["otherPipeline", "JobModuleInvalid", /answers another pipeline in a worker thread/]
  ] as const) {
    it(`keeps its tag, its message and what the restart policy makes of it: "${trouble}"`, async () => {
      const { cause, message } = await failureOf({ args: { trouble } })
      expect(message).toMatch(text)
      expect(cause).toMatchObject({ _tag: tag, retry: "never" })
    })
  }

  it("of the storage is a checkpoint that fails, a defect of it a failure of the job", async () => {
    const full = new StorageFailure({ operation: "create object", path: "/full", reason: "full", outcome: "none" })
    let refused = 0
    const storage = hookedStorage(MemoryStorage.make(), {
      createObject: (_, pass) => (refused++ < 3 ? Effect.fail(full) : pass)
    })
    const report = await run({ checkpoint: { storage } })
    expect(report).toMatchObject({ outcome: "finished", restarts: 0 })
    expect(report.checkpoints.invalidated).toMatchObject({ storageFailed: expect.any(Number) })
    const broken = hookedStorage(MemoryStorage.make(), { createObject: () => Effect.die(new Error("a broken disk")) })
    expect((await failureOf({ checkpoint: { storage: broken } })).message).toMatch(/a broken disk/)
  })

  it("of a source that cannot close is said, and the job ends as it would", async () => {
    const said: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void said.push(String(message)))
    const report = await Effect.runPromise(
      Effect.flatMap(load({ args: { trouble: "close" } }), Job.run).pipe(Effect.provide(Logger.layer([logger])))
    )
    expect(report.outcome).toBe("finished")
    expect(said.join()).toMatch(/the source cannot close/)
  })

  it("ends the others, also one that never gives way, and the job recovers", async () => {
    const directory = newDirectory()
    const report = await run({ directory, args: { trouble: "hang" } })
    expect(report).toMatchObject({ outcome: "finished", restarts: 1 })
    expect(report.recoveries[0]?.cause).toMatch(/the other thread hangs/)
    expect(visibleLines(join(directory, "out"))).toEqual(expectedHours(usual))
  })

  it("is one that says what cannot be sent", async () => {
    const job = await Effect.runPromise(load({}))
    const { source, ...rest } = job.pipeline
    const discover = Effect.succeed([{ id: "only", spec: Object.assign(JSON.parse("{}"), { hook: () => {} }) }])
    const pipeline = { ...rest, source: { ...source, source: { ...source.source, discover } } }
    const failed = await Effect.runPromise(Effect.flip(Job.run({ ...job, pipeline })))
    expect(failed.message).toMatch(/no JSON and cannot be sent to a worker thread: .*could not be cloned/)
  })
})

describe("a job on worker threads that is ended", () => {
  it("while its threads load the module: they end with it", async () => {
    const directory = newDirectory()
    const marker = join(directory, "marker")
    const chosen = { directory, args: { trouble: "slowModule" } } as const
    await Effect.runPromise(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const job = yield* load(chosen)
        yield* Scope.provide(Job.start(job), scope)
        yield* soon(() => existsSync(marker) && readFileSync(marker, "utf8") === "loading\nloading\n")
        expect(threads.running).toBe(2)
        yield* Scope.close(scope, Exit.void)
      })
    )
  })

  it("goes on with other numbers of subtasks and threads, also in one thread", async () => {
    const directory = newDirectory()
    const storage = MemoryStorage.make()
    const records = 30_000
    const options = { directory, args: { records }, checkpoint: { storage } }
    const stopAfter = Effect.fnUntraced(function* (position: number, layout: Layout) {
      const handle = yield* Job.start(yield* load({ ...options, ...layout }))
      yield* soon(() => handle.report().state.startsWith("running") && handle.report().position.records >= position)
      yield* handle.triggerCheckpoint
      yield* handle.stop()
      return yield* handle.await
    }, Effect.scoped)
    const layouts = [
      { parallelism: 2, threads: 2 },
      { parallelism: 3, threads: 0 },
      { parallelism: 16, threads: 2 }
    ]
    for (const [i, layout] of layouts.entries()) {
      const report = await Effect.runPromise(stopAfter(1_000 + i * 7_000, layout))
      expect(report.outcome).toBe("stopped")
    }
    const report = await run({ ...options, parallelism: 3, threads: 3 })
    expect(report).toMatchObject({ outcome: "finished", position: { records } })
    expect(report.recordsIn).toBeGreaterThan(0)
    expect(visibleLines(join(directory, "out"))).toEqual(expectedHours({ ...usual, records }))
  })

  it("is cancelled with threads that wait for records", async () => {
    const report = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const handle = yield* Job.start(yield* load({ args: { isEndless: true } }))
          yield* soon(() => handle.report().position.records === usual.records)
          yield* handle.cancel
          return yield* handle.await
        })
      )
    )
    expect(report).toMatchObject({ outcome: "cancelled", recordsIn: usual.records })
  })
})
