/** Chains over small objects: every map makes a new one. */
import { Schema } from "effect"
import { makeRandom } from "../../harness/random.ts"
import { type Chain, filter, firstSteps, type Kept, map, type Step } from "./Chain.ts"

export interface Item {
  readonly id: number
  readonly value: number
}

export const ItemSchema = Schema.Struct({ id: Schema.Number, value: Schema.Number })

export const objectSteps: ReadonlyArray<Step<Item>> = [
  map((item) => ({ id: item.id, value: (item.value * 3 + 1) & 0xffffff })),
  filter((item) => (item.value & 7) !== 0),
  map((item) => ({ id: item.id + 1, value: item.value ^ item.id })),
  map((item) => ({ id: item.id, value: (item.value * 5 + 3) & 0xffffff })),
  filter((item) => (item.value & 15) !== 1),
  map((item) => ({ id: item.id + 2, value: item.value ^ (item.id << 1) })),
  map((item) => ({ id: item.id, value: (item.value * 7 + 5) & 0xffffff })),
  filter((item) => (item.value & 31) !== 2),
  map((item) => ({ id: item.id + 3, value: item.value ^ (item.id << 2) })),
  map((item) => ({ id: item.id, value: (item.value * 9 + 7) & 0xffffff })),
  filter((item) => (item.value & 63) !== 3),
  map((item) => ({ id: item.id + 4, value: item.value ^ (item.id << 3) }))
]

export class KeptItems implements Kept<Item> {
  readonly items: Array<Item> = Array.from({ length: 256 }, () => ({ id: 0, value: 0 }))
  count = 0
  sum = 0

  keep(item: Item): void {
    this.items[this.count & 255] = item
    this.count++
    this.sum = (this.sum + item.value) | 0
  }

  reset(): void {
    this.count = 0
    this.sum = 0
  }

  get answer(): string {
    return `${this.count} records, sum ${this.sum}`
  }
}

// By hand nobody makes an object that only the next line reads; V8 would not always see through it either.

const hand3 = (items: ReadonlyArray<Item>, kept: Kept<Item>): void => {
  for (const item of items) {
    const a = (item.value * 3 + 1) & 0xffffff
    if ((a & 7) !== 0) kept.keep({ id: item.id + 1, value: a ^ item.id })
  }
}

const hand6 = (items: ReadonlyArray<Item>, kept: Kept<Item>): void => {
  for (const item of items) {
    const a = (item.value * 3 + 1) & 0xffffff
    if ((a & 7) === 0) continue
    const id = item.id + 1
    const b = ((a ^ item.id) * 5 + 3) & 0xffffff
    if ((b & 15) !== 1) kept.keep({ id: id + 2, value: b ^ (id << 1) })
  }
}

const hand12 = (items: ReadonlyArray<Item>, kept: Kept<Item>): void => {
  for (const item of items) {
    const a = (item.value * 3 + 1) & 0xffffff
    if ((a & 7) === 0) continue
    const id1 = item.id + 1
    const b = ((a ^ item.id) * 5 + 3) & 0xffffff
    if ((b & 15) === 1) continue
    const id2 = id1 + 2
    const c = ((b ^ (id1 << 1)) * 7 + 5) & 0xffffff
    if ((c & 31) === 2) continue
    const id3 = id2 + 3
    const d = ((c ^ (id2 << 2)) * 9 + 7) & 0xffffff
    if ((d & 63) !== 3) kept.keep({ id: id3 + 4, value: d ^ (id3 << 3) })
  }
}

export const makeItems = (count: number): ReadonlyArray<Item> => {
  const random = makeRandom(1)
  return Array.from({ length: count }, (_, id): Item => ({ id, value: random.below(1 << 24) }))
}

export const objectChains = (count: number): ReadonlyArray<Chain<Item, Item>> => {
  const inputs = makeItems(count)
  return [hand3, hand6, hand12].map((hand, index) => ({
    ...firstSteps(objectSteps, 3 << index),
    kind: "objects",
    inputs,
    inputSchema: ItemSchema,
    schema: ItemSchema,
    hand,
    kept: () => new KeptItems()
  }))
}
