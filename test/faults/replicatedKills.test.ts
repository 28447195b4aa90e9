/**
 * The flights job over three directories, killed with SIGKILL again and again; between the runs one directory is deleted,
 * another one each time. A run is killed once the directory that was lost takes part again and more output is visible.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryDirectory } from "../conformance/storageSubjects.ts"
import { visibleFlights } from "../support/flightsOracle.ts"
import { type RunningNode, runNode, startNode } from "../support/runNode.ts"

const limit = 1_500_000
const fixture = "test/faults/fixtures/replicatedJob.ts"

const argsOf = (directory: string): ReadonlyArray<string> => [
  "--conditions=tidemark-source",
  fixture,
  join(directory, "checkpoints"),
  join(directory, "out"),
  String(limit)
]

const namesIn = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, "latin1")
  } catch {
    return ""
  }
}

/** Whether a store takes part in the votes. */
const takesPart = (store: string): boolean => {
  const log = join(store, "flight-delays/log")
  return namesIn(log).some((name) => /"kind":"(found|confirm)"/.test(read(join(log, name)).slice(0, 300)))
}

const visible = (directory: string): number =>
  namesIn(join(directory, "out")).filter((name) => !name.startsWith(".")).length

const untilEither = (running: RunningNode, condition: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!running.hasEnded() && !condition()) yield* Effect.sleep(3)
  })

describe("the flights job over three directories", () => {
  it.live("is exactly once over kills, with one directory deleted between the runs", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const reference = yield* temporaryDirectory
      const whole = yield* runNode(argsOf(reference))
      assert.strictEqual(whole.code, 0, whole.stderr)

      let kills = 0
      for (const name of ["a", "b", "c", "a"]) {
        const before = visible(directory)
        const ended = yield* Effect.scoped(
          Effect.gen(function* () {
            const running = yield* startNode(argsOf(directory))
            const stores = ["a", "b", "c"].map((store) => join(directory, "checkpoints", store))
            yield* untilEither(running, () => visible(directory) > before && stores.every(takesPart))
            running.child.kill("SIGKILL")
            return yield* running.ended
          })
        )
        if (ended.signal === null) assert.strictEqual(ended.code, 0, ended.stderr)
        else kills++
        rmSync(join(directory, "checkpoints", name), { recursive: true })
      }
      assert.isAtLeast(kills, 2)
      const last = yield* runNode(argsOf(directory))
      assert.strictEqual(last.code, 0, last.stderr)
      assert.deepStrictEqual(visibleFlights(join(directory, "out")).lines, visibleFlights(join(reference, "out")).lines)
    })
  )
})
