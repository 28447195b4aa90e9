/** Real jobs in memory, recorded and checked as one behaviour of the whole system. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type JobHandle, type JobOptions, Trigger } from "@tidemark/core"
import { type CheckpointStorage, StorageFailure } from "@tidemark/core/storage"
import { Deferred, Effect } from "effect"
import { describe, expect, it } from "vitest"
import { type CountJobOptions, countJob, words } from "../support/countJob.ts"
import { hookedStorage } from "../support/hookedStorage.ts"
import { until } from "../support/until.ts"
import { checkTrace, type DeclaredFaults, describeConformance } from "./checkTrace.ts"
import { TraceRecorder } from "./record.ts"
import type { TraceLine } from "./TraceLine.ts"

/** A count job whose processes are recorded. */
class RecordedJob {
  readonly job: JobOptions
  readonly #storage: CheckpointStorage
  readonly #recorder = new TraceRecorder()

  constructor(options: CountJobOptions, checkpoint: Partial<JobOptions["checkpoint"]> = {}) {
    const { job, storage } = countJob(options)
    this.#storage = storage
    this.job = { ...job, checkpoint: { ...job.checkpoint, ...checkpoint }, inspect: this.#recorder.inspect }
  }

  get trace(): ReadonlyArray<TraceLine> {
    return this.#recorder.trace
  }

  /** A process of the job, from its start until the scope of what is done with it closes. */
  run<A>(use: (handle: JobHandle) => Effect.Effect<A, unknown>, options: Partial<JobOptions> = {}): Promise<A> {
    const process = Effect.scoped(Effect.flatMap(Job.start({ ...this.job, ...options }), use))
    return Effect.runPromise(Effect.tap(process, () => this.#recorder.ended(this.#storage, "word-count")))
  }

  expectConforming(faults: DeclaredFaults = {}): void {
    const verdict = checkTrace(this.job, this.trace, faults)
    expect(verdict.conforms, describeConformance(verdict, this.trace)).toBe(true)
  }

  steps(type: string): number {
    return this.trace.filter((line) => line._tag === "Step" && line.event.type === type).length
  }
}

const toEnd = (handle: JobHandle) => handle.await

describe("the trace of a run in memory is a behaviour of the system", () => {
  it("with periodic checkpoints until the end of its input", async () => {
    const recorded = new RecordedJob({ records: words(2_000) })
    await recorded.run(toEnd)
    expect(recorded.steps("manifest.recorded")).toBeGreaterThan(1)
    recorded.expectConforming()
  })

  it("with bases that are named, kept while two checkpoints are pending, and retired", async () => {
    const slow = hookedStorage(MemoryStorage.make(), {
      createObject: (_, pass) => Effect.andThen(Effect.sleep("2 millis"), pass)
    })
    const recorded = new RecordedJob(
      { records: words(2_000), storage: slow },
      { trigger: Trigger.count(100), maxConcurrent: 2, retained: 1 }
    )
    await recorded.run(toEnd)
    expect(basesIn(recorded.trace).filter((base) => base !== null).length).toBeGreaterThan(1)
    recorded.expectConforming()
  })

  it("without any base where checkpoints are to be full", async () => {
    const recorded = new RecordedJob({ records: words(1_000) }, { trigger: Trigger.count(100), incremental: false })
    await recorded.run(toEnd)
    const bases = basesIn(recorded.trace)
    expect(bases.length).toBeGreaterThan(1)
    expect(bases.filter((base) => base !== null)).toEqual([])
    expect(recorded.trace.filter((line) => JSON.stringify(line).includes('"shared":["'))).toEqual([])
    recorded.expectConforming()
  })

  it("with three subtasks per task and three checkpoints at a time", async () => {
    const slow = hookedStorage(MemoryStorage.make(), {
      createObject: (_, pass) => Effect.andThen(Effect.sleep("2 millis"), pass)
    })
    const recorded = new RecordedJob(
      { records: words(1_500), storage: slow },
      { trigger: Trigger.count(100), maxConcurrent: 3 }
    )
    await recorded.run(toEnd, { parallelism: 3 })
    expect(pendingMax(recorded.trace)).toBeGreaterThan(1)
    recorded.expectConforming()
  })

  it("with failures of the user's function, and then only if they are declared", async () => {
    let calls = 0
    const onRecord = () => {
      calls++
      if (calls === 700 || calls === 1_500) throw new Error(`call ${calls}`)
    }
    const recorded = new RecordedJob({ records: words(1_500), onRecord })
    const { restarts } = await recorded.run(toEnd)
    expect(restarts).toBeGreaterThan(0)
    recorded.expectConforming({ failures: restarts })
    const undeclared = checkTrace(recorded.job, recorded.trace, { failures: restarts - 1 })
    expect(undeclared).toMatchObject({ conforms: false, observation: { event: { type: "attempt.failed" } } })
  })

  it("saved while it runs, stopped with a savepoint, and resumed from that", async () => {
    const recorded = new RecordedJob({ isEndless: true, records: words(6_000) })
    await recorded.run((handle) =>
      Effect.gen(function* () {
        yield* until(() => handle.report().recordsIn > 1_000)
        yield* Effect.ignore(handle.savepoint)
        yield* until(() => handle.report().recordsIn > 2_000)
        yield* Effect.ignore(handle.stop({ savepoint: true }))
        return yield* handle.await
      })
    )
    await recorded.run((handle) =>
      Effect.gen(function* () {
        yield* until(() => handle.report().recordsIn > 500)
        yield* Effect.ignore(handle.stop())
        return yield* handle.await
      })
    )
    expect(recorded.steps("savepoint.request")).toBe(1)
    recorded.expectConforming()
  })

  it("stopped, resumed with other subtasks and cancelled, and resumed once more", async () => {
    const recorded = new RecordedJob({ isEndless: true, records: words(6_000) })
    const later = (records: number, then: (handle: JobHandle) => Effect.Effect<void>) => (handle: JobHandle) =>
      Effect.gen(function* () {
        yield* until(() => handle.report().recordsIn > records)
        yield* handle.triggerCheckpoint
        yield* then(handle)
        return yield* handle.await
      })
    await recorded.run(later(1_000, (handle) => Effect.ignore(handle.stop())))
    await recorded.run(
      later(1_000, (handle) => handle.cancel),
      { parallelism: 3 }
    )
    const refused = await recorded.run(toEnd)
    expect(refused.outcome).toBe("alreadyEnded")
    expect(recorded.steps("job.start")).toBe(3)
    recorded.expectConforming()
  })

  it("whose process is given up in its middle, and which is resumed", async () => {
    const recorded = new RecordedJob({ isEndless: true, records: words(200_000) })
    await recorded.run((handle) => until(() => handle.report().checkpoints.completed > 1))
    await recorded.run((handle) => until(() => handle.report().recordsIn > 500), { parallelism: 1 })
    await recorded.run((handle) => Effect.ignore(handle.stop()))
    expect(recorded.steps("claim.appended")).toBeGreaterThan(1)
    recorded.expectConforming()
  })

  it("with checkpoints that expire, and whose objects are written all the same", async () => {
    const stuck = Effect.runSync(Deferred.make<void>())
    let isStuck = true
    const storage = hookedStorage(MemoryStorage.make(), {
      createObject: (_, pass) => (isStuck ? Effect.andThen(Deferred.await(stuck), pass) : pass)
    })
    const recorded = new RecordedJob(
      { storage, isEndless: true, records: words(1_000) },
      { timeout: "20 millis", toleratedFailures: "unlimited" }
    )
    await recorded.run((handle) =>
      Effect.gen(function* () {
        yield* until(() => (handle.report().checkpoints.invalidated.expired ?? 0) >= 2)
        isStuck = false
        yield* Deferred.succeed(stuck, undefined)
        yield* until(() => handle.report().checkpoints.completed > 0)
        yield* handle.stop()
        yield* handle.await
      })
    )
    expect(recorded.steps("checkpoint.expired")).toBeGreaterThan(1)
    recorded.expectConforming()
  })

  it("whose log refuses a manifest, and then only if that is declared", async () => {
    let refusals = 1
    const storage = hookedStorage(MemoryStorage.make(), {
      appendEntry: (_, text, pass) =>
        text.includes('"Manifest"') && refusals-- > 0
          ? Effect.fail(new StorageFailure({ operation: "append entry", path: "log", reason: "full", outcome: "none" }))
          : pass
    })
    const recorded = new RecordedJob({ storage })
    await recorded.run(toEnd)
    expect(recorded.steps("manifest.refused")).toBe(1)
    recorded.expectConforming({ refusedAppends: 1 })
    expect(checkTrace(recorded.job, recorded.trace).conforms).toBe(false)
  })

  it("whose manifest is held while the attempt fails: the next claim fences it", async () => {
    const release = Effect.runSync(Deferred.make<void>())
    let held = 0
    const storage = hookedStorage(MemoryStorage.make(), {
      appendEntry: (_, text, pass) =>
        text.includes('"Manifest"') && held++ === 0 ? Effect.andThen(Deferred.await(release), pass) : pass
    })
    const onRecord = () => {
      if (held !== 1) return
      held++
      throw new Error("fails while the manifest is held")
    }
    const recorded = new RecordedJob({ storage, records: words(2_000), onRecord }, { trigger: Trigger.count(200) })
    await recorded.run((handle) =>
      Effect.gen(function* () {
        yield* until(() => handle.report().restarts > 0 && handle.report().state.startsWith("running"))
        yield* Deferred.succeed(release, undefined)
        yield* handle.await
      })
    )
    expect(recorded.steps("manifest.refused")).toBe(1)
    recorded.expectConforming({ failures: 1 })
  })
})

/** The bases of all checkpoints that were triggered. */
const basesIn = (trace: ReadonlyArray<TraceLine>): ReadonlyArray<unknown> =>
  trace.flatMap((line) => {
    if (line._tag !== "Step" || line.actor !== "coordinator") return []
    return line.commands.flatMap((command) =>
      "barrier" in command && command._tag === "TriggerSources" ? [baseOf(command.barrier)] : []
    )
  })

const baseOf = (barrier: unknown): unknown =>
  typeof barrier === "object" && barrier !== null && "base" in barrier ? barrier.base : null

/** How many checkpoints have been triggered and not resolved at the same time, at most. */
const pendingMax = (trace: ReadonlyArray<TraceLine>): number => {
  let pending = 0
  let most = 0
  for (const line of trace) {
    if (line._tag !== "Step" || line.actor !== "coordinator") continue
    for (const { _tag } of line.commands) {
      if (_tag === "TriggerSources") pending++
      if (_tag === "NotifyCompleted" || _tag === "NotifyInvalidated") pending--
    }
    most = Math.max(most, pending)
  }
  return most
}
