/**
 * Runs a program once for every operation that it performs on files, with a power loss there, and checks what is left.
 *
 * kill -9 alone never tests fsync: the page cache survives the process. Here the power goes before every operation, in
 * the middle of it and after the last one, and un-synced data and names meet every loss of `powerLosses`.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Scope } from "effect/Scope"
import type { Files } from "../storage/Files.ts"
import { Fault, FaultPlan, type FileCallSeen } from "./FaultPlan.ts"
import { describePowerLoss, type PowerLoss, powerLosses } from "./PowerLoss.ts"
import { ScenarioFailed } from "./ScenarioFailed.ts"
import { SimulatedFiles } from "./SimulatedFiles.ts"

/** `Fact` is what the program was told and may rely on, for example the name of a created object. */
export interface PowerLossScenario<Fact, E> {
  /** Stands before the program starts, durably; its operations are not cut. */
  readonly prepare?: (files: Files) => Effect.Effect<unknown, E, Scope>
  /** The program; it calls `answered` for every answer that it got. */
  readonly run: (files: Files, answered: (fact: Fact) => void) => Effect.Effect<unknown, E, Scope>
  /** Runs on the restarted machine; fails when an answer does not hold or something is half there. */
  readonly verify: (files: Files, answered: ReadonlyArray<Fact>) => Effect.Effect<unknown, E | ScenarioFailed, Scope>
  /** {@link powerLosses} if left out. */
  readonly losses?: ReadonlyArray<PowerLoss>
}

export interface PowerLossReport {
  /** Operations of one uncut run. */
  readonly operations: number
  /** Power losses that were survived. */
  readonly losses: number
}

interface Cut {
  /** Counted from 1; null cuts after the last operation. */
  readonly operation: number | null
  readonly moment: "before" | "during"
  readonly loss: PowerLoss
}

const describeCall = (call: FileCallSeen | undefined): string =>
  call === undefined ? "" : ` (${call.operation} ${call.from === undefined ? "" : `${call.from} -> `}${call.path})`

const describeCut = (cut: Cut, calls: ReadonlyArray<FileCallSeen>): string =>
  cut.operation === null
    ? `after the last operation, ${describePowerLoss(cut.loss)}`
    : `${cut.moment} operation ${cut.operation}${describeCall(calls[cut.operation - 1])}, ${describePowerLoss(cut.loss)}`

const explain = (what: string, cause: Cause.Cause<unknown>): ScenarioFailed => {
  const error = Cause.squash(cause)
  const problem = error instanceof Error ? error.message : String(error)
  return new ScenarioFailed({ problem: `${what}: ${problem}`, cause: error })
}

const prepared = <Fact, E>(scenario: PowerLossScenario<Fact, E>): Effect.Effect<SimulatedFiles, ScenarioFailed> =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    const exit = yield* Effect.exit(Effect.scoped(scenario.prepare?.(disk.files) ?? Effect.void))
    if (Exit.isFailure(exit)) return yield* explain("the preparation failed", exit.cause)
    disk.powerLoss("keep-all")
    return disk
  })

const dryRun = <Fact, E>(
  scenario: PowerLossScenario<Fact, E>
): Effect.Effect<ReadonlyArray<FileCallSeen>, ScenarioFailed> =>
  Effect.gen(function* () {
    const disk = yield* prepared(scenario)
    const exit = yield* Effect.exit(Effect.scoped(scenario.run(disk.files, () => {})))
    return Exit.isFailure(exit) ? yield* explain("the run without a power loss failed", exit.cause) : disk.calls
  })

const survive = <Fact, E>(
  scenario: PowerLossScenario<Fact, E>,
  cut: Cut,
  calls: ReadonlyArray<FileCallSeen>
): Effect.Effect<void, ScenarioFailed> =>
  Effect.gen(function* () {
    const disk = yield* prepared(scenario)
    const boot = disk.powerLosses
    if (cut.operation !== null) disk.inject(FaultPlan.at(cut.operation, Fault.powerLoss(cut.moment, cut.loss)))
    const answered: Array<Fact> = []
    const run = yield* Effect.exit(Effect.scoped(scenario.run(disk.files, (fact) => void answered.push(fact))))
    if (disk.powerLosses === boot) {
      if (Exit.isFailure(run)) return yield* explain("the run failed without a power loss", run.cause)
      disk.powerLoss(cut.loss)
    }
    const verdict = yield* Effect.exit(Effect.scoped(scenario.verify(disk.files, answered)))
    if (Exit.isFailure(verdict)) {
      return yield* explain(`power loss ${describeCut(cut, calls)}`, verdict.cause)
    }
  })

/** Fails with the first power loss that was not survived: at which operation, which loss, and what `verify` said. */
export const survivePowerLosses = <Fact, E>(
  scenario: PowerLossScenario<Fact, E>
): Effect.Effect<PowerLossReport, ScenarioFailed> =>
  Effect.gen(function* () {
    const calls = yield* dryRun(scenario)
    let losses = 0
    for (const loss of scenario.losses ?? powerLosses) {
      for (let operation = 1; operation <= calls.length; operation++) {
        yield* survive(scenario, { operation, moment: "before", loss }, calls)
        yield* survive(scenario, { operation, moment: "during", loss }, calls)
        losses += 2
      }
      yield* survive(scenario, { operation: null, moment: "before", loss }, calls)
      losses++
    }
    return { operations: calls.length, losses }
  })
