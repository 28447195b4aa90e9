/** Chains over whole numbers: nothing is allocated. */
import { Schema } from "effect"
import { makeRandom } from "../../harness/random.ts"
import { type Chain, filter, firstSteps, type Kept, map, type Step } from "./Chain.ts"

const steps: ReadonlyArray<Step<number>> = [
  map((n) => (n * 3 + 1) & 0xffffff),
  filter((n) => (n & 7) !== 0),
  map((n) => n ^ (n >> 3)),
  map((n) => (n * 5 + 3) & 0xffffff),
  filter((n) => (n & 15) !== 1),
  map((n) => n ^ (n >> 5)),
  map((n) => (n * 7 + 5) & 0xffffff),
  filter((n) => (n & 31) !== 2),
  map((n) => n ^ (n >> 7)),
  map((n) => (n * 9 + 7) & 0xffffff),
  filter((n) => (n & 63) !== 3),
  map((n) => n ^ (n >> 9))
]

class KeptInts implements Kept<number> {
  readonly ints = new Int32Array(256)
  count = 0
  sum = 0

  keep(n: number): void {
    this.ints[this.count & 255] = n
    this.count++
    this.sum = (this.sum + n) | 0
  }

  reset(): void {
    this.count = 0
    this.sum = 0
  }

  get answer(): string {
    return `${this.count} records, sum ${this.sum}`
  }
}

const hand3 = (ints: ReadonlyArray<number>, kept: Kept<number>): void => {
  for (const n of ints) {
    const a = (n * 3 + 1) & 0xffffff
    if ((a & 7) !== 0) kept.keep(a ^ (a >> 3))
  }
}

const hand6 = (ints: ReadonlyArray<number>, kept: Kept<number>): void => {
  for (const n of ints) {
    const a = (n * 3 + 1) & 0xffffff
    if ((a & 7) === 0) continue
    const b = ((a ^ (a >> 3)) * 5 + 3) & 0xffffff
    if ((b & 15) !== 1) kept.keep(b ^ (b >> 5))
  }
}

const hand12 = (ints: ReadonlyArray<number>, kept: Kept<number>): void => {
  for (const n of ints) {
    const a = (n * 3 + 1) & 0xffffff
    if ((a & 7) === 0) continue
    const b = ((a ^ (a >> 3)) * 5 + 3) & 0xffffff
    if ((b & 15) === 1) continue
    const c = ((b ^ (b >> 5)) * 7 + 5) & 0xffffff
    if ((c & 31) === 2) continue
    const d = ((c ^ (c >> 7)) * 9 + 7) & 0xffffff
    if ((d & 63) !== 3) kept.keep(d ^ (d >> 9))
  }
}

export const intChains = (count: number): ReadonlyArray<Chain<number, number>> => {
  const random = makeRandom(1)
  const inputs = Array.from({ length: count }, () => random.below(1 << 24))
  return [hand3, hand6, hand12].map((hand, index) => ({
    ...firstSteps(steps, 3 << index),
    kind: "ints",
    inputs,
    inputSchema: Schema.Number,
    schema: Schema.Number,
    hand,
    kept: () => new KeptInts()
  }))
}
