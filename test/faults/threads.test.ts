/** Jobs on worker threads: the same output as in one thread, also when threads or the whole process die. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type JobOptions } from "@tidemark/core"
import { Effect } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import { seededRandom } from "../../packages/core/src/testing/seededRandom.ts"
import { countJob } from "../support/countJob.ts"
import { seedOfRun } from "../support/seedOfRun.ts"
import { visibleLines } from "../support/visibleLines.ts"
import { expectedTotals, type ThreadedArgs } from "./fixtures/threadedJob.ts"

const module = new URL("./fixtures/threadedJob.ts", import.meta.url)
const records = 20_000
const directories: Array<string> = []

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-threads-"))
  directories.push(directory)
  return directory
}

type Death = (typeof ThreadedArgs.Type)["death"]

const load = (
  directory: string,
  options: {
    readonly death?: Death
    readonly deadly?: ReadonlyArray<number>
    readonly threads: number
    readonly parallelism: number
  }
): Effect.Effect<JobOptions, unknown> =>
  Effect.map(
    Job.load(module, {
      out: join(directory, "out"),
      records,
      death: options.death ?? null,
      deadly: options.deadly ?? [records / 2],
      marker: join(directory, "marker")
    }),
    (job) => ({
      ...job,
      parallelism: options.parallelism,
      threads: options.threads,
      ...(options.death === "memory" ? { threadHeapMax: 96 } : {}),
      checkpoint: { ...job.checkpoint, storage: MemoryStorage.make() }
    })
  )

describe("a job on worker threads", () => {
  for (const [threads, parallelism] of [
    [1, 1],
    [1, 2],
    [2, 2],
    [2, 3],
    [3, 3]
  ] as const) {
    it(`shows what it shows in one thread: ${parallelism} subtasks on ${threads} threads`, async () => {
      const directory = newDirectory()
      const report = await Effect.runPromise(Effect.flatMap(load(directory, { threads, parallelism }), Job.run))
      expect(report.outcome).toBe("finished")
      expect(report.recordsIn).toBe(records)
      expect(report.recordsOut).toBe(expectedTotals(records).length)
      expect(report.checkpoints.completed).toBeGreaterThan(0)
      expect(visibleLines(join(directory, "out"))).toEqual(expectedTotals(records))
    })
  }

  for (const death of ["exit", "uncaught", "memory", "throw"] as const) {
    it(`recovers from a thread that ends by "${death}", and shows every record once`, async () => {
      const directory = newDirectory()
      const report = await Effect.runPromise(
        Effect.flatMap(load(directory, { threads: 2, parallelism: 2, death }), Job.run)
      )
      expect(existsSync(join(directory, `marker-${records / 2}`))).toBe(true)
      expect(report.outcome).toBe("finished")
      expect(report.restarts).toBe(1)
      expect(report.recoveries[0]?.cause).toMatch(causes[death])
      expect(visibleLines(join(directory, "out"))).toEqual(expectedTotals(records))
    })
  }

  it("recovers from threads that end again and again, at random records, and shows every record once", async () => {
    const directory = newDirectory()
    const random = seededRandom(seedOfRun("threads"))
    const deadly = Array.from({ length: 6 }, () => Math.floor(random() * records))
    const job = load(directory, { threads: 2, parallelism: 3, death: "exit", deadly })
    const report = await Effect.runPromise(Effect.flatMap(job, Job.run))
    expect(report.outcome).toBe("finished")
    expect(report.restarts).toBeGreaterThan(1)
    expect(readdirSync(directory).filter((name) => name.startsWith("marker")).length).toBe(new Set(deadly).size)
    expect(visibleLines(join(directory, "out"))).toEqual(expectedTotals(records))
  })

  it("names both ends and the record where a record does not fit the schema by which it crosses", async () => {
    const directory = newDirectory()
    const run = Effect.flatMap(load(directory, { threads: 2, parallelism: 2, death: "misfit" }), Job.run)
    const failed = await Effect.runPromise(Effect.flip(run))
    expect(String(failed)).toMatch(
      /A record on its way from "readings" to "totals" does not fit its schema: field "value": expected a number, found "three"/
    )
  })

  it("refuses threads for a job without a module, and for a sink that others cannot reach", async () => {
    const { job } = countJob()
    const refused = await Effect.runPromise(Effect.flip(Job.run({ ...job, threads: 2 })))
    expect(refused.message).toMatch(/threads needs a job module/)
    expect(refused.message).toMatch(/Sink "shown" \(collection\) keeps its output in the memory of one thread/)
  })

  it("says which module cannot be loaded, and why", async () => {
    const failureOf = (url: URL, args = {}) => Effect.runPromise(Effect.flip(Job.load(url, args)))
    expect((await failureOf(new URL("./nowhere.ts", import.meta.url))).message).toMatch(
      /nowhere.ts could not be loaded/
    )
    expect((await failureOf(new URL("../support/until.ts", import.meta.url))).message).toMatch(/has no default export/)
    expect((await failureOf(module, { out: 1 })).message).toMatch(/does not take these arguments/)
  })
})

const causes = {
  exit: /Worker thread \d of job "threaded" died: it exited with code 3/,
  uncaught: /Worker thread \d of job "threaded" died: thrown where nobody catches/,
  memory: /Worker thread \d of job "threaded" died: .*memory/,
  throw: /Operator "deadly" .* threw at .*thrown by a user's function/
}
