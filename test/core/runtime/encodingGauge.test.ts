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

  it("lets those who wait act in the order of their calls, also past a later capture", async () => {
    const gauge = new EncodingGauge()
    const acted: Array<number> = []
    const encoded = gauge.begin()
    const act = (number: number) => Effect.runFork(gauge.actWhenIdle(() => acted.push(number), "1 minute"))
    const fibers = [act(1), act(2)]
    await new Promise(setImmediate)
    expect(acted).toEqual([])
    encoded()
    fibers.push(act(3))
    expect(gauge.isIdle).toBe(false)
    for (const fiber of fibers) await Effect.runPromise(Fiber.join(fiber))
    expect([acted, gauge.isIdle]).toEqual([[1, 2, 3], true])
  })

  it("acts without idleness when patience is over", async () => {
    const gauge = new EncodingGauge()
    gauge.begin()
    const acted: Array<number> = []
    await Effect.runPromise(gauge.actWhenIdle(() => acted.push(1), "1 millis"))
    expect(acted).toEqual([1])
  })
})
