/**
 * A whole job whose checkpoints are deltas, on a disk that loses power at any operation, and on one that is full while a
 * delta is written.
 */
import { assert, describe, it } from "@effect/vitest"
import { readLog } from "@tidemark/core/storage"
import { Fault, FaultPlan, powerLosses, SimulatedFiles } from "@tidemark/core/testing"
import { Effect, Exit } from "effect"
import { intact, withoutSync, withoutSyncDirectory } from "../conformance/brokenFiles.ts"
import { seedOfRun } from "../support/seedOfRun.ts"
import { expectFinished, expectSound, manyWords, runSimulatedJob, simulatedReader } from "../support/simulatedJob.ts"

const seed = seedOfRun("incrementalPowerLoss")

/** For a machine that does a lot else. */
const timeout = 120_000

const input = manyWords

/** Cuts are made at every eighth operation; another seed begins with another one. */
const stride = 8

const lossAt = (operation: number) =>
  Fault.powerLoss(
    (operation + seed) % 4 < 2 ? "before" : "during",
    powerLosses[(operation * 7 + (seed >> 1)) % powerLosses.length] ?? "lose-all"
  )

/** The objects that the newest checkpoint continues, of the subtask with the most; the names of all that it names. */
const newest = (disk: SimulatedFiles) =>
  Effect.gen(function* () {
    const reader = yield* simulatedReader(disk)
    if (reader === null) return { chain: 0, named: [], objects: [] }
    const { view } = yield* readLog(reader)
    const objects = (yield* reader.listObjects).map(({ name }) => name).sort()
    const subtasks = (view.completed.at(-1)?.manifest.tasks ?? []).flatMap((task) => task.subtasks)
    const named = subtasks.flatMap(({ object, shared = [] }) => [object, ...shared]).sort()
    return { chain: Math.max(0, ...subtasks.map(({ shared = [] }) => shared.length)), named, objects }
  })

/** Cuts the job at an operation, and lets it end at another parallelism. Answers null when it had ended before. */
const survive = (operation: number, mutation = intact) =>
  Effect.gen(function* () {
    const where = `power loss at operation ${operation} (seed ${seed})`
    const disk = SimulatedFiles.make(FaultPlan.at(operation, lossAt(operation)))
    yield* runSimulatedJob(disk, { input, parallelism: 2, maxRestarts: 0, mutation })
    disk.inject(FaultPlan.none)
    if (disk.powerLosses === 0) return null
    yield* expectSound(disk, where, input)
    const { chain, named, objects } = yield* newest(disk)
    assert.deepStrictEqual(
      named.filter((name) => !objects.includes(name)),
      [],
      where
    )
    const exit = yield* runSimulatedJob(disk, { input, parallelism: 1 + (operation % 3), maxRestarts: 0, mutation })
    yield* expectFinished(disk, exit, where, input)
    // B5: what was removed may be back after a power loss. A job that had ended before it never cleans again.
    if (Exit.isSuccess(exit) && exit.value.outcome !== "alreadyEnded") {
      const end = yield* newest(disk)
      assert.deepStrictEqual(end.objects, end.named, `${where}: objects at the end`)
    }
    return chain
  })

const surviveAll = (mutation = intact) =>
  Effect.gen(function* () {
    const chains: Array<number> = []
    for (let operation = 1 + (seed % stride); ; operation += stride) {
      const chain = yield* survive(operation, mutation)
      if (chain === null) return chains
      chains.push(chain)
    }
  })

describe(`a job with incremental checkpoints whose machine loses power (seed ${seed})`, () => {
  it.live(
    "is exactly once when it goes at any operation on files, in the middle of chains as well",
    () =>
      Effect.gen(function* () {
        const chains = yield* surviveAll()
        process.stdout.write(`incrementalPowerLoss: ${chains.length} cuts, chains up to ${Math.max(...chains)}\n`)
        assert.isAbove(chains.filter((chain) => chain > 0).length, 30)
        assert.isAbove(Math.max(...chains), 2)
      }),
    timeout
  )

  for (const [name, mutation] of [
    ["files", withoutSync],
    ["directories", withoutSyncDirectory]
  ] as const) {
    it.live(
      `is caught where ${name} are not synced`,
      () => Effect.map(Effect.exit(surviveAll(mutation)), (exit) => assert.strictEqual(exit._tag, "Failure")),
      timeout
    )
  }
})

describe("a job whose disk is full while a delta is written", () => {
  const fullAt = (nth: number) => FaultPlan.on({ operation: "link", path: /objects\//, nth }, Fault.fail("full"))

  it.live(
    "goes on with a delta against the older base when there is room again, and ends exactly once",
    () =>
      Effect.forEach(
        [7, 9, 10, 11],
        (nth) =>
          Effect.gen(function* () {
            const where = `full at object ${nth}`
            const disk = SimulatedFiles.make(fullAt(nth))
            const bases = new Map<number, number | null>()
            const invalidated: Array<number> = []
            const exit = yield* runSimulatedJob(disk, {
              input,
              parallelism: 1,
              maxRestarts: 0,
              inspect: (inspection) => {
                if (inspection._tag !== "Step") return
                for (const command of inspection.commands) {
                  if ("barrier" in command && command._tag === "TriggerSources") noteBase(bases, command.barrier)
                  if ("id" in command && command._tag === "NotifyInvalidated") invalidated.push(Number(command.id))
                }
              }
            })
            yield* expectFinished(disk, exit, where, input)
            assert.isAbove(invalidated.length, 0, `${where}: no checkpoint was invalidated`)
            const failed = Math.min(...invalidated)
            assert.isNotNull(bases.get(failed) ?? null, `${where}: the one that was not written was no delta`)
            assert.strictEqual(bases.get(failed + 1), bases.get(failed), `${where}: the next has another base`)
            const end = yield* newest(disk)
            assert.deepStrictEqual(end.objects, end.named, `${where}: objects at the end`)
          }),
        { concurrency: "unbounded", discard: true }
      ),
    timeout
  )
})

const noteBase = (bases: Map<number, number | null>, barrier: unknown): void => {
  if (typeof barrier !== "object" || barrier === null || !("id" in barrier) || !("base" in barrier)) return
  bases.set(Number(barrier.id), barrier.base === null ? null : Number(barrier.base))
}
