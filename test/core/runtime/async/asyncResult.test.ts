import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Result, Schedule, Schema } from "effect"
import { TestClock } from "effect/testing"
import type { AsyncMap } from "../../../../packages/core/src/operator/mapAsync.ts"
import { asyncResult } from "../../../../packages/core/src/runtime/async/asyncResult.ts"

const mapOf = (options: Partial<AsyncMap>): AsyncMap => ({
  ...{ uid: "a", call: async (value) => value, isOrdered: true, capacity: 1, timeoutMs: null },
  ...{ retry: null, onTimeout: null, record: Schema.Number },
  ...options
})

const text = (result: Result.Result<unknown, unknown>): string =>
  Result.isSuccess(result) ? `answers ${String(result.success)}` : `fails: ${String(result.failure)}`

describe("one call of an asynchronous function", () => {
  const answers: ReadonlyArray<readonly [string, AsyncMap["call"], string]> = [
    ["a promise", async (value) => `p${String(value)}`, "answers p1"],
    ["an Effect", (value) => Effect.succeed(`e${String(value)}`), "answers e1"],
    ["a rejected promise", () => Promise.reject(new Error("no")), "fails: Error: no"],
    ["an Effect that fails", () => Effect.fail("no"), "fails: no"],
    ["an Effect that dies", () => Effect.die(new Error("dead")), "fails: Error: dead"],
    [
      "a function that throws",
      () => {
        throw new Error("thrown")
      },
      "fails: Error: thrown"
    ]
  ]
  for (const [what, call, expected] of answers) {
    it.effect(`${what} ${expected}`, () =>
      Effect.gen(function* () {
        expect(text(yield* Effect.result(asyncResult(mapOf({ call }), 1)))).toBe(expected)
      })
    )
  }

  it.effect("is made again by its schedule, and fails with what it failed with last", () =>
    Effect.gen(function* () {
      let calls = 0
      const call = () => Effect.fail(`call ${++calls}`)
      const retry = Schedule.spaced("1 minute").pipe(Schedule.upTo({ times: 2 }))
      const running = yield* Effect.forkChild(Effect.result(asyncResult(mapOf({ call, retry }), 1)))
      yield* TestClock.adjust("59 seconds")
      expect(calls).toBe(1)
      yield* TestClock.adjust("2 minutes")
      expect(text(yield* Fiber.join(running))).toBe("fails: call 3")
    })
  )

  it.effect("that takes too long is aborted and has failed; the next one may be in time", () =>
    Effect.gen(function* () {
      const signals: Array<AbortSignal> = []
      const call: AsyncMap["call"] = (_, { signal }) => {
        signals.push(signal)
        return signals.length < 3 ? new Promise(() => {}) : Promise.resolve("in time")
      }
      const retry = Schedule.recurs(5)
      const running = yield* Effect.forkChild(Effect.result(asyncResult(mapOf({ call, retry, timeoutMs: 1_000 }), 1)))
      yield* TestClock.adjust("1500 millis")
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
      yield* TestClock.adjust("1500 millis")
      expect(text(yield* Fiber.join(running))).toBe("answers in time")
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false])
    })
  )

  it.effect("that timed out for the last time fails, or comes to what onTimeout answers", () =>
    Effect.gen(function* () {
      const call = () => Effect.never
      const outcome = Effect.fnUntraced(function* (options: Partial<AsyncMap>) {
        const asyncMap = mapOf({ call, timeoutMs: 1_000, retry: Schedule.recurs(1), ...options })
        const running = yield* Effect.forkChild(Effect.result(asyncResult(asyncMap, 7)))
        yield* TestClock.adjust("2 seconds")
        return text(yield* Fiber.join(running))
      })
      expect(yield* outcome({})).toBe("fails: CallTimedOut: no answer within 1000 ms")
      expect(yield* outcome({ onTimeout: (value) => `none for ${String(value)}` })).toBe("answers none for 7")
      // It is for what timed out only.
      expect(yield* outcome({ call: () => Effect.fail("no"), onTimeout: () => "none" })).toBe("fails: no")
    })
  )

  it.effect("ends with whoever waits for it: signals are aborted, Effects interrupted", () =>
    Effect.gen(function* () {
      const ended: Array<string> = []
      const promise: AsyncMap["call"] = (_, { signal }) => {
        signal.addEventListener("abort", () => ended.push("promise"))
        return new Promise(() => {})
      }
      const effect = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => ended.push("effect")))
      for (const call of [promise, effect]) {
        const running = yield* Effect.forkChild(asyncResult(mapOf({ call }), 1), { startImmediately: true })
        yield* Fiber.interrupt(running)
      }
      expect(ended).toEqual(["promise", "effect"])
    })
  )
})
