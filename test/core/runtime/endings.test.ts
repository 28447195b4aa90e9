import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, Trigger } from "@tidemark/core"
import { readLog } from "@tidemark/core/storage"
import { Deferred, Effect, Result } from "effect"
import { describe, expect, it } from "vitest"
import { countJob, shownCounts, words } from "../../support/countJob.ts"
import { hookedStorage } from "../../support/hookedStorage.ts"
import { until } from "../../support/until.ts"

describe("the scope of a job", () => {
  it("ends everything at once: no record is processed after it has closed", async () => {
    let seen = 0
    const { job } = countJob({ records: words(200_000), onRecord: () => seen++ })
    const run = Effect.gen(function* () {
      const handle = yield* Job.start(job)
      yield* until(() => handle.report().recordsIn > 1_000)
    })
    await Effect.runPromise(Effect.scoped(run))
    const atClose = seen
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
    expect(seen).toBe(atClose)
  })

  it("a source that cannot be closed keeps nobody from restarting, failing or stopping", async () => {
    let failures = 0
    const { expected, job, sink } = countJob({
      onClose: Effect.die(new Error("cannot be closed")),
      onRecord: ({ at }) => {
        if (at === 5_000 && failures++ === 0) throw new Error("once")
      }
    })
    const report = await Job.runPromise(job)
    expect(report).toMatchObject({ outcome: "finished", restarts: 1 })
    expect(report.lastFailure).toContain("once")
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("the failure that is reported is the first of its attempt, not one that follows from it", async () => {
    let calls = 0
    const { job } = countJob({
      onRecord: () => {
        calls++
        if (calls >= 101) throw new Error(`call ${calls}`)
      }
    })
    const result = await Effect.runPromise(
      Effect.result(Job.run({ ...job, restart: { ...job.restart, maxRestarts: 0 } }))
    )
    expect(Result.isFailure(result) && result.failure.message).toContain("call 101")
  })
})

describe("restarts", () => {
  it("a count trigger goes on counting after a restart in which a trigger was waiting", async () => {
    const stuck = Effect.runSync(Deferred.make<void>())
    let isStuck = true
    const storage = hookedStorage(MemoryStorage.make(), {
      createObject: (_, pass) => (isStuck ? Effect.andThen(Deferred.await(stuck), pass) : pass)
    })
    let seen = 0
    const { job } = countJob({
      storage,
      isEndless: true,
      records: words(4_000),
      onRecord: () => {
        seen++
        // One checkpoint is stuck and the next was asked for: now the attempt fails.
        if (isStuck && seen > 1_500) {
          isStuck = false
          throw new Error("once")
        }
      }
    })
    const run = Effect.gen(function* () {
      const handle = yield* Job.start({ ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.count(200) } })
      yield* until(() => handle.report().checkpoints.completed > 2)
      return handle.report()
    })
    expect((await Effect.runPromise(Effect.scoped(run))).restarts).toBe(1)
  })

  it("S8 a manifest that lands while the next claim loads its restore point does not take that away", async () => {
    const gate = Effect.runSync(Deferred.make<void>())
    let manifests = 0
    let isHolding = false
    let hasFailed = false
    const storage = hookedStorage(MemoryStorage.make(), {
      appendEntry: (_, text, pass) => {
        if (!text.includes('"Manifest"') || ++manifests !== 3) return pass
        isHolding = true
        return Effect.andThen(Deferred.await(gate), pass)
      },
      readObject: (_, pass) =>
        Effect.gen(function* () {
          if (isHolding) {
            isHolding = false
            yield* Deferred.succeed(gate, undefined)
            for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow
          }
          return yield* pass
        })
    })
    const { expected, job, sink } = countJob({
      storage,
      records: words(8_000),
      onRecord: () => {
        if (!isHolding || hasFailed) return
        hasFailed = true
        throw new Error("once")
      }
    })
    const checkpoint = { ...job.checkpoint, trigger: Trigger.count(500), retained: 1 }
    const report = await Job.runPromise({ ...job, checkpoint })
    expect(report).toMatchObject({ outcome: "finished", restarts: 1 })
    expect(shownCounts(sink.records())).toEqual(expected)
  })
})

describe("a cancellation", () => {
  for (const attempt of [1, 2]) {
    it(`is recorded although claim ${attempt} was interrupted and landed`, async () => {
      let claims = 0
      let hasFailed = false
      const memory = MemoryStorage.make()
      const storage = hookedStorage(memory, {
        appendEntry: (_, text, pass) =>
          text.includes('"Claim"') && ++claims === attempt ? Effect.andThen(pass, Effect.never) : pass
      })
      const { job } = countJob({
        storage,
        onRecord: ({ at }) => {
          if (hasFailed || at !== 500) return
          hasFailed = true
          throw new Error("once")
        }
      })
      const run = Effect.gen(function* () {
        const handle = yield* Job.start(job)
        yield* until(() => claims === attempt)
        for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow
        yield* handle.cancel
        return yield* handle.await
      })
      expect((await Effect.runPromise(Effect.scoped(run))).outcome).toBe("cancelled")
      const { view } = await Effect.runPromise(Effect.flatMap(memory.inspect("word-count"), readLog))
      expect(view.end).toBe("cancelled")
    })
  }
})
