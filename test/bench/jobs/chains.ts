/**
 * One chain of map, filter, map, ... over small objects, as a list of steps and as loops that a hand would write.
 *
 * The results go to a {@link Kept}: it keeps the last ones, so that no contestant may leave the objects unmade.
 */

export interface Item {
  readonly id: number
  readonly value: number
}

export type Step =
  | { readonly _tag: "Map"; readonly f: (item: Item) => Item }
  | { readonly _tag: "Filter"; readonly keeps: (item: Item) => boolean }

const map = (f: (item: Item) => Item): Step => ({ _tag: "Map", f })
const filter = (keeps: (item: Item) => boolean): Step => ({ _tag: "Filter", keeps })

/** The first 3, 6 or 12 of these make a chain. */
const steps: ReadonlyArray<Step> = [
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

export const chainOf = (length: number): ReadonlyArray<Step> => steps.slice(0, length)

/** Where results go. */
export interface Keeper {
  readonly keep: (item: Item) => void
}

export class Kept implements Keeper {
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

export const handLoops: ReadonlyMap<number, (items: ReadonlyArray<Item>, kept: Kept) => void> = new Map([
  [
    3,
    (items, kept) => {
      for (const item of items) {
        const a = { id: item.id, value: (item.value * 3 + 1) & 0xffffff }
        if ((a.value & 7) !== 0) kept.keep({ id: a.id + 1, value: a.value ^ a.id })
      }
    }
  ],
  [
    6,
    (items, kept) => {
      for (const item of items) {
        const a = { id: item.id, value: (item.value * 3 + 1) & 0xffffff }
        if ((a.value & 7) === 0) continue
        const b = { id: a.id + 1, value: a.value ^ a.id }
        const c = { id: b.id, value: (b.value * 5 + 3) & 0xffffff }
        if ((c.value & 15) !== 1) kept.keep({ id: c.id + 2, value: c.value ^ (c.id << 1) })
      }
    }
  ],
  [
    12,
    (items, kept) => {
      for (const item of items) {
        const a = { id: item.id, value: (item.value * 3 + 1) & 0xffffff }
        if ((a.value & 7) === 0) continue
        const b = { id: a.id + 1, value: a.value ^ a.id }
        const c = { id: b.id, value: (b.value * 5 + 3) & 0xffffff }
        if ((c.value & 15) === 1) continue
        const d = { id: c.id + 2, value: c.value ^ (c.id << 1) }
        const e = { id: d.id, value: (d.value * 7 + 5) & 0xffffff }
        if ((e.value & 31) === 2) continue
        const f = { id: e.id + 3, value: e.value ^ (e.id << 2) }
        const g = { id: f.id, value: (f.value * 9 + 7) & 0xffffff }
        if ((g.value & 63) !== 3) kept.keep({ id: g.id + 4, value: g.value ^ (g.id << 3) })
      }
    }
  ]
])
