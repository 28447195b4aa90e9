/**
 * A whole job under power losses: claim, restore, captures, manifests, publication, commits, retention and the end, each
 * crossed with what was synced and what was not. The machine restarts on what is left; output must be exactly once.
 */
import { assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import { Job, type RunReport } from "@tidemark/core"
import { verifyJob } from "@tidemark/core/inspect"
import { Fault, FaultPlan, type PowerLoss, powerLosses, SimulatedFiles } from "@tidemark/core/testing"
import { Effect, Exit, References } from "effect"
import { checkpointsDirectory, expectedOutput, seenOutput, simulatedJob } from "../support/simulatedJob.ts"

const quietly = Effect.provideService(References.MinimumLogLevel, "None")

const run = (disk: SimulatedFiles, parallelism: number) =>
  quietly(Effect.exit(Job.run(simulatedJob(disk.files, { parallelism, restarts: false }))))

/** After a crash: nothing visible but what belongs there, each line once, and every completed checkpoint whole. */
const expectSound = (disk: SimulatedFiles, where: string) =>
  Effect.gen(function* () {
    const { foreign, lines } = yield* seenOutput(disk.files)
    assert.deepStrictEqual(foreign, [], where)
    assert.strictEqual(new Set(lines).size, lines.length, `doubled lines ${where}`)
    for (const line of lines) assert.include(expectedOutput, line, where)
    const storage = FileStorage.at(checkpointsDirectory, { files: disk.files })
    if ((yield* storage.jobs).length > 0) yield* Effect.flatMap(storage.inspect("word-count"), verifyJob)
  })

const expectFinished = (disk: SimulatedFiles, exit: Exit.Exit<RunReport, unknown>, where: string) =>
  Effect.gen(function* () {
    assert.isTrue(Exit.isSuccess(exit), `${where}: ${String(exit)}`)
    yield* expectSound(disk, where)
    assert.deepStrictEqual((yield* seenOutput(disk.files)).lines, expectedOutput, where)
  })

const nameOf = (loss: PowerLoss): string => (typeof loss === "string" ? loss : `seed ${loss.seed}`)

const timing = Effect.gen(function* () {
  const disk = SimulatedFiles.make()
  const exit = yield* run(disk, 2)
  yield* expectFinished(disk, exit, "undisturbed")
  console.log(disk.calls.length, disk.calls.map((c) => `${c.operation} ${c.path}`).join("\n"), disk.paths(), exit)
})

describe("x", () => {
  it.live("t", () => timing)
})
void Fault
void FaultPlan
void powerLosses
void nameOf
