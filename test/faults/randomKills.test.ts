/**
 * The flights job as a user runs it, over all three million rows, killed with SIGKILL at 25 random moments while it runs,
 * at parallelism 1, 3 and 2 in turn. The moments are chosen by the job's own progress: a random number of log entries or
 * of visible files after the claim, and a random while on top. A job that ends in spite of all kills makes room for a new
 * one.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { seededRandom } from "../../packages/core/src/testing/seededRandom.ts"
import {
  type FlightsCommand,
  type RunningFlights,
  reportOf,
  runFlights,
  startFlights
} from "../support/flightsCommand.ts"
import { duckFlights, namesIn, visibleFlights } from "../support/flightsOracle.ts"
import {
  expectFinishedFlights,
  expectSoundFlights,
  type FlightsDirectories,
  flightsDirectories
} from "../support/flightsRun.ts"
import { seedOfRun } from "../support/seedOfRun.ts"

const rows = 3_000_000
const killsWanted = 25
const parallelisms = [1, 3, 2]

/** For a machine that does a lot else. */
const timeout = 400_000

const seed = seedOfRun("randomKills")
const random = seededRandom(seed)
const randomInt = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))

/** Names that were not there when the process started: retention takes names away, so counting would not do. */
const newNames = (directory: string, isCounted: (name: string) => boolean) => {
  const before = new Set(namesIn(directory))
  const seen = new Set<string>()
  return () => {
    for (const name of namesIn(directory)) if (isCounted(name) && !before.has(name)) seen.add(name)
    return seen.size
  }
}

/** When to kill: so many new names of a kind, and so many milliseconds later. */
interface Moment {
  readonly of: "log entries" | "parts"
  readonly count: number
  readonly laterMs: number
}

const randomMoment = (): Moment =>
  random() < 0.7
    ? { of: "log entries", count: randomInt(1, 4), laterMs: randomInt(0, 80) }
    : { of: "parts", count: randomInt(1, 4), laterMs: randomInt(0, 20) }

/** Starts the job and kills it at the moment. Answers how it ended: it may have been faster. */
const runUntil = (command: FlightsCommand, moment: Moment) =>
  Effect.scoped(
    Effect.gen(function* () {
      const entries = newNames(`${command.checkpoints}/flight-delays/log`, (name) => name.endsWith(".json"))
      const parts = newNames(command.out, (name) => !name.startsWith("."))
      const progress = moment.of === "parts" ? parts : entries
      const running = yield* startFlights(command)
      yield* untilEither(running, () => progress() >= moment.count)
      yield* Effect.sleep(moment.laterMs)
      running.child.kill("SIGKILL")
      return yield* running.ended
    })
  )

/** Looks every few milliseconds: what happens in another process tells nobody. */
const untilEither = (running: RunningFlights, condition: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!running.hasEnded() && !condition()) yield* Effect.sleep(2)
  })

/** The sorted lines of an uninterrupted run, which are those of DuckDB. */
const reference = Effect.scoped(
  Effect.gen(function* () {
    const directories = yield* flightsDirectories
    const ended = yield* runFlights({ ...directories, parallelism: 2, limit: rows })
    assert.strictEqual(ended.code, 0, ended.stderr)
    const { lines } = visibleFlights(directories.out)
    assert.strictEqual(reportOf(ended.stdout).lateRecords, 0)
    assert.strictEqual(lines.join("\n"), (yield* duckFlights(rows)).join("\n"))
    return lines
  })
)

interface Tally {
  kills: number
  starts: number
  /** Kills of processes that had resumed from a checkpoint. */
  afterRestore: number
  /** Kills of processes that had made lines visible. */
  afterCommit: number
}

/** Kills one job until it ends or there were kills enough; then it runs to its end. */
const live = Effect.fnUntraced(function* (
  directories: FlightsDirectories,
  expected: ReadonlyArray<string>,
  tally: Tally
) {
  const lines = new Set(expected)
  let visible = 0
  let where = "at the start"
  while (tally.kills < killsWanted) {
    const parallelism = parallelisms[tally.starts++ % parallelisms.length] ?? 1
    const moment = randomMoment()
    const ended = yield* runUntil({ ...directories, parallelism, limit: rows }, moment)
    where = `start ${tally.starts} (seed ${seed}), ${moment.laterMs} ms after ${moment.count} ${moment.of}`
    const sound = yield* expectSoundFlights(directories, { expected: lines, where })
    if (ended.signal === null) {
      assert.strictEqual(ended.code, 0, `${where}: ${ended.stderr}`)
      break
    }
    tally.kills++
    if (sound.resumedFrom !== null) tally.afterRestore++
    if (sound.lines > visible) tally.afterCommit++
    visible = sound.lines
  }
  yield* expectEnd(directories, expected, where)
})

/** Runs the job to its end, and once more: then it says that there is nothing to do. */
const expectEnd = Effect.fnUntraced(function* (
  directories: FlightsDirectories,
  expected: ReadonlyArray<string>,
  where: string
) {
  const last = yield* runFlights({ ...directories, parallelism: 2, limit: rows })
  assert.strictEqual(last.code, 0, `${where}: ${last.stderr}`)
  assert.strictEqual(reportOf(last.stdout).lateRecords, 0)
  yield* expectFinishedFlights(directories, { expected, where })
  const again = yield* runFlights({ ...directories, parallelism: 3, limit: rows })
  assert.strictEqual(again.code, 0, again.stderr)
  assert.deepInclude(reportOf(again.stdout), { recordsIn: 0, recordsOut: 0 })
  yield* expectFinishedFlights(directories, { expected, where })
})

describe(`the flights job under kill -9 (seed ${seed})`, () => {
  it.live(
    `is exactly once over ${killsWanted} random kills at parallelism 1, 3 and 2`,
    () =>
      Effect.gen(function* () {
        const expected = yield* reference
        const tally: Tally = { kills: 0, starts: 0, afterRestore: 0, afterCommit: 0 }
        while (tally.kills < killsWanted) {
          assert.isBelow(tally.starts, 4 * killsWanted, "most processes ended before they could be killed")
          yield* Effect.scoped(Effect.flatMap(flightsDirectories, (fresh) => live(fresh, expected, tally)))
        }
        process.stdout.write(`randomKills: ${JSON.stringify(tally)}\n`)
        assert.isAbove(tally.afterRestore, 0)
        assert.isAbove(tally.afterCommit, 0)
      }),
    timeout
  )
})
