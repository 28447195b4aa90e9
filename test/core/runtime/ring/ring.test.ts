import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { RingReader } from "../../../../packages/core/src/runtime/ring/RingReader.ts"
import { RingWriter } from "../../../../packages/core/src/runtime/ring/RingWriter.ts"
import { makeRingMemory, openRing, ringCapacity } from "../../../../packages/core/src/runtime/ring/ringMemory.ts"

const capacity = 512
const frameMax = capacity / 4 - 8

type Action =
  | { readonly _tag: "Write"; readonly bytes: number }
  | { readonly _tag: "Read" }
  | { readonly _tag: "Abandon" }

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ _tag: fc.constant("Write" as const), bytes: fc.nat(frameMax) }),
  fc.constant({ _tag: "Read" as const }),
  fc.constant({ _tag: "Abandon" as const })
)

describe("a ring", () => {
  it("R1, R2 is a queue of frames, whatever their sizes, also where counts overflow", () =>
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), fc.constantFrom(0, 2 ** 31 - 1024, -512), (actions, origin) => {
        const memory = makeRingMemory(capacity, origin)
        const writer = new RingWriter(openRing(memory))
        const reader = new RingReader(openRing(memory))
        const model: Array<{ readonly bytes: number; readonly tag: number }> = []
        let written = 0
        for (const next of actions) {
          if (next._tag === "Write") {
            const offset = writer.reserve(next.bytes)
            // A frame and the padding before it are less than half of the ring.
            if (model.length === 0) expect(offset).not.toBe(-1)
            if (offset === -1) continue
            expect(offset % 8).toBe(0)
            written++
            writer.data.u8.fill(written, offset, offset + next.bytes)
            writer.commit(written)
            model.push({ bytes: next.bytes, tag: written })
          } else if (next._tag === "Abandon") {
            const offset = writer.reserve(frameMax)
            if (offset !== -1) writer.data.u8.fill(0xff, offset, offset + frameMax)
          } else {
            const expected = model.shift()
            expect(reader.peek()).toBe(expected !== undefined)
            if (expected === undefined) continue
            const { data, length, offset, tag } = reader
            expect({ bytes: length, tag }).toEqual(expected)
            expect(data.u8.subarray(offset, offset + length).every((byte) => byte === expected.tag % 256)).toBe(true)
            reader.release()
          }
        }
      })
    ))

  it("refuses a frame that is longer than a quarter of it", () => {
    const writer = new RingWriter(openRing(makeRingMemory(capacity)))
    expect(() => writer.reserve(frameMax + 1)).toThrow("Broken invariant")
  })

  it("has less memory the more of them an attempt has: together they take 128 MiB, or 16 KiB each", () => {
    const mebibyte = 1_048_576
    expect(ringCapacity(0)).toBe(mebibyte)
    expect(ringCapacity(2)).toBe(mebibyte)
    expect(ringCapacity(129)).toBe(mebibyte / 2)
    expect(ringCapacity(128 * 128)).toBe(16_384)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8_192 }), (rings) => {
        const capacity = ringCapacity(rings)
        expect(Number.isInteger(Math.log2(capacity))).toBe(true)
        expect(rings * capacity).toBeLessThanOrEqual(128 * mebibyte)
      })
    )
  })
})
