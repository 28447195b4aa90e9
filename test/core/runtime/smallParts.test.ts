import { describe, expect, it } from "@effect/vitest"
import { SinkFailure } from "@tidemark/core/connector"
import { Cause, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { UserFunctionFailed } from "../../../packages/core/src/model/errors.ts"
import { makeActivities } from "../../../packages/core/src/runtime/Activities.ts"
import { backoffDelay } from "../../../packages/core/src/runtime/backoff.ts"
import { CheckpointStats } from "../../../packages/core/src/runtime/CheckpointStats.ts"
import { failureOf } from "../../../packages/core/src/runtime/failureReport.ts"
import { RecordCounter } from "../../../packages/core/src/runtime/RecordCounter.ts"
import { stateObjectName, termOfObject } from "../../../packages/core/src/runtime/stateObject.ts"
import { makeTimers } from "../../../packages/core/src/runtime/Timers.ts"
import { commitTransactions, preparedIn, transactionsList } from "../../../packages/core/src/runtime/transactions.ts"
import { withinTimeLimit } from "../../../packages/core/src/storage/timeLimit.ts"

describe("the delay between attempts", () => {
  it("doubles from the first to the greatest, less at most a tenth", () => {
    const delays = { initialMs: 1_000, maxMs: 60_000, factor: 2, jitter: 0.1 }
    const bounds = [1, 2, 3, 7, 64].map((failures) => {
      const samples = Array.from({ length: 200 }, () => backoffDelay(delays, failures))
      return [Math.min(...samples), Math.max(...samples)]
    })
    const full = [1_000, 2_000, 4_000, 60_000, 60_000]
    bounds.forEach(([lowest, highest], i) => {
      expect(lowest).toBeGreaterThanOrEqual((full[i] ?? 0) * 0.9)
      expect(highest).toBeLessThanOrEqual(full[i] ?? 0)
    })
  })
})

describe("the record counter", () => {
  it("rule 10: reports at most once per trigger, when the batches have passed the count", () => {
    let reached = 0
    const counter = new RecordCounter(100, () => reached++)
    counter.add(99)
    expect(reached).toBe(0)
    counter.add(500)
    counter.add(500)
    expect(reached).toBe(1)
    counter.restart()
    counter.add(99)
    expect(reached).toBe(1)
    counter.add(1)
    expect(reached).toBe(2)
  })
})

describe("failures", () => {
  it("carry what the restart policy needs", () => {
    const user = new UserFunctionFailed({
      operator: "map",
      subtask: 1,
      position: "p",
      record: "{a}",
      cause: new Error("x")
    })
    expect(failureOf(Cause.fail(user)).report).toEqual({ retry: "restart", record: "map: {a}" })
    expect(failureOf(Cause.die(new TypeError("bug"))).report).toEqual({ retry: "never", record: null })
    expect(failureOf(Cause.fail("text")).report).toEqual({ retry: "never", record: null })
  })
})

describe("checkpoint statistics", () => {
  it("sum what the subtasks measured and count by reason", () => {
    const stats = new CheckpointStats()
    const measure = { alignmentMs: 1, syncMs: 2, asyncMs: 3, bytes: 10, records: 7 }
    stats.triggered(1, 1_000)
    stats.measured(1, "a#0", measure)
    stats.measured(1, "b#0", { ...measure, records: 0 })
    stats.measured(9, "b#0", measure)
    expect(stats.totals(1, 1_250)).toEqual({ durationMs: 250, bytes: 20, records: 7 })
    stats.completed(1, "checkpoint", 1_250)
    stats.triggered(2, 2_000)
    stats.invalidated(2, "expired")
    expect(stats.completedCount).toBe(1)
    expect(stats.invalidatedByReason).toEqual({ expired: 1 })
    expect(stats.history[0]).toMatchObject({ id: 1, durationMs: 250, bytes: 20, at: 1_250 })
  })
})

describe("names of state objects", () => {
  it("rule 3: are unique by term, checkpoint, task and subtask, and tell their term", () => {
    const name = stateObjectName({ term: 3, checkpoint: 12, task: "Daily/Delays", index: 1 })
    expect(name).toBe("t000003-c0000000012-~44aily~2f~44elays-001.state")
    expect(termOfObject(name)).toBe(3)
    expect(termOfObject("somebody-elses.txt")).toBeNull()
  })
})

describe("transactions", () => {
  it("come back from a snapshot's lists by sink", () => {
    const prepared = [{ id: 3, transaction: '{"path":"a"}' }]
    const lists = [transactionsList("out", prepared), transactionsList("other", [])]
    expect(preparedIn(lists, "out")).toEqual(prepared)
    expect(preparedIn(lists, "other")).toEqual([])
  })

  it.effect("rule 9: a commit that fails is tried again for a while, then fails", () =>
    Effect.gen(function* () {
      let tries = 0
      const failure = new SinkFailure({
        target: "t",
        operation: "commit",
        reason: "io",
        detail: "no",
        retry: "restart"
      })
      const session = {
        highestVisible: Effect.succeed(null),
        rewind: null,
        rollback: () => Effect.void,
        writer: () => Effect.die("not used"),
        commit: () =>
          Effect.suspend(() => {
            tries++
            return Effect.fail(failure)
          })
      }
      const fiber = yield* Effect.forkChild(Effect.flip(commitTransactions(session, ["{}"])))
      yield* TestClock.adjust("2 minutes")
      expect(yield* Fiber.join(fiber)).toBe(failure)
      expect(tries).toBe(8)
    })
  )
})

describe("time limits", () => {
  it.effect("rule 2: a storage operation that does not answer has an unknown outcome", () =>
    Effect.gen(function* () {
      const limited = withinTimeLimit("append entry", "log/7.json", Effect.never)
      const fiber = yield* Effect.forkChild(Effect.flip(limited))
      yield* TestClock.adjust("59 seconds")
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust("1 second")
      const failure = yield* Fiber.join(fiber)
      expect(failure).toMatchObject({ reason: "timeout", outcome: "unknown", path: "log/7.json" })
    })
  )

  it.effect("rule 9: a commit that does not answer is tried again, and may succeed", () =>
    Effect.gen(function* () {
      let tries = 0
      const session = {
        highestVisible: Effect.succeed(null),
        rewind: null,
        rollback: () => Effect.void,
        writer: () => Effect.die("not used"),
        commit: () => Effect.suspend(() => (tries++ === 0 ? Effect.never : Effect.void))
      }
      const fiber = yield* Effect.forkChild(commitTransactions(session, ["{}"]))
      yield* TestClock.adjust("59 seconds")
      expect(tries).toBe(1)
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(fiber)
      expect(tries).toBe(2)
    })
  )
})

describe("timers", () => {
  it.effect("fire once, can be set again and cancelled", () =>
    Effect.gen(function* () {
      const fired: Array<string> = []
      const timers = yield* makeTimers((timer) => fired.push(timer))
      timers.set("a", 100)
      timers.set("b", 100)
      timers.set("c", 100)
      yield* TestClock.adjust(50)
      timers.set("a", 100)
      timers.cancel("b")
      yield* TestClock.adjust(60)
      expect(fired).toEqual(["c"])
      yield* TestClock.adjust(60)
      expect(fired).toEqual(["c", "a"])
    })
  )
})

describe("activities", () => {
  it.effect("A1 a defect is never silent, an interruption is no defect", () =>
    Effect.gen(function* () {
      const defects: Array<unknown> = []
      const activities = yield* makeActivities((cause) => defects.push(Cause.squash(cause)))
      activities.start("bad", Effect.die("defect"))
      activities.start("long", Effect.never)
      yield* Effect.yieldNow
      yield* activities.end("long")
      expect(defects).toEqual(["defect"])
    })
  )
})
