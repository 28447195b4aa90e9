import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { IntegerIndex } from "../../../packages/core/src/state/fixed/IntegerIndex.ts"
import { TextIndex } from "../../../packages/core/src/state/fixed/TextIndex.ts"

const integer = fc.oneof(
  fc.integer({ min: 0, max: 400 }),
  fc.integer({ min: -50, max: 50 }).map((n) => n * 2 ** 32),
  fc.integer({ min: 0, max: 200 }).map((n) => n * 4_096),
  // Different keys, one hash.
  fc.integer({ min: 0, max: 99 }).map((n) => 2 ** 32 + ((n ^ 0x27d4eb2f) >>> 0)),
  fc.maxSafeInteger()
)

const change = fc.record({
  isRemoval: fc.boolean(),
  keys: fc.array(integer, { maxLength: 120 }),
  moved: fc.nat({ max: 9 })
})

describe("an index of integer keys", () => {
  it("finds what a Map finds, also while it grows and what is removed meanwhile", () => {
    let whileGrowing = 0
    fc.assert(
      fc.property(fc.array(change, { minLength: 5, maxLength: 40, size: "max" }), (changes) => {
        const model = new Map<number, number>()
        const keys: Array<number> = []
        const index = new IntegerIndex((row) => keys[row] ?? Number.NaN)
        for (const { isRemoval, keys: some, moved } of changes) {
          for (const key of some) {
            if (isRemoval === model.has(key)) {
              if (isRemoval) {
                index.remove(key)
                model.delete(key)
              } else {
                const row = keys.push(key) - 1
                index.add(key, row)
                model.set(key, row)
              }
            }
          }
          for (const key of some) {
            if (index.findOld(key) !== -1) whileGrowing++
            expect(index.find(key)).toBe(model.get(key) ?? -1)
          }
          index.move(moved)
        }
        for (const [key, row] of model) expect(index.find(key)).toBe(row)
        expect(index.find(0.5)).toBe(-1)
      }),
      { numRuns: 150 }
    )
    expect(whileGrowing).toBeGreaterThan(100)
  })

  it("moves no more than a few places for a key", () => {
    const index = new IntegerIndex((row) => row * 7)
    const places: Array<number> = []
    for (let row = 0; row < 50_000; row++) {
      const before = index.slots
      index.add(row * 7, row)
      if (index.slots !== before)
        places.push(index.slots.reduce((sum, slot, at) => sum + (at % 2 === 1 && slot !== 0 ? 1 : 0), 0))
    }
    expect(places.length).toBeGreaterThan(8)
    // When it doubles, the new table holds the key that was added and nothing else.
    expect(Math.max(...places)).toBe(1)
    for (let row = 0; row < 50_000; row += 997) expect(index.find(row * 7)).toBe(row)
  })
})

describe("an index of integer keys that are loaded", () => {
  it("finds them, more than were announced and among others", () => {
    const keys: Array<number> = []
    const index = new IntegerIndex((row) => keys[row] ?? Number.NaN)
    const load = (some: ReadonlyArray<number>): void => {
      const first = keys.length
      keys.push(...some)
      index.loadAll(some, first)
    }
    index.reserve(300)
    for (let at = 0; at < 20; at++) index.add(keys[keys.push(-at - 1) - 1] ?? 0, at)
    for (let at = 0; at < 5; at++) load(Array.from({ length: 700 }, (_, i) => (at * 700 + i) * 8_191))
    for (const [row, key] of keys.entries()) expect(index.find(key)).toBe(row)
    expect(() => load([8_191])).toThrow(/restored once/)
  })
})

describe("an index of string keys", () => {
  it("finds what came before and behind its first map, and what is removed no more", () => {
    const index = new TextIndex(100)
    const names = ["", "a", "bc", ...Array.from({ length: 2_500 }, (_, i) => `key ${i}`)]
    for (const [row, name] of names.entries()) index.add(name, row)
    for (const [row, name] of names.entries()) {
      expect([index.find(name), index.keyOf(row)]).toEqual([row, name])
      if (row % 3 === 0) index.remove(name, row)
    }
    for (const [row, name] of names.entries()) {
      expect([index.find(name), index.keyOf(row)]).toEqual(row % 3 === 0 ? [-1, null] : [row, name])
    }
    expect(index.first.size).toBeLessThanOrEqual(100)
  })

  it("finds what was loaded, once it is asked for in its map, and more than was announced", () => {
    const names = ["", "a", "bc", ...Array.from({ length: 2_500 }, (_, i) => `key ${i}`)]
    const index = new TextIndex(2_000)
    index.reserve(300)
    index.loadAll(names.slice(0, 1_000), 0)
    index.loadAll(names.slice(1_000), 1_000)
    expect(index.first.size).toBe(0)
    expect(() => index.loadAll(["bc"], names.length)).toThrow(/restored once/)
    for (const [row, name] of names.entries()) if (row % 4 === 1) index.remove(name, row)
    index.add("new", names.length + 1)
    for (const [row, name] of names.entries()) {
      const isThere = row % 4 !== 1
      expect([index.find(name), index.keyOf(row), index.find(name)]).toEqual(
        isThere ? [row, name, row] : [-1, null, -1]
      )
    }
    expect([index.find("never"), index.find("new")]).toEqual([-1, names.length + 1])
    expect(() => index.loadAll(["bc"], 0)).toThrow(/restored once/)
  })
})
