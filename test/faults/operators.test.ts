/** A job with `mapAsync` and `process`, whose timers and calls are always under way: on worker threads, and under kill -9. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { seededRandom } from "../../packages/core/src/testing/seededRandom.ts"
import { temporaryDirectory } from "../conformance/storageSubjects.ts"
import { Bucket, expectedBuckets, shownBuckets } from "../support/bucketJob.ts"
import { runNode, startNode } from "../support/runNode.ts"
import { seedOfRun } from "../support/seedOfRun.ts"
import { visibleLines } from "../support/visibleLines.ts"
import { operatorsWord } from "./fixtures/operatorsModule.ts"

const moduleFile = "test/faults/fixtures/operatorsModule.ts"
const seed = seedOfRun("operators")
const random = seededRandom(seed)

const decodeBucket = Schema.decodeUnknownSync(Schema.fromJsonString(Bucket))

const assertAllShown = (out: string, records: number): void => {
  const shown = visibleLines(out).map((line) => decodeBucket(line))
  assert.deepEqual(shownBuckets(shown), expectedBuckets(Array.from({ length: records }, (_, n) => operatorsWord(n))))
}

describe("a job with mapAsync and process on worker threads", () => {
  it.live("shows every record once, also when a thread ends: three subtasks on two threads", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const records = 4_000
      const args = { out: join(directory, "out"), records: String(records), isSlow: "no", order: "ordered" }
      const marker = join(directory, "marker")
      const job = yield* Job.load(new URL("./fixtures/operatorsModule.ts", import.meta.url), { ...args, marker })
      const checkpoint = { ...job.checkpoint, storage: MemoryStorage.make() }
      const report = yield* Job.run({ ...job, threads: 2, parallelism: 3, checkpoint })
      assert.isTrue(existsSync(marker))
      assert.strictEqual(report.outcome, "finished")
      assert.strictEqual(report.restarts, 1)
      assertAllShown(args.out, records)
    }).pipe(Effect.scoped)
  )
})

const killRecords = 5_000

const commandOf = (of: { readonly directory: string; readonly parallelism: number; readonly isSlow: string }) => [
  "packages/cli/bin/tidemark.js",
  ...["run", moduleFile, "--json", "--checkpoints", join(of.directory, "checkpoints")],
  ...["--parallelism", String(of.parallelism), "--", "--order", "unordered"],
  ...["--out", join(of.directory, "out"), "--records", String(killRecords), "--is-slow", of.isSlow]
]

/** Visible files; none where the directory is not there yet. */
const partsIn = (directory: string): number =>
  existsSync(directory) ? readdirSync(directory).filter((name) => !name.startsWith(".")).length : 0

/** Runs the job until it has shown something new and a random while longer, then kills it. */
const killed = (directory: string, parallelism: number) =>
  Effect.gen(function* () {
    const parts = () => partsIn(join(directory, "out"))
    const before = parts()
    const running = yield* startNode(commandOf({ directory, parallelism, isSlow: "yes" }))
    // What happens in another process tells nobody.
    while (!running.hasEnded() && parts() === before) yield* Effect.sleep(2)
    yield* Effect.sleep(Math.floor(random() * 60))
    running.child.kill("SIGKILL")
    return yield* running.ended
  }).pipe(Effect.scoped)

describe(`a job with mapAsync and process under kill -9 (seed ${seed})`, () => {
  it.live("shows every record once, at parallelism 2, 3 and 1 in turn", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      for (const parallelism of [2, 3]) {
        const ended = yield* killed(directory, parallelism)
        assert.strictEqual(ended.signal, "SIGKILL", `it ended before\n${ended.stdout}${ended.stderr}`)
      }
      const last = yield* runNode(commandOf({ directory, parallelism: 1, isSlow: "no" }))
      assert.strictEqual(last.code, 0, last.stderr)
      assertAllShown(join(directory, "out"), killRecords)
    }).pipe(Effect.scoped)
  )
})
