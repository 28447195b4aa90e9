import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { AdaptiveInterval } from "../../../packages/core/src/runtime/AdaptiveInterval.ts"
import {
  type AdaptivePolicy,
  chooseInterval,
  type MeasuredCosts
} from "../../../packages/core/src/runtime/chooseInterval.ts"

const hour = 3_600_000

const millis = (max: number) => fc.double({ min: 0, max, noNaN: true })

const policies: fc.Arbitrary<AdaptivePolicy> = fc
  .record({
    recoveryTargetMs: fc.integer({ min: 1_001, max: 600_000 }),
    meanTimeBetweenFailuresMs: fc.integer({ min: 1, max: 1_000 * hour }),
    minMs: fc.integer({ min: 10, max: 1_000 }),
    above: fc.option(fc.integer({ min: 0, max: 600_000 }))
  })
  .map(({ above, ...policy }) => ({ ...policy, maxMs: above === null ? null : policy.minMs + above }))

const costs: fc.Arbitrary<MeasuredCosts> = fc.record({
  checkpointMs: fc.option(millis(60_000)),
  recoveryMs: fc.option(millis(60_000))
})

describe("the interval of an adaptive trigger", () => {
  it("I1 is sqrt(2 C M) where nothing bounds it", () => {
    const policy = { recoveryTargetMs: hour, meanTimeBetweenFailuresMs: 4 * hour, minMs: 10, maxMs: null }
    const chosen = chooseInterval(policy, { checkpointMs: 50, recoveryMs: 1_000 })
    expect(chosen).toMatchObject({ rule: "youngDaly", meetsTarget: true })
    expect(chosen.intervalMs).toBeCloseTo(Math.sqrt(2 * 50 * 4 * hour))
  })

  it("I1 loses no more time than any other interval, as Young counts it", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 10_000, noNaN: true }),
        fc.integer({ min: 1_000, max: 1_000 * hour }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (checkpointMs, meanTimeBetweenFailuresMs, factor) => {
          const policy = { recoveryTargetMs: 1e15, meanTimeBetweenFailuresMs, minMs: 0, maxMs: null }
          const { intervalMs } = chooseInterval(policy, { checkpointMs, recoveryMs: null })
          const loss = (t: number) => checkpointMs / t + t / (2 * meanTimeBetweenFailuresMs)
          expect(loss(intervalMs)).toBeLessThanOrEqual(loss(intervalMs * factor) * (1 + 1e-9))
        }
      )
    )
  })

  it("I2 I3 stays within all bounds; only min may break the recovery target, and then it says so", () => {
    fc.assert(
      fc.property(policies, costs, (policy, measured) => {
        const chosen = chooseInterval(policy, measured)
        expect(chosen.intervalMs).toBeGreaterThanOrEqual(policy.minMs)
        if (policy.maxMs !== null) expect(chosen.intervalMs).toBeLessThanOrEqual(policy.maxMs)
        const worst = (measured.recoveryMs ?? 0) + (measured.checkpointMs ?? 0) + chosen.intervalMs
        expect(chosen.meetsTarget).toBe(worst <= policy.recoveryTargetMs + 1e-6)
        if (!chosen.meetsTarget) expect(["min", "unmeasured"]).toContain(chosen.rule)
      })
    )
  })

  it("names the rule that decided: no other answer is at the interval", () => {
    fc.assert(
      fc.property(policies, costs, (policy, measured) => {
        const { checkpointMs, intervalMs, recoveryMs, rule, youngDalyMs } = chooseInterval(policy, measured)
        const decided = {
          unmeasured: policy.minMs,
          youngDaly: youngDalyMs,
          recoveryTarget: policy.recoveryTargetMs - (recoveryMs ?? 0) - (checkpointMs ?? 0),
          min: policy.minMs,
          max: policy.maxMs
        }
        expect(intervalMs).toBe(decided[rule])
        expect(rule === "unmeasured").toBe(checkpointMs === null)
      })
    )
  })

  it("grows with the cost of a checkpoint until the recovery target holds it, and shrinks from there", () => {
    const policy = { recoveryTargetMs: 10_000, meanTimeBetweenFailuresMs: hour, minMs: 100, maxMs: null }
    const chosen = [1, 4, 16, 4_000, 9_950].map((checkpointMs) => {
      const { intervalMs, rule } = chooseInterval(policy, { checkpointMs, recoveryMs: 0 })
      return [rule, Math.round(intervalMs)]
    })
    expect(chosen).toEqual([
      ["youngDaly", 2_683],
      ["youngDaly", 5_367],
      ["recoveryTarget", 9_984],
      ["recoveryTarget", 6_000],
      ["min", 100]
    ])
  })
})

describe("what an adaptive trigger measures", () => {
  const policy = { recoveryTargetMs: 60_000, meanTimeBetweenFailuresMs: hour, minMs: 100, maxMs: null }

  it("begins with the least interval, then follows the moving average of what checkpoints cost", () => {
    const interval = new AdaptiveInterval(policy)
    expect(interval.chosen).toMatchObject({ rule: "unmeasured", intervalMs: 100 })
    expect(interval.completed(100)).toBe(true)
    expect(interval.chosen).toMatchObject({ rule: "youngDaly", checkpointMs: 100 })
    interval.completed(200)
    expect(interval.chosen.checkpointMs).toBeCloseTo(130)
    for (let i = 0; i < 40; i++) interval.completed(200)
    expect(interval.chosen.checkpointMs).toBeCloseTo(200, 0)
  })

  it("one outlier moves the interval only in part", () => {
    const interval = new AdaptiveInterval(policy)
    for (let i = 0; i < 10; i++) interval.completed(10)
    const before = interval.chosen.intervalMs
    interval.completed(1_000)
    const { intervalMs } = interval.chosen
    expect(intervalMs).toBeLessThan(Math.sqrt(2 * 1_000 * hour) * 0.6)
    expect(intervalMs).toBeGreaterThan(before)
  })

  it("a small change counts from the next interval on; many small ones begin it anew", () => {
    const interval = new AdaptiveInterval(policy)
    interval.completed(100)
    const begins = Array.from({ length: 20 }, (_, i) => interval.completed(105 + i * 5))
    expect(begins[0]).toBe(false)
    expect(begins.filter((isAnew) => isAnew).length).toBeGreaterThan(1)
    expect(begins.filter((isAnew) => isAnew).length).toBeLessThan(10)
  })

  it("I2 a recovery that takes long shortens the interval", () => {
    const interval = new AdaptiveInterval(policy)
    interval.completed(5_000)
    expect(interval.recovered(50_000)).toBe(true)
    expect(interval.chosen).toMatchObject({ rule: "recoveryTarget", intervalMs: 5_000, meetsTarget: true })
    interval.recovered(58_000)
    expect(interval.chosen).toMatchObject({ rule: "min", intervalMs: 100, meetsTarget: false })
  })
})
