/**
 * The JSONL sink under power losses: a small job writes, prepares and commits; the power goes at every single operation
 * in turn; the job recovers from its last manifest, as the runtime would.
 */
import { expect, it } from "@effect/vitest"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import type { Json } from "@tidemark/core/connector"
import { Fault, FaultPlan, powerLosses, SimulatedFiles } from "@tidemark/core/testing"
import { Cause, Effect, Exit } from "effect"
import { Item, outputDirectory, visibleItems } from "./sinkSubjects.ts"

const recordCount = 8
const recordsPerCheckpoint = 4
const subtasks = [0, 1] as const

/** What stands durably in the log of the simulated job. */
interface Manifest {
  readonly checkpoint: number
  readonly position: number
  readonly transactions: ReadonlyArray<Json>
}

class Job {
  readonly disk = SimulatedFiles.make()
  manifest: Manifest = { checkpoint: 0, position: 0, transactions: [] }
  term = 0

  /** One attempt: recover, then checkpoint after every few records until all are committed. */
  get attempt(): Effect.Effect<void, unknown> {
    return Effect.scoped(
      Effect.gen({ self: this }, function* () {
        this.term++
        const sink = JsonlFile.sink({ directory: outputDirectory, schema: Item, files: this.disk.files })
        const session = yield* sink.open({ job: "job", operator: "out", term: this.term })
        expect((yield* session.highestVisible) ?? 0).toBeLessThanOrEqual(this.manifest.checkpoint)
        yield* session.rollback(this.manifest.transactions)
        yield* session.commit(this.manifest.transactions)
        const writers = yield* Effect.forEach(subtasks, session.writer)
        while (this.manifest.position < recordCount) {
          const { checkpoint, position } = this.manifest
          for (let id = position; id < position + recordsPerCheckpoint; id++) {
            const writer = writers[id % writers.length]
            writer?.write({ id, text: `item ${id}` })
            if (id % 3 === 0 && writer !== undefined) yield* writer.flush
          }
          const prepared = yield* Effect.forEach(writers, (writer) => writer.prepare(checkpoint + 1))
          const transactions = prepared.filter((transaction) => transaction !== null)
          this.manifest = { checkpoint: checkpoint + 1, position: position + recordsPerCheckpoint, transactions }
          yield* session.commit(transactions)
        }
      })
    )
  }

  get visibleIds(): Effect.Effect<ReadonlyArray<number>> {
    return Effect.map(visibleItems(this.disk.files), (items) => items.map(({ id }) => id).sort((a, b) => a - b))
  }
}

const all = Array.from({ length: recordCount }, (_, id) => id)

/** Fails for any end but success and the simulated loss. */
const crashed = (exit: Exit.Exit<void, unknown>): boolean => {
  if (Exit.isSuccess(exit)) return false
  const end = Cause.squash(exit.cause)
  if (end instanceof Error && end.name === "PowerLost") return true
  throw end
}

/** After a crash: only what a manifest covers, each once. */
const expectOnlyCompleted = (job: Job) =>
  Effect.map(job.visibleIds, (ids) => {
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toBeLessThan(job.manifest.position)
  })

const operationsOfOneRun = Effect.gen(function* () {
  const job = new Job()
  yield* job.attempt
  return job.disk.calls.length
})

for (const moment of ["before", "during"] as const) {
  it.effect(`output is exactly once when the power goes ${moment} any operation, whatever is lost`, () =>
    Effect.gen(function* () {
      const operations = yield* operationsOfOneRun
      expect(operations).toBeGreaterThan(30)
      for (const loss of powerLosses) {
        for (let k = 1; k <= operations; k++) {
          const job = new Job()
          job.disk.inject(FaultPlan.at(k, Fault.powerLoss(moment, loss)))
          expect(crashed(yield* Effect.exit(job.attempt))).toBe(true)
          yield* expectOnlyCompleted(job)
          yield* job.attempt
          expect(yield* job.visibleIds).toEqual(all)
        }
      }
    })
  )
}

it.effect("output is exactly once when the power goes again during the recovery", () =>
  Effect.gen(function* () {
    const operations = yield* operationsOfOneRun
    for (let first = 5; first <= operations; first += 5) {
      for (let second = 1; second <= 25; second++) {
        const job = new Job()
        job.disk.inject(FaultPlan.at(first, Fault.powerLoss("during", { seed: first })))
        yield* Effect.exit(job.attempt)
        job.disk.inject(FaultPlan.at(second, Fault.powerLoss("during", { seed: second })))
        yield* Effect.exit(job.attempt)
        job.disk.inject(FaultPlan.none)
        yield* expectOnlyCompleted(job)
        yield* job.attempt
        expect(yield* job.visibleIds).toEqual(all)
      }
    }
  })
)

for (const fault of [
  Fault.fail("full"),
  Fault.fail("io"),
  Fault.failAfter("io"),
  Fault.failThenLand("timeout"),
  Fault.torn(0.5, "full")
]) {
  it.effect(`output is exactly once when any operation fails: ${JSON.stringify(fault)}`, () =>
    Effect.gen(function* () {
      const operations = yield* operationsOfOneRun
      let failures = 0
      for (let k = 1; k <= operations; k++) {
        const job = new Job()
        job.disk.inject(FaultPlan.at(k, fault))
        const exit = yield* Effect.exit(job.attempt)
        job.disk.inject(FaultPlan.none)
        if (Exit.isFailure(exit)) {
          failures++
          expect(Cause.squash(exit.cause)).toMatchObject({ _tag: "SinkFailure" })
        }
        yield* expectOnlyCompleted(job)
        yield* job.attempt
        job.disk.release()
        expect(yield* job.visibleIds).toEqual(all)
      }
      expect(failures).toBeGreaterThan(0)
    })
  )
}

it.effect("a sync that the device lost is found at the commit, never passed over", () =>
  Effect.gen(function* () {
    const job = new Job()
    const crashAtCommit = FaultPlan.on({ operation: "link" }, Fault.powerLoss("before", "lose-data"))
    job.disk.inject(FaultPlan.all([FaultPlan.on({ operation: "sync" }, Fault.loseSync), crashAtCommit]))
    expect(crashed(yield* Effect.exit(job.attempt))).toBe(true)
    const failure = yield* Effect.flip(job.attempt)
    expect(failure).toMatchObject({ _tag: "SinkFailure", operation: "commit" })
    expect(String(failure)).toMatch(/has 0 bytes instead of the \d+ that were written/)
  })
)

it.effect("after the last recovery no hidden file of an earlier term is left", () =>
  Effect.gen(function* () {
    const job = new Job()
    job.disk.inject(FaultPlan.at(25, Fault.powerLoss("during", "keep-all")))
    yield* Effect.exit(job.attempt)
    yield* job.attempt
    job.manifest = { ...job.manifest, transactions: [] }
    yield* job.attempt
    expect(job.disk.paths().filter((path) => path.includes("/."))).toEqual([])
  })
)
