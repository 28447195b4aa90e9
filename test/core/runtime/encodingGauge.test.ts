import { Effect, Fiber } from "effect"
import { describe, expect, it } from "vitest"
import { EncodingGauge } from "../../../packages/core/src/runtime/EncodingGauge.ts"

describe("the gauge of captures being encoded", () => {
  it("is idle when every capture has ended, each counted once", async () => {
    const gauge = new EncodingGauge()
    await Effect.runPromise(gauge.idle)
    const first = gauge.begin()
    const second = gauge.begin()
    const waiting = Effect.runFork(gauge.idle)
    first()
    first()
    await new Promise(setImmediate)
    expect([gauge.isIdle, waiting.pollUnsafe()]).toEqual([false, undefined])
    second()
    await Effect.runPromise(Fiber.join(waiting))
    expect(gauge.isIdle).toBe(true)
  })
})
