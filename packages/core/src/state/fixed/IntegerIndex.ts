/**
 * HOT. Row numbers by integer key, by open addressing.
 *
 * The table doubles without standing still: what is in the old one moves a few places at a time, with every key that is
 * added or missed. Until then a key may be found in either.
 */
import { invariant } from "../../model/invariant.ts"
import { doubledKey } from "./doubledKey.ts"
import { entriesMax, lengthFor, put } from "./openAddressing.ts"

const placesMin = 16
/** Places moved with every key; two would be enough to be done before the next doubling. */
const movedPerKey = 4
/** Stands for the row of a key that was removed from the old table. */
const removed = -1

/** Spreads integers over 32 bits; never stored, so it may change. Emitted by {@link emitSpread} as well. HOT. */
const spreadInteger = (key: number): number => {
  let h = key | 0
  // Beyond 32 bits the upper half is mixed in.
  if (h !== key) h ^= Math.imul((key / 4294967296) | 0, 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Statements that set a fresh variable to the spread key. */
export const emitSpread = (h: string, key: string): string => `let ${h} = ${key} | 0
if (${h} !== ${key}) ${h} ^= Math.imul((${key} / 4294967296) | 0, 0x27d4eb2f)
${h} = Math.imul(${h} ^ (${h} >>> 16), 0x85ebca6b)
${h} = Math.imul(${h} ^ (${h} >>> 13), 0xc2b2ae35)
${h} ^= ${h} >>> 16`

export class IntegerIndex {
  slots = new Int32Array(placesMin * 2)
  private count = 0
  private old: Int32Array | null = null
  /** Next place of the old table to be moved. */
  private next = 0
  private readonly keyOf: (row: number) => number

  /** `keyOf` answers the key of a row that is in the index. */
  constructor(keyOf: (row: number) => number) {
    this.keyOf = keyOf
  }

  /** The row of a key, or -1. */
  find(key: number): number {
    const hash = spreadInteger(key)
    const at = this.placeOf(this.slots, hash, key)
    return at === -1 ? this.findOld(key) : rowAt(this.slots, at)
  }

  /** The row of a key that has not been moved yet, or -1. */
  findOld(key: number): number {
    if (this.old === null) return -1
    const at = this.placeOf(this.old, spreadInteger(key), key)
    const row = at === -1 ? -1 : rowAt(this.old, at)
    // Also where no key is added any more, growth has to come to its end.
    this.move(1)
    return row
  }

  /** Adds a key that is not there. */
  add(key: number, row: number): void {
    this.count++
    if (this.old !== null) this.move(movedPerKey)
    else if (this.count > entriesMax(this.slots.length)) this.begin()
    const hash = spreadInteger(key)
    const { slots } = this
    const mask = slots.length - 1
    let at = (hash << 1) & mask
    for (; slots[at + 1] !== 0; at = (at + 2) & mask) {
      if (slots[at] === hash && this.keyOf(rowAt(slots, at)) === key) throw doubledKey(key)
    }
    slots[at] = hash
    slots[at + 1] = row + 1
  }

  /** Adds restored keys that are not there, which have rows one behind the other. */
  loadAll(keys: ReadonlyArray<unknown>, firstRow: number): void {
    this.count += keys.length
    while (this.old !== null || this.count > entriesMax(this.slots.length)) this.double()
    const { slots } = this
    const mask = slots.length - 1
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]
      invariant(typeof key === "number", "the keys of a block are those of its layout")
      const hash = spreadInteger(key)
      let at = (hash << 1) & mask
      for (; slots[at + 1] !== 0; at = (at + 2) & mask) {
        if (slots[at] === hash && this.keyOf(rowAt(slots, at)) === key) throw doubledKey(key)
      }
      slots[at] = hash
      slots[at + 1] = firstRow + i + 1
    }
  }

  /** Makes room for entries before the first comes. */
  reserve(entries: number): void {
    if (this.count === 0) this.slots = new Int32Array(lengthFor(entries, this.slots.length))
  }

  /** Removes a key that is there. */
  remove(key: number): void {
    this.count--
    const hash = spreadInteger(key)
    const at = this.placeOf(this.slots, hash, key)
    if (at !== -1) closeUp(this.slots, at)
    const before = this.old === null ? -1 : this.placeOf(this.old, hash, key)
    if (this.old !== null && before !== -1) this.old[before + 1] = removed
  }

  /** Goes on moving what is in the old table. */
  move(places: number): void {
    const { old } = this
    if (old === null) return
    const end = Math.min(old.length, this.next + places * 2)
    for (; this.next < end; this.next += 2) {
      const row = old[this.next + 1] ?? 0
      if (row > 0) put(this.slots, old[this.next] ?? 0, row)
    }
    if (this.next >= old.length) this.old = null
  }

  /** Begins to move everything into a table twice as large. */
  private begin(): void {
    this.old = this.slots
    this.next = 0
    this.slots = new Int32Array(this.old.length * 2)
  }

  /** Moves everything at once: while a state is restored nobody waits for its records. */
  private double(): void {
    if (this.old === null) this.begin()
    this.move(this.slots.length)
  }

  private placeOf(slots: Int32Array, hash: number, key: number): number {
    const mask = slots.length - 1
    for (let at = (hash << 1) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
      if (slots[at] === hash && slots[at + 1] !== removed && this.keyOf(rowAt(slots, at)) === key) return at
    }
    return -1
  }
}

const rowAt = (slots: Int32Array, at: number): number => (slots[at + 1] ?? 0) - 1

/** Frees a place. What follows moves up unless it stands where its hash wants it: no mark is left behind. */
const closeUp = (slots: Int32Array, freed: number): void => {
  const mask = slots.length - 1
  let hole = freed
  for (let at = (hole + 2) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
    const home = ((slots[at] ?? 0) << 1) & mask
    if (((at - home) & mask) < ((at - hole) & mask)) continue
    slots[hole] = slots[at] ?? 0
    slots[hole + 1] = slots[at + 1] ?? 0
    hole = at
  }
  slots[hole + 1] = 0
}
