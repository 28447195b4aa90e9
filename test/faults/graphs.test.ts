/** A job with two sources, a union, a side output and two sinks: on worker threads, and under kill -9. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { seededRandom } from "../../packages/core/src/testing/seededRandom.ts"
import { temporaryDirectory } from "../conformance/storageSubjects.ts"
import { WordCount } from "../support/countJob.ts"
import { expectAllCounted } from "../support/graphJob.ts"
import { runNode, startNode } from "../support/runNode.ts"
import { seedOfRun } from "../support/seedOfRun.ts"
import { visibleLines } from "../support/visibleLines.ts"

const moduleFile = "test/faults/fixtures/graphModule.ts"
const seed = seedOfRun("graphs")
const random = seededRandom(seed)

const decodeCount = Schema.decodeUnknownSync(Schema.fromJsonString(WordCount))
const countsIn = (out: string, sink: string) => visibleLines(join(out, sink)).map((line) => decodeCount(line))

/** How many records were late: none may be shown twice, or be missing. */
const expectAllShown = (out: string, records: number): number =>
  expectAllCounted({ records, shown: countsIn(out, "shown"), late: countsIn(out, "late") })

describe("a job with a union and a side output on worker threads", () => {
  it.live("shows every record once, also when a thread ends: 3 subtasks on 2 threads", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const records = 6_000
      const args = { out: join(directory, "out"), records: String(records), isSlow: "no" }
      const marker = join(directory, "marker")
      const job = yield* Job.load(new URL("./fixtures/graphModule.ts", import.meta.url), { ...args, marker })
      const checkpoint = { ...job.checkpoint, storage: MemoryStorage.make() }
      const report = yield* Job.run({ ...job, threads: 2, parallelism: 3, checkpoint })
      assert.isTrue(existsSync(marker))
      assert.strictEqual(report.outcome, "finished")
      assert.strictEqual(report.restarts, 1)
      assert.isAbove(expectAllShown(args.out, records), 0)
    }).pipe(Effect.scoped)
  )
})

const commandOf = (of: { readonly directory: string; readonly parallelism: number; readonly isSlow: string }) => [
  "packages/cli/bin/tidemark.js",
  ...["run", moduleFile, "--json", "--checkpoints", join(of.directory, "checkpoints")],
  ...["--parallelism", String(of.parallelism), "--"],
  ...["--out", join(of.directory, "out"), "--records", String(killRecords), "--is-slow", of.isSlow]
]

const killRecords = 8_000

/** Log entries and visible files; nothing where a directory is not there yet. */
const namesIn = (...path: ReadonlyArray<string>): ReadonlyArray<string> => {
  const directory = join(...path)
  return existsSync(directory) ? readdirSync(directory).filter((name) => !name.startsWith(".")) : []
}

/** Runs the job until it has shown something new and a random while longer, then kills it. */
const killed = (directory: string, parallelism: number) =>
  Effect.gen(function* () {
    const parts = () => [...namesIn(directory, "out", "shown"), ...namesIn(directory, "out", "late")].length
    const before = parts()
    const running = yield* startNode(commandOf({ directory, parallelism, isSlow: "yes" }))
    // What happens in another process tells nobody.
    while (!running.hasEnded() && parts() === before) yield* Effect.sleep(2)
    yield* Effect.sleep(Math.floor(random() * 60))
    running.child.kill("SIGKILL")
    return yield* running.ended
  }).pipe(Effect.scoped)

describe(`a job with a union and a side output under kill -9 (seed ${seed})`, () => {
  it.live("shows every record once, on time or late, at parallelism 2, 1 and 3 in turn", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      for (const parallelism of [2, 1, 3]) {
        const ended = yield* killed(directory, parallelism)
        assert.strictEqual(ended.signal, "SIGKILL", `it ended before\n${ended.stdout}${ended.stderr}`)
      }
      const last = yield* runNode(commandOf({ directory, parallelism: 2, isSlow: "no" }))
      assert.strictEqual(last.code, 0, last.stderr)
      expect(expectAllShown(join(directory, "out"), killRecords)).toBeGreaterThan(0)
    }).pipe(Effect.scoped)
  )
})
