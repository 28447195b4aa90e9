import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { maxWatermark, minWatermark } from "../../../packages/core/src/model/time.ts"
import { ChannelWatermarks } from "../../../packages/core/src/runtime/ChannelWatermarks.ts"

const made = (watermark = minWatermark) => new ChannelWatermarks(["a", "b", "c"], watermark)

describe("the watermark of several channels", () => {
  it("G1 is the minimum, and a channel that has sent none holds it back", () => {
    const watermarks = made()
    watermarks.advance("a", 5)
    watermarks.advance("b", 7)
    expect(watermarks.watermark).toBe(minWatermark)
    watermarks.advance("c", 6)
    expect(watermarks.watermark).toBe(5)
  })

  it("G1 an idle channel is left out at once, and holds back again when it is active", () => {
    const watermarks = made()
    for (const [channel, timestamp] of [
      ["a", 5],
      ["b", 7],
      ["c", 9]
    ] as const)
      watermarks.advance(channel, timestamp)
    watermarks.setIdle("a", true)
    expect(watermarks.watermark).toBe(7)
    watermarks.advance("a", 8)
    watermarks.setIdle("a", false)
    watermarks.advance("b", 20)
    watermarks.advance("c", 20)
    expect(watermarks.watermark).toBe(8)
  })

  it("G2 a channel that comes back far behind is waited for only once it has caught up", () => {
    const watermarks = made()
    watermarks.setIdle("a", true)
    watermarks.advance("b", 10)
    watermarks.advance("c", 10)
    watermarks.setIdle("a", false)
    watermarks.advance("a", 3)
    watermarks.advance("b", 20)
    watermarks.advance("c", 30)
    expect(watermarks.watermark).toBe(20)
    watermarks.advance("a", 21)
    watermarks.advance("b", 40)
    watermarks.advance("c", 40)
    expect(watermarks.watermark).toBe(21)
  })

  it("G3 with all channels idle it stands, and the task is idle", () => {
    const watermarks = made()
    for (const channel of ["a", "b", "c"]) watermarks.advance(channel, 5)
    watermarks.advance("c", 50)
    for (const channel of ["a", "b", "c"]) {
      expect(watermarks.isIdle).toBe(false)
      watermarks.setIdle(channel, true)
    }
    expect([watermarks.watermark, watermarks.isIdle]).toEqual([50, true])
  })

  it("G3 channels at their end do not end the time of those that are idle", () => {
    const watermarks = made()
    for (const channel of ["a", "b", "c"]) watermarks.advance(channel, 5)
    watermarks.setIdle("a", true)
    watermarks.advance("b", maxWatermark)
    watermarks.advance("c", maxWatermark)
    expect([watermarks.watermark, watermarks.isIdle]).toEqual([5, true])
    watermarks.setIdle("a", false)
    watermarks.advance("a", maxWatermark)
    expect([watermarks.watermark, watermarks.isIdle]).toEqual([maxWatermark, false])
  })

  it("a restored watermark stands until all channels have reached it", () => {
    const watermarks = made(100)
    for (const channel of ["a", "b", "c"]) watermarks.advance(channel, 50)
    expect(watermarks.watermark).toBe(100)
    for (const channel of ["a", "b", "c"]) watermarks.advance(channel, 150)
    expect(watermarks.watermark).toBe(150)
  })

  const steps = fc.array(
    fc.record({
      channel: fc.constantFrom("a", "b", "c"),
      what: fc.oneof(
        fc.nat(30).map((by) => ({ _tag: "Advance" as const, by })),
        fc.boolean().map((isIdle) => ({ _tag: "Status" as const, isIdle }))
      )
    })
  )

  it("G1 never goes back, never passes an active channel that it waits for, and without idleness is the plain minimum", () => {
    fc.assert(
      fc.property(steps, (given) => {
        const watermarks = made()
        const sent = new Map([
          ["a", minWatermark],
          ["b", minWatermark],
          ["c", minWatermark]
        ])
        /** Active all along: waited for. */
        const steady = new Set(["a", "b", "c"])
        let before = minWatermark
        let now = 0
        for (const { channel, what } of given) {
          if (what._tag === "Advance") {
            now += 1
            const timestamp = Math.max(sent.get(channel) ?? minWatermark, now + what.by)
            sent.set(channel, timestamp)
            watermarks.advance(channel, timestamp)
          } else {
            if (what.isIdle) steady.delete(channel)
            watermarks.setIdle(channel, what.isIdle)
          }
          expect(watermarks.watermark).toBeGreaterThanOrEqual(before)
          before = watermarks.watermark
          for (const waited of steady) expect(before).toBeLessThanOrEqual(sent.get(waited) ?? minWatermark)
          if (steady.size === 3) expect(before).toBe(Math.min(...sent.values()))
          expect(before).toBeLessThanOrEqual(Math.max(...sent.values()))
        }
      })
    )
  })
})
