/**
 * The flights job, killed with SIGKILL at every step of the protocol and run again on what is left. After each kill
 * nothing but finished lines is visible, each once, and every completed checkpoint is whole; at the end the output is
 * that of an uninterrupted run, and that is DuckDB's.
 */
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Semaphore } from "effect"
import { duckFlights, visibleFlights } from "../support/flightsOracle.ts"
import {
  expectFinishedFlights,
  expectSoundFlights,
  type FlightsDirectories,
  flightsDirectories
} from "../support/flightsRun.ts"
import { runNode } from "../support/runNode.ts"
import { type KillableArgs, type KilledText, parseKilledText } from "./fixtures/killableArgs.ts"
import { type KillPoint, killPoints, type Life, lives } from "./fixtures/killPoints.ts"

/** Rows of two row groups: at parallelism 2 both source subtasks have something to do. */
const limit = 300_000

/** A third of a day of flights: something is committed after every third checkpoint or so. */
const recordsPerCheckpoint = 6_000

/** For a machine that does a lot else. */
const timeout = 400_000

const killableJob = fileURLToPath(new URL("./fixtures/killableJob.ts", import.meta.url))

const processes = Semaphore.makeUnsafe(2)

type Run = Pick<KillableArgs, "parallelism" | "killAt" | "recordsPerCheckpoint">

const run = (directories: FlightsDirectories, how: Run) =>
  processes.withPermits(1)(
    runNode(["--conditions=tidemark-source", killableJob, JSON.stringify({ ...directories, limit, ...how })])
  )

/** Runs the job to its end and answers its report. */
const runToEnd = (directories: FlightsDirectories, parallelism: number) =>
  Effect.gen(function* () {
    const ended = yield* run(directories, { parallelism, killAt: null, recordsPerCheckpoint: null })
    assert.strictEqual(ended.code, 0, ended.stderr)
    return JSON.parse(ended.stdout)
  })

/** The sorted lines of an uninterrupted run, which are those of DuckDB. */
const reference = Effect.runSync(
  Effect.cached(
    Effect.scoped(
      Effect.gen(function* () {
        const directories = yield* flightsDirectories
        const report = yield* runToEnd(directories, 2)
        const { lines } = visibleFlights(directories.out)
        assert.strictEqual(report.lateRecords, 0)
        assert.strictEqual(lines.join("\n"), (yield* duckFlights(limit)).join("\n"))
        return lines
      })
    )
  )
)

const kill = Effect.fnUntraced(function* (directories: FlightsDirectories, life: Life, point: KillPoint) {
  const ended = yield* run(directories, {
    parallelism: 2,
    killAt: point.name,
    recordsPerCheckpoint: life.isPaced ? recordsPerCheckpoint : null
  })
  assert.strictEqual(ended.signal, "SIGKILL", `not hit: ${point.name}\n${ended.stdout}${ended.stderr}`)
  return parseKilledText(ended.stdout)
})

const kills: Array<KilledText> = []

describe.concurrent("the flights job is exactly once when it is killed at", () => {
  for (const life of lives) {
    it.live(
      `every step of ${life.name}`,
      () =>
        Effect.gen(function* () {
          const expected = yield* reference
          const directories = yield* flightsDirectories
          for (const point of life.points) {
            kills.push(yield* kill(directories, life, point))
            yield* expectSoundFlights(directories, { expected: new Set(expected), where: point.name })
          }
          const report = yield* runToEnd(directories, life.lastParallelism)
          assert.strictEqual(report.lateRecords, 0)
          yield* expectFinishedFlights(directories, { expected, where: `after the life "${life.name}"` })
        }),
      timeout
    )
  }
})

describe("the kills", () => {
  it("have hit every kill point at parallelism 2, after restores and after commits", () => {
    assert.deepStrictEqual(kills.map(({ killedAt }) => killedAt).sort(), killPoints.map(({ name }) => name).sort())
    const restored = kills.filter((killed) => killed.restored !== null)
    assert.isAbove(restored.length, killPoints.length / 2)
    assert.isAbove(restored.filter(({ published }) => published > 0).length, 5)
  })
})
