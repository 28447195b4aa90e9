import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { BitstateSet } from "../../../packages/checker/src/visited/BitstateSet.ts"
import { CompactSet } from "../../../packages/checker/src/visited/CompactSet.ts"
import { createVisited } from "../../../packages/checker/src/visited/createVisited.ts"
import { ExactSet } from "../../../packages/checker/src/visited/ExactSet.ts"
import type { Visited } from "../../../packages/checker/src/visited/Visited.ts"

/** Vectors of which many are equal, and many differ in one word only. */
const vectors = (width: number) =>
  fc.array(fc.array(fc.oneof(fc.integer({ min: 0, max: 2 }), fc.integer()), { minLength: width, maxLength: width }), {
    maxLength: 200
  })

/** What every set must answer, by a map of texts; a difference is answered as text. */
const firstDifference = (set: Visited, states: ReadonlyArray<ReadonlyArray<number>>): string | null => {
  const known = new Map<string, number>()
  for (const state of states) {
    const key = state.join(" ")
    const index = known.get(key)
    const expected = index === undefined ? known.size : ~index
    const answered = set.add(Int32Array.from(state))
    if (answered !== expected) return `${key}: ${answered} instead of ${expected}`
    known.set(key, index ?? known.size)
  }
  return set.count === known.size ? null : `counts ${set.count} instead of ${known.size}`
}

/** The states 0 .. n-1 in mixed base 5, as systems have them: small numbers, most words alike. */
const numbered = (index: number, width: number): Int32Array => {
  const state = new Int32Array(width)
  let rest = index
  for (let at = 0; at < width; at += 1) {
    state[at] = rest % 5
    rest = Math.floor(rest / 5)
  }
  return state
}

/** How many of the states 0 .. n-1 are answered otherwise than told. */
const wrongAnswers = (set: Visited, count: number, width: number, expected: (index: number) => number): number => {
  let wrong = 0
  for (let index = 0; index < count; index += 1) {
    if (set.add(numbered(index, width)) !== expected(index)) wrong += 1
  }
  return wrong
}

describe("the exact visited set", () => {
  test("V1 answers as a map does, whatever the states", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }).chain((width) => fc.tuple(fc.constant(width), vectors(width))),
        (given) => {
          const [width, states] = given
          expect(firstDifference(new ExactSet(width), states)).toBeNull()
        }
      )
    )
  })

  test("V2 confuses no states though all or most hashes are equal", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 2 ** 31, 0xff00), vectors(3), (hashMask, states) => {
        expect(firstDifference(new ExactSet(3, { hashMask }), states)).toBeNull()
      })
    )
  })

  test("V2 a set that did not compare states would be found out by weak hashes", () => {
    const trusting = new ExactSet(0, { hashMask: 0 })
    expect(firstDifference(trusting, [[1], [2]])).toBe("2: -1 instead of 1")
  })

  test("keeps all states over many doublings, and gives them back", () => {
    const [width, count] = [8, 100_000]
    const set = new ExactSet(width)
    expect(wrongAnswers(set, count, width, (index) => index)).toBe(0)
    expect(wrongAnswers(set, count, width, (index) => ~index)).toBe(0)
    const into = new Int32Array(width)
    let changed = 0
    for (let index = 0; index < count; index += 1) {
      set.load(index, into)
      if (into.join() !== numbered(index, width).join()) changed += 1
    }
    expect([set.count, changed]).toEqual([count, 0])
  })

  test("gives back states of many collisions", () => {
    fc.assert(
      fc.property(vectors(2), (states) => {
        const set = new ExactSet(2, { hashMask: 3 })
        const into = new Int32Array(2)
        for (const state of states) {
          const answered = set.add(Int32Array.from(state))
          set.load(answered < 0 ? ~answered : answered, into)
          expect([...into]).toEqual(state)
        }
      })
    )
  })

  test("refuses an index that it has not given out", () => {
    expect(() => new ExactSet(2).load(0, new Int32Array(2))).toThrow("has no state 0")
  })

  test("counts what it occupies: states and table", () => {
    const set = new ExactSet(10)
    const before = set.bytes
    for (let index = 0; index < 100_000; index += 1) set.add(Int32Array.of(index, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    expect(before).toBe(2 * 1024 * 4)
    expect(set.bytes / set.count).toBeGreaterThan(40)
    expect(set.bytes / set.count).toBeLessThan(70)
  })
})

describe("the compact visited set", () => {
  test("V1 answers as a map does: no two of these states share a fingerprint", () => {
    fc.assert(
      fc.property(vectors(4), (states) => {
        expect(firstDifference(new CompactSet(), states)).toBeNull()
      })
    )
  })

  test("keeps its answers over many doublings", () => {
    const set = new CompactSet()
    expect(wrongAnswers(set, 190_000, 9, (index) => index)).toBe(0)
    expect(wrongAnswers(set, 190_000, 9, (index) => ~index)).toBe(0)
    expect(set.bytes / set.count).toBeLessThan(20)
  })

  test("computes how probable an omission is: n(n-1)/2 pairs of 64 bits", () => {
    const set = new CompactSet()
    expect(set.omission).toBe(0)
    for (let index = 0; index < 1000; index += 1) set.add(numbered(index, 9))
    expect(set.omission / (1000 * 999 * 2 ** -65)).toBeCloseTo(1, 9)
  })

  test("has no states to give back", () => {
    expect(() => new CompactSet().load(0)).toThrow("use an exact one")
  })
})

describe("the bitstate visited set", () => {
  test("V2 never takes a known state for a new one", () => {
    fc.assert(
      fc.property(vectors(3), (states) => {
        const set = new BitstateSet({ bits: 2 ** 10 })
        for (const state of states) {
          set.add(Int32Array.from(state))
          expect(set.add(Int32Array.from(state))).toBe(-1)
        }
      })
    )
  })

  test("estimates the share of states that it has taken for new, from nearly all to few", () => {
    const states = 20_000
    for (const [bits, least] of [
      [2 ** 22, 0.999],
      [2 ** 17, 0.9],
      [2 ** 14, 0.2]
    ] as const) {
      const set = new BitstateSet({ bits })
      for (let index = 0; index < states; index += 1) set.add(numbered(index, 7))
      const real = set.count / states
      expect(Math.abs(set.share - real), `${bits} bits`).toBeLessThan(0.02)
      expect(real).toBeGreaterThan(least)
      expect(set.bytes).toBe(bits / 8)
    }
  })

  test("an omission is unlikely while the array is nearly empty, and sure when it is full", () => {
    const [roomy, full] = [new BitstateSet({ bits: 2 ** 26 }), new BitstateSet({ bits: 2 ** 12 })]
    for (let index = 0; index < 5_000; index += 1) {
      roomy.add(numbered(index, 6))
      full.add(numbered(index, 6))
    }
    expect(roomy.omission).toBeLessThan(1e-6)
    expect(full.omission).toBeGreaterThan(0.999)
  })

  test("refuses a size that is no power of two", () => {
    expect(() => new BitstateSet({ bits: 3000 })).toThrow("must be a power of two")
    expect(() => new BitstateSet({ bits: 16 })).toThrow("must be a power of two")
  })
})

test("a visited set of each kind is there by name", () => {
  for (const mode of ["exact", "compact", "bitstate"] as const) {
    const set = createVisited(mode, 2, { bits: 2 ** 12 })
    expect([
      set.mode,
      set.add(Int32Array.of(1, 2)),
      set.add(Int32Array.of(2, 1)),
      set.add(Int32Array.of(1, 2))
    ]).toEqual([mode, 0, 1, -1])
  }
})
