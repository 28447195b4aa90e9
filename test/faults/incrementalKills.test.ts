/**
 * A job with much state of which little changes, killed with SIGKILL again and again at other parallelisms, in one thread
 * and in several: at random moments, right after a manifest, and while retention removes what nothing refers to any more.
 * After each kill every manifest of the log finds all its objects; at the end the output is that of a plain loop, and
 * just the objects that the manifests name are left.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { seededRandom } from "../../packages/core/src/testing/seededRandom.ts"
import { seedOfRun } from "../support/seedOfRun.ts"
import type { ProcessArgs } from "./fixtures/incrementalArgs.ts"
import {
  type Directories,
  directories,
  expectFinished,
  expectSound,
  logEntries,
  runToEnd,
  start,
  stateObjects
} from "./fixtures/incrementalRun.ts"

const records = 120_000

/** For a machine that does a lot else. */
const timeout = 300_000

const seed = seedOfRun("incrementalKills")
const random = seededRandom(seed)
const randomInt = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))

const tasks = 4
const chainMax = 16

/** How the subtasks of a life run, and how it ends. */
interface Life {
  readonly parallelism: number
  readonly threads: number
  /** A moment of the process itself, or from outside after some log entries and a random while. */
  readonly killAt:
    | { readonly name: string; readonly nth: number }
    | { readonly entries: number; readonly laterMs: number }
}

const lives = (): ReadonlyArray<Life> => [
  { parallelism: 1, threads: 0, killAt: { entries: randomInt(7, 11), laterMs: randomInt(0, 60) } },
  { parallelism: 3, threads: 3, killAt: { name: "before remove retired state", nth: randomInt(10, 40) } },
  { parallelism: 2, threads: 0, killAt: { name: "after link manifest", nth: randomInt(5, 9) } },
  { parallelism: 3, threads: 0, killAt: { name: "after remove entry", nth: randomInt(5, 9) } },
  { parallelism: 2, threads: 2, killAt: { entries: randomInt(6, 12), laterMs: randomInt(0, 60) } },
  { parallelism: 1, threads: 0, killAt: { name: "before remove entry", nth: randomInt(8, 12) } },
  { parallelism: 3, threads: 2, killAt: { name: "after link state", nth: randomInt(30, 90) } }
]

/** Names that were not there at first: retention takes names away, so counting would not do. */
const newEntries = (of: Directories) => {
  const before = new Set(logEntries(of))
  const seen = new Set<string>()
  return () => {
    for (const name of logEntries(of)) if (!before.has(name)) seen.add(name)
    return seen.size
  }
}

/** Runs a life until it is killed. Answers the most objects that were there at a time. */
const killed = (args: ProcessArgs, of: Directories, life: Life, where: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { killAt } = life
      const progress = newEntries(of)
      const running = yield* start(args)
      let most = 0
      while (!running.hasEnded() && !("entries" in killAt && progress() >= killAt.entries)) {
        most = Math.max(most, stateObjects(of).length)
        // What happens in another process tells nobody.
        yield* Effect.sleep(5)
      }
      if ("entries" in killAt) yield* Effect.sleep(killAt.laterMs)
      running.child.kill("SIGKILL")
      const ended = yield* running.ended
      assert.strictEqual(ended.signal, "SIGKILL", `${where}: it ended before\n${ended.stdout}${ended.stderr}`)
      return most
    })
  )

const survive = (
  how: { readonly retained: number; readonly maxConcurrent: number },
  /** With several on their way the base lies further back, and chains grow more slowly. */
  longerThan: number,
  lifeCount: number
) =>
  Effect.gen(function* () {
    const of = yield* directories
    const argsOf = (life: Pick<Life, "parallelism" | "threads">): ProcessArgs => ({
      ...how,
      job: { out: of.out, records, isSlow: true },
      checkpoints: of.checkpoints,
      parallelism: life.parallelism,
      threads: life.threads,
      killAt: null
    })
    const chains: Array<number> = []
    const shares: Array<number> = []
    for (const [i, life] of lives().slice(0, lifeCount).entries()) {
      const where = `retained ${how.retained}, life ${i + 1} (seed ${seed}): ${JSON.stringify(life)}`
      const killAt = "name" in life.killAt ? life.killAt : null
      const most = yield* killed({ ...argsOf(life), killAt }, of, life, where)
      const { chain, deltaShare } = yield* expectSound(of, where)
      chains.push(chain)
      if (chain > 0) shares.push(deltaShare)
      // Of this life the chains of what is retained, and what is being written or removed; of the lives before, the last chains.
      const perSubtask = 2 * (chainMax + 1) + how.retained + 2 * how.maxConcurrent + 2
      assert.isAtMost(most, 3 * tasks * perSubtask, where)
    }
    const last = { ...argsOf({ parallelism: 2, threads: 2 }), job: { out: of.out, records, isSlow: false } }
    const ended = yield* runToEnd(last)
    assert.strictEqual(ended.code, 0, ended.stderr)
    yield* expectFinished(of, records, `retained ${how.retained}, at the end (seed ${seed})`)
    process.stdout.write(
      `incrementalKills: retained ${how.retained}: chains ${chains}, shares ${shares.map((share) => share.toFixed(3))}\n`
    )
    assert.isAbove(Math.max(...chains), longerThan, "no chain was long")
    assert.isBelow(Math.min(...shares), 0.1, "no delta was small")
  })

describe.concurrent(`a job with incremental checkpoints under kill -9 (seed ${seed})`, () => {
  it.live(
    "is exactly once and loses no object when it keeps one checkpoint",
    () => survive({ retained: 1, maxConcurrent: 1 }, 3, 7),
    timeout
  )

  it.live(
    "is exactly once and loses no object when it keeps three, and three are on their way at a time",
    () => survive({ retained: 3, maxConcurrent: 3 }, 0, 5),
    timeout
  )
})
