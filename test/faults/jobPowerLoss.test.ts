/**
 * A whole job under power losses: claim, restore, captures, manifests, publication, commits, retention and the end, each
 * crossed with what was synced and what was not. The machine restarts on what is left; output must be exactly once.
 */
import { assert, describe, it } from "@effect/vitest"
import { Fault, FaultPlan, type PowerLoss, powerLosses, SimulatedFiles } from "@tidemark/core/testing"
import { Cause, Effect, Exit } from "effect"
import { intact, type Mutation, withoutSync, withoutSyncDirectory } from "../conformance/brokenFiles.ts"
import { seedOfRun } from "../support/seedOfRun.ts"
import { expectFinished, expectSound, runSimulatedJob } from "../support/simulatedJob.ts"

const seed = seedOfRun("jobPowerLoss")

/** For a machine that does a lot else. */
const timeout = 120_000

interface Cut {
  readonly operation: number
  readonly moment: "before" | "during"
  readonly loss: PowerLoss
}

const describeCut = ({ loss, moment, operation }: Cut): string =>
  `${moment} operation ${operation}, ${typeof loss === "string" ? loss : `seed ${loss.seed}`}`

/** All kinds of loss and both moments come round; another seed pairs them with other operations. */
const cutAt = (operation: number): Cut => ({
  operation,
  moment: (operation + seed) % 2 === 0 ? "before" : "during",
  loss: powerLosses[(operation * 7 + (seed >> 1)) % powerLosses.length] ?? "lose-all"
})

/** Fails for an end of a cut run that says anything else than that the power went. */
const expectCut = (exit: Exit.Exit<unknown, unknown>, where: string): void => {
  const error = Exit.isSuccess(exit) ? new Error("the job went on without power") : Cause.squash(exit.cause)
  const names = [error, error instanceof Error ? error.cause : null].map((e) => (e instanceof Error ? e.name : ""))
  assert.include(names, "PowerLost", `${where}: ${String(error)}`)
}

/** Starts the job and cuts it. Answers false when it had ended before. */
const cutRun = (disk: SimulatedFiles, cut: Cut, mutation: Mutation = intact) =>
  Effect.gen(function* () {
    const losses = disk.powerLosses
    disk.inject(FaultPlan.at(cut.operation, Fault.powerLoss(cut.moment, cut.loss)))
    const exit = yield* runSimulatedJob(disk, { parallelism: 2, maxRestarts: 0, mutation })
    disk.inject(FaultPlan.none)
    if (disk.powerLosses === losses) return false
    expectCut(exit, describeCut(cut))
    yield* expectSound(disk, describeCut(cut))
    return true
  })

/** Starts the job again, at another parallelism, and lets it end. */
const recover = (disk: SimulatedFiles, cut: Cut, mutation: Mutation = intact) =>
  Effect.gen(function* () {
    const parallelism = 1 + (cut.operation % 3)
    const exit = yield* runSimulatedJob(disk, { parallelism, maxRestarts: 0, mutation })
    yield* expectFinished(disk, exit, describeCut(cut))
  })

/** Cuts the job at every operation in turn; answers how many cuts it has survived. */
const surviveAll = (mutation: Mutation = intact) =>
  Effect.gen(function* () {
    for (let operation = 1; ; operation++) {
      const disk = SimulatedFiles.make()
      const cut = cutAt(operation)
      if (!(yield* cutRun(disk, cut, mutation))) return operation - 1
      yield* recover(disk, cut, mutation)
    }
  })

describe(`a job whose machine loses power (seed ${seed})`, () => {
  it.live(
    "is exactly once when it goes at any operation on files",
    () =>
      Effect.gen(function* () {
        assert.isAbove(yield* surviveAll(), 120)
      }),
    timeout
  )

  it.live(
    "is exactly once when it goes again during the recovery",
    () =>
      Effect.gen(function* () {
        let again = 0
        for (let first = 30 + (seed % 10); first <= 150; first += 15) {
          for (let second = 5 + (first % 4); second <= 60; second += 9) {
            const disk = SimulatedFiles.make()
            if (!(yield* cutRun(disk, cutAt(first)))) break
            if (yield* cutRun(disk, cutAt(second))) again++
            yield* recover(disk, cutAt(second))
          }
        }
        assert.isAbove(again, 20)
      }),
    timeout
  )
})

const caught: ReadonlyArray<readonly [name: string, mutation: Mutation]> = [
  ["do not sync files", withoutSync],
  ["do not sync directories", withoutSyncDirectory]
]

describe("these power losses catch a job on files that", () => {
  for (const [name, mutation] of caught) {
    it.live(
      name,
      () =>
        Effect.gen(function* () {
          const verdict = yield* Effect.exit(surviveAll(mutation))
          assert.isTrue(Exit.isFailure(verdict))
        }),
      timeout
    )
  }
})
