import fc from "fast-check"
import { expect, test } from "vitest"
import { VectorQueue } from "../../../packages/checker/src/visited/VectorQueue.ts"

test("gives back vectors in the order in which they came, however pushes and shifts alternate", () => {
  const bursts = fc.array(fc.record({ push: fc.nat(9000), shift: fc.nat(9000) }), { maxLength: 8 })
  fc.assert(
    fc.property(bursts, (given) => {
      const queue = new VectorQueue(2)
      const vector = new Int32Array(2)
      let [pushed, shifted] = [0, 0]
      for (const burst of given) {
        for (let times = 0; times < burst.push; times += 1) {
          vector[0] = pushed
          vector[1] = -pushed
          queue.push(vector)
          pushed += 1
        }
        for (let times = 0; times < burst.shift; times += 1) {
          const isThere = queue.shift(vector)
          if (isThere !== shifted < pushed) throw new Error(`shift ${times} answered ${isThere}`)
          if (!isThere) break
          if (vector[0] !== shifted || vector[1] !== -shifted) throw new Error(`${vector} instead of ${shifted}`)
          shifted += 1
        }
        expect(queue.size).toBe(pushed - shifted)
      }
    }),
    { numRuns: 40 }
  )
})

test("a long run in a narrow window occupies two chunks at most", () => {
  const queue = new VectorQueue(4)
  const vector = new Int32Array(4)
  let most = 0
  for (let index = 0; index < 200_000; index += 1) {
    queue.push(vector)
    if (index >= 100) queue.shift(vector)
    most = Math.max(most, queue.bytes)
  }
  expect(queue.size).toBe(100)
  expect(most).toBeLessThanOrEqual(2 * 4096 * 4 * 4)
})

test("frees what lies behind when a large frontier is worked off", () => {
  const queue = new VectorQueue(4)
  const vector = new Int32Array(4)
  for (let index = 0; index < 100_000; index += 1) queue.push(vector)
  const full = queue.bytes
  while (queue.shift(vector));
  expect(queue.bytes).toBeLessThan(full / 10)
  expect(queue.shift(vector)).toBe(false)
})
