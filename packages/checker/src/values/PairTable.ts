/**
 * A map from pairs of non-negative integers to non-negative integers: open addressing over one typed array.
 *
 * P1 The first of a pair is stored plus one, so that 0 marks an empty slot.
 */
import { allocateAvailable, allocateFor } from "../visited/memory.ts"

const absent = -1

export class PairTable {
  #slots: Int32Array = new Int32Array(3 * 64)
  #mask = 63
  #size = 0

  /** -1 if the pair is unknown. HOT */
  get(first: number, second: number): number {
    const slots = this.#slots
    for (let slot = hash(first, second) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * 3
      const held = slots[at]
      if (held === 0) return absent
      if (held === first + 1 && slots[at + 1] === second) return slots[at + 2] ?? absent
    }
  }

  /** The pair must be unknown. */
  add(first: number, second: number, value: number): void {
    if (++this.#size * 2 > this.#mask) this.#grow()
    this.#place(first + 1, second, value)
  }

  #place(first: number, second: number, value: number): void {
    let slot = hash(first - 1, second) & this.#mask
    while (this.#slots[slot * 3] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot * 3] = first
    this.#slots[slot * 3 + 1] = second
    this.#slots[slot * 3 + 2] = value
  }

  #grow(): void {
    const old = this.#slots
    const mask = this.#mask * 2 + 1
    const of = { holder: "table of remembered answers", states: this.#size - 1, unit: "entries", bytes: old.byteLength }
    this.#slots = allocateFor(allocateAvailable, 3 * (mask + 1), of)
    this.#mask = mask
    for (let at = 0; at < old.length; at += 3) {
      const first = old[at] ?? 0
      if (first !== 0) this.#place(first, old[at + 1] ?? 0, old[at + 2] ?? 0)
    }
  }
}

const hash = (first: number, second: number): number => {
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + 0x7f4a7c15, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}
