import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type JobOptions, Trigger } from "@tidemark/core"
import { type CheckpointStorage, readLog, StorageFailure } from "@tidemark/core/storage"
import { Deferred, Effect } from "effect"
import { describe, expect, it } from "vitest"
import { countJob, shownCounts, words } from "../../support/countJob.ts"
import { hookedStorage } from "../../support/hookedStorage.ts"
import { until } from "../../support/until.ts"

const withTrigger = (job: JobOptions, checkpoint: Partial<JobOptions["checkpoint"]>): JobOptions => ({
  ...job,
  checkpoint: { ...job.checkpoint, ...checkpoint }
})

const recorded = (storage: CheckpointStorage) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const reader = yield* storage.inspect("word-count")
      const { entries, view } = yield* readLog(reader)
      const objects = yield* reader.listObjects
      return { entries, view, objects }
    })
  )

describe("triggers", () => {
  it("rule 7: with a manual trigger the final checkpoint still comes, once, and shows everything", async () => {
    const { expected, job, sink, storage } = countJob()
    const report = await Job.runPromise(withTrigger(job, { trigger: Trigger.manual }))
    expect(report.checkpoints.completed).toBe(1)
    expect(shownCounts(sink.records())).toEqual(expected)
    expect((await recorded(storage)).view).toMatchObject({ end: "finished" })
    expect((await recorded(storage)).view.completed.map(({ manifest }) => manifest.kind)).toEqual(["final"])
  })

  it("a checkpoint that somebody asks for completes and shows what came before it", async () => {
    const { job, sink } = countJob({ isEndless: true })
    const run = Effect.gen(function* () {
      const handle = yield* Job.start(withTrigger(job, { trigger: Trigger.every("1 hour") }))
      yield* until(() => handle.report().position.records === 2_000)
      const first = yield* handle.triggerCheckpoint
      const second = yield* handle.triggerCheckpoint
      yield* until(() => sink.records().length > 0)
      yield* handle.stop()
      return { first, second, report: yield* handle.await }
    })
    const { first, report, second } = await Effect.runPromise(Effect.scoped(run))
    expect(second).toBeGreaterThan(first)
    expect(report.outcome).toBe("stopped")
  })

  it("a count trigger fires at most once per n records", async () => {
    const { job } = countJob({ records: words(2_000), perPoll: 20 })
    const report = await Job.runPromise(withTrigger(job, { trigger: Trigger.count(500), maxConcurrent: 4 }))
    expect(report.checkpoints.completed).toBeGreaterThanOrEqual(2)
    expect(report.checkpoints.completed).toBeLessThanOrEqual(5)
  })

  it("the next trigger time is one interval after the last trigger", async () => {
    const { job } = countJob({ isEndless: true })
    const run = Effect.gen(function* () {
      const handle = yield* Job.start(withTrigger(job, { trigger: Trigger.every("1 hour") }))
      yield* until(() => handle.report().nextTriggerAt !== null)
      const next = handle.report().nextTriggerAt ?? 0
      yield* handle.stop()
      yield* handle.await
      return next - Date.now()
    })
    const ahead = await Effect.runPromise(Effect.scoped(run))
    expect(ahead).toBeGreaterThan(3_500_000)
    expect(ahead).toBeLessThanOrEqual(3_600_000)
  })
})

describe("checkpoints that fail", () => {
  it("a checkpoint whose state cannot be written is declined, and a later one completes", async () => {
    let refusals = 0
    const storage = hookedStorage(MemoryStorage.make(), {
      createObject: (name, pass) => {
        if (refusals > 1 || !name.includes("counts")) return pass
        refusals++
        return Effect.fail(
          new StorageFailure({ operation: "create object", path: name, reason: "full", outcome: "none" })
        )
      }
    })
    const { expected, job, sink } = countJob({ storage })
    const report = await Job.runPromise(job)
    expect(refusals).toBe(2)
    expect(report.checkpoints.invalidated.storageFailed).toBeGreaterThan(0)
    expect(report.reliability).toBeLessThan(1)
    expect(report.restarts).toBe(0)
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("more failures in a row than are tolerated fail the attempt", async () => {
    let isBroken = true
    const storage = hookedStorage(MemoryStorage.make(), {
      createObject: (name, pass) =>
        isBroken
          ? Effect.fail(new StorageFailure({ operation: "create object", path: name, reason: "full", outcome: "none" }))
          : pass
    })
    const { expected, job, sink } = countJob({ storage, isEndless: false, records: words(20_000) })
    const run = Effect.gen(function* () {
      const handle = yield* Job.start(withTrigger(job, { toleratedFailures: 2 }))
      yield* until(() => handle.report().restarts > 0)
      isBroken = false
      return yield* handle.await
    })
    const report = await Effect.runPromise(Effect.scoped(run))
    expect(report.outcome).toBe("finished")
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("K2 a checkpoint that takes too long expires, and the job goes on", async () => {
    const stuck = Effect.runSync(Deferred.make<void>())
    let isStuck = true
    const storage = hookedStorage(MemoryStorage.make(), {
      createObject: (_, pass) => (isStuck ? Effect.andThen(Deferred.await(stuck), pass) : pass)
    })
    const { job } = countJob({ storage, isEndless: true })
    const run = Effect.gen(function* () {
      const handle = yield* Job.start(withTrigger(job, { timeout: "30 millis", toleratedFailures: "unlimited" }))
      yield* until(() => (handle.report().checkpoints.invalidated.expired ?? 0) >= 2)
      isStuck = false
      yield* until(() => handle.report().checkpoints.completed > 0)
      yield* handle.stop()
      return yield* handle.await
    })
    const report = await Effect.runPromise(Effect.scoped(run))
    expect(report).toMatchObject({ outcome: "stopped", restarts: 0 })
  })

  it("rule 2: a manifest write held over a restart never stands beside what replaced it", async () => {
    const release = Effect.runSync(Deferred.make<void>())
    let held = 0
    const storage = hookedStorage(MemoryStorage.make(), {
      appendEntry: (_, text, pass) => {
        if (!text.includes('"Manifest"') || held > 0) return pass
        held++
        return Effect.andThen(Deferred.await(release), pass)
      }
    })
    const { expected, job, sink } = countJob({
      storage,
      records: words(20_000),
      onRecord: () => {
        // While the first manifest is held, a subtask fails once.
        if (held !== 1) return
        held = 2
        throw new Error("fails while the manifest is held")
      }
    })
    const run = Effect.gen(function* () {
      const handle = yield* Job.start(withTrigger(job, { trigger: Trigger.count(200) }))
      yield* until(() => handle.report().restarts > 0 && handle.report().state.startsWith("running"))
      yield* Deferred.succeed(release, undefined)
      return yield* handle.await
    })
    const report = await Effect.runPromise(Effect.scoped(run))
    expect(report).toMatchObject({ outcome: "finished", restarts: 1, lateRecords: 0 })
    expect(shownCounts(sink.records())).toEqual(expected)
    const { entries } = await recorded(storage)
    const ids = entries.flatMap(({ entry }) => (entry._tag === "Manifest" ? [entry.id] : []))
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe("retention", () => {
  it("S8 S13 keeps so many checkpoints and removes the objects of the others", async () => {
    const { job, storage } = countJob({ records: words(4_000) })
    const report = await Job.runPromise(withTrigger(job, { retained: 2, trigger: Trigger.count(200) }))
    expect(report.checkpoints.completed).toBeGreaterThan(3)
    const { objects, view } = await recorded(storage)
    const named = view.completed.flatMap(({ manifest }) =>
      manifest.tasks.flatMap(({ subtasks }) => subtasks.flatMap(({ object, shared = [] }) => [object, ...shared]))
    )
    expect(view.completed.length).toBe(2)
    expect(objects.map(({ name }) => name).sort()).toEqual([...new Set(named)].sort())
  })
})
