import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import fc from "fast-check"
import { makeSubtaskState, TimerTable, timersState } from "../../../packages/core/src/state/index.ts"
import { fullCut, groupOf, open } from "./support/sums.ts"

const makeTimers = () => {
  const state = makeSubtaskState()
  const timers = new TimerTable(state.keyed(timersState("timers", { operator: "op", key: Schema.String })))
  return { state, timers }
}

const fired = (timers: TimerTable, watermark: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  timers.advance(watermark, (key, group, timestamp) => {
    expect(group).toBe(groupOf(key))
    lines.push(`${timestamp} ${key}`)
  })
  return lines
}

describe("TimerTable", () => {
  it("I1 fires each timer once, in order of time, up to and including the watermark", () => {
    const timer = fc.record({ key: fc.constantFrom("a", "b", "c"), timestamp: fc.integer({ min: -50, max: 50 }) })
    fc.assert(
      fc.property(fc.array(timer), fc.array(timer), fc.integer({ min: -60, max: 60 }), (added, removed, watermark) => {
        const { timers } = makeTimers()
        const expected = new Set<string>()
        for (const { key, timestamp } of added) {
          timers.register(key, groupOf(key), timestamp)
          expected.add(`${timestamp} ${key}`)
        }
        for (const { key, timestamp } of removed) {
          timers.delete(key, groupOf(key), timestamp)
          expected.delete(`${timestamp} ${key}`)
        }
        expect(timers.size).toBe(expected.size)
        const due = fired(timers, watermark)
        const rest = fired(timers, 100)
        expect(due.every((line) => Number.parseInt(line, 10) <= watermark)).toBe(true)
        expect(rest.every((line) => Number.parseInt(line, 10) > watermark)).toBe(true)
        const all = [...due, ...rest]
        expect([...all].sort()).toEqual([...expected].sort())
        const times = all.map((line) => Number.parseInt(line, 10))
        expect(times).toEqual([...times].sort((a, b) => a - b))
      })
    )
  })

  it("I1 a timer that registers another that is due sees it fired in the same advance", () => {
    const { timers } = makeTimers()
    timers.register("a", groupOf("a"), 10)
    timers.register("a", groupOf("a"), 30)
    const order: Array<number> = []
    timers.advance(40, (key, group, timestamp) => {
      order.push(timestamp)
      if (timestamp === 10) for (const next of [20, 5, 50]) timers.register(key, group, next)
    })
    expect(order).toEqual([10, 5, 20, 30])
    expect(timers.size).toBe(1)
  })

  it.effect("timers are captured and restored like all state", () =>
    Effect.gen(function* () {
      const { state, timers } = makeTimers()
      for (const [key, at] of [
        ["b", 20],
        ["a", 10],
        ["a", 30]
      ] as const)
        timers.register(key, groupOf(key), at)
      const capture = state.capture([], fullCut())
      expect(fired(timers, 25)).toEqual(["10 a", "20 b"])
      const next = makeTimers()
      yield* next.state.restore([yield* open((yield* capture.encode([])).bytes)], { from: 0, to: 128 })
      next.timers.register("c", groupOf("c"), 15)
      expect(fired(next.timers, 30)).toEqual(["10 a", "15 c", "20 b", "30 a"])
      expect(next.timers.size).toBe(0)
    })
  )

  it("I2 a key that moves its timer again and again leaves nothing behind", () => {
    const { timers } = makeTimers()
    for (let at = 1; at <= 100_000; at++) {
      if (at > 1) timers.delete("a", groupOf("a"), at - 1)
      timers.register("a", groupOf("a"), at)
    }
    expect(timers.size).toBe(1)
    expect(timers.heapSize).toBeLessThan(2_000)
    expect(timers.next()).toBe(100_000)
    expect(timers.heapSize).toBe(1)
    expect(fired(timers, 100_000)).toEqual(["100000 a"])
    expect(timers.next()).toBe(Number.POSITIVE_INFINITY)
  })

  it("refuses a time that is not in whole milliseconds", () => {
    const { timers } = makeTimers()
    expect(() => timers.register("a", 1, Number.POSITIVE_INFINITY)).toThrow(/whole milliseconds/)
  })
})
