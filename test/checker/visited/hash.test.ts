import { expect, test } from "vitest"
import { hashState, secondHash } from "../../../packages/checker/src/visited/hash.ts"

/** States as systems have them: small numbers, neighbours differ in one or two words. No two are equal. */
const width = 10
const count = 3 ** width
const states = Array.from({ length: count }, (_, index) => {
  const state = new Int32Array(width)
  let rest = index
  for (let at = 0; at < width; at += 1) {
    state[(at * 7) % width] = rest % 3
    rest = Math.floor(rest / 3)
  }
  return state
})

const collisions = (hashes: ReadonlyArray<number>): number => hashes.length - new Set(hashes).size

/** Of so many bits chance would give n²/2 pairs: this many times as many are allowed, and four more. */
const allowed = (bits: number): number => 1.3 * ((count * count) / 2 ** (bits + 1)) + 4

test.each([
  ["the first hash", hashState],
  ["the second hash", secondHash]
])("%s has no more collisions than chance, in any of its bits", (_name, hash) => {
  const hashes = states.map(hash)
  expect(collisions(hashes)).toBeLessThanOrEqual(allowed(32))
  for (const shift of [0, 4, 8]) {
    const part = hashes.map((of) => (of >>> shift) & 0xff_ffff)
    expect(collisions(part), `24 bits from ${shift}`).toBeLessThanOrEqual(allowed(24))
  }
})

test("the two halves of a fingerprint are independent: bits of both together collide as rarely as bits of one", () => {
  for (const [low, high] of [
    [0, 0],
    [16, 0],
    [0, 16],
    [16, 16]
  ] as const) {
    const both = states.map(
      (state) => ((hashState(state) >>> low) & 0xffff) * 65536 + ((secondHash(state) >>> high) & 0xffff)
    )
    expect(collisions(both), `bits from ${low} and ${high}`).toBeLessThanOrEqual(allowed(32))
  }
})

test("a single word changes every bit of a hash in about half of the cases", () => {
  for (const hash of [hashState, secondHash]) {
    for (let word = 0; word < width; word += 1) {
      const flips = new Array<number>(32).fill(0)
      for (let index = 0; index < 2000; index += 1) {
        const state = Int32Array.from(states[index] ?? [])
        const before = hash(state)
        state[word] = (state[word] ?? 0) + 1
        const changed = before ^ hash(state)
        for (let bit = 0; bit < 32; bit += 1) flips[bit] = (flips[bit] ?? 0) + ((changed >>> bit) & 1)
      }
      expect(Math.min(...flips), `word ${word}`).toBeGreaterThan(800)
      expect(Math.max(...flips), `word ${word}`).toBeLessThan(1200)
    }
  }
})
