/**
 * A whole job on a disk that fails: at any operation in turn it answers EIO or ENOSPC, once or from there on, or does not
 * answer. The job starts over by itself or gives up and says why; once the fault is gone it ends exactly once.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault, FaultPlan, SimulatedFiles } from "@tidemark/core/testing"
import { Cause, Effect, Exit, Fiber } from "effect"
import { seedOfRun } from "../support/seedOfRun.ts"
import { expectFinished, expectSound, runSimulatedJob } from "../support/simulatedJob.ts"
import { until } from "../support/until.ts"

/** For a machine that does a lot else. */
const timeout = 120_000

/** Runs that wait for a retry go on side by side. */
const concurrency = 24

/** Operations of an undisturbed run, at least. */
const operations = 150

/** Those of them that write. */
const writes = 25

/** Operations of opening the directory: nothing runs yet that could start over. */
const operationsOfOpen = 9

const seed = seedOfRun("jobFileFaults")

/** Every second or third operation; another seed begins with another one. */
const upTo = (count: number, stride: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, i) => i + 1).filter((operation) => (operation + seed) % stride === 0)

/** What somebody reads when a job gives up: what could not be done, where, why, and what to do. */
const clear = new RegExp(
  "(Storage could not [a-z ]+ /|Sink /out could not (open|write|prepare|commit|rollback): ).*" +
    "(no space is left on the device\\. Free some space|input/output error\\. Check the disk|no answer within the time" +
    "|has \\d+ bytes instead of \\d+)"
)

const expectClear = (exit: Exit.Exit<unknown, unknown>, where: string): void => {
  if (Exit.isSuccess(exit)) return
  const error = Cause.squash(exit.cause)
  assert.match(error instanceof Error ? error.message : String(error), clear, where)
}

const expectRecovery = (disk: SimulatedFiles, operation: number, where: string) =>
  Effect.gen(function* () {
    const exit = yield* runSimulatedJob(disk, { parallelism: 1 + (operation % 3), maxRestarts: 0 })
    yield* expectFinished(disk, exit, where)
  })

/** Lets what was held or late happen a dozen operations after it was asked for. */
const releaseLater = (disk: SimulatedFiles) =>
  Effect.gen(function* () {
    yield* until(() => disk.heldCount > 0)
    const seen = disk.calls.length
    yield* until(() => disk.calls.length > seen + 12)
    disk.release()
  })

const once: ReadonlyArray<readonly [name: string, fault: Fault, operations: number]> = [
  ["ENOSPC", Fault.fail("full"), operations],
  ["EIO", Fault.fail("io"), operations],
  ["EIO although it was done", Fault.failAfter("io"), operations],
  ["a timeout, and it is done later", Fault.failThenLand("timeout"), operations],
  ["ENOSPC in the middle", Fault.torn(0.5, "full"), writes]
]

describe("a job whose disk fails once", () => {
  for (const [name, fault, count] of once) {
    const survive = Effect.fnUntraced(function* (operation: number) {
      const where = `operation ${operation} meets ${name}`
      const disk = SimulatedFiles.make(FaultPlan.at(operation, fault))
      const late = yield* Effect.forkChild(fault._tag === "FailThenLand" ? releaseLater(disk) : Effect.void)
      const exit = yield* runSimulatedJob(disk, { parallelism: 2, maxRestarts: 3 })
      yield* Fiber.interrupt(late)
      disk.inject(FaultPlan.none)
      if (operation > operationsOfOpen || fault._tag === "Torn") yield* expectFinished(disk, exit, where)
      expectClear(exit, where)
      disk.release()
      yield* expectSound(disk, where)
      yield* expectRecovery(disk, operation, where)
    })
    it.live(
      `goes on by itself and is exactly once, whatever operation meets ${name}`,
      () => Effect.forEach(upTo(count, 2), survive, { concurrency, discard: true }),
      timeout
    )
  }
})

const lasting: ReadonlyArray<readonly [name: string, fault: Fault]> = [
  ["is full", Fault.fail("full")],
  ["answers EIO", Fault.fail("io")],
  ["does everything and answers EIO", Fault.failAfter("io")]
]

describe("a job whose disk", () => {
  for (const [name, fault] of lasting) {
    const survive = Effect.fnUntraced(function* (operation: number) {
      const where = `from operation ${operation} on the disk ${name}`
      const disk = SimulatedFiles.make(FaultPlan.on({ nth: operation, times: Number.POSITIVE_INFINITY }, fault))
      // Some operations are tried again for as long as it takes: then somebody stops the process.
      const exit = yield* Effect.timeoutOption(runSimulatedJob(disk, { parallelism: 2, maxRestarts: 1 }), "300 millis")
      disk.inject(FaultPlan.none)
      if (exit._tag === "Some") expectClear(exit.value, where)
      yield* expectSound(disk, where)
      yield* expectRecovery(disk, operation, where)
      return exit._tag === "Some" && Exit.isFailure(exit.value)
    })
    it.live(
      `${name} from any operation on gives up or waits, and is exactly once when that is over`,
      () =>
        Effect.gen(function* () {
          const gaveUp = yield* Effect.forEach(upTo(operations, 3), survive, { concurrency })
          assert.include(gaveUp, true)
        }),
      timeout
    )
  }

  it.live(
    "does not answer, and does it after the job was stopped and another has begun, is exactly once",
    () =>
      Effect.gen(function* () {
        const survive = Effect.fnUntraced(function* (operation: number) {
          const where = `operation ${operation} hangs and lands late`
          const disk = SimulatedFiles.make(FaultPlan.at(operation, Fault.hold))
          const stuck = Effect.andThen(
            until(() => disk.heldCount > 0),
            until(turns(300))
          )
          yield* Effect.raceFirst(runSimulatedJob(disk, { parallelism: 2, maxRestarts: 0 }), stuck)
          yield* expectSound(disk, where)
          const isHeld = disk.heldCount > 0
          const late = yield* Effect.forkChild(releaseLater(disk))
          yield* expectRecovery(disk, operation, where)
          yield* Fiber.interrupt(late)
          disk.release()
          yield* expectFinished(disk, Exit.void, where)
          return isHeld
        })
        const held = yield* Effect.forEach(upTo(operations, 2), survive, { concurrency })
        assert.isAbove(held.filter((isHeld) => isHeld).length, operations / 4)
      }),
    timeout
  )
})

/** True when it was asked so many times. */
const turns = (count: number) => {
  let asked = 0
  return () => ++asked > count
}
