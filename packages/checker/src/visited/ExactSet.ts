/**
 * All states seen, word for word.
 *
 * Vectors lie in chunks that are never moved. An open-addressing table of pairs (hash, index + 1) finds them: a vector is
 * read only where all 32 bits of the hash agree, and the table is doubled without reading any.
 */
import type { StateVector } from "../engine/Engine.ts"
import { countMaxOf } from "./countMaxOf.ts"
import { hashState } from "./hash.ts"
import { type Allocate, allocateAvailable, allocateFor } from "./memory.ts"
import type { Visited } from "./Visited.ts"

export interface ExactSetOptions {
  readonly allocate?: Allocate
  /** Bits of the hash that are used; fewer make more collisions. Default: all. */
  readonly hashMask?: number
}

const chunkShift = 14
const chunkMask = (1 << chunkShift) - 1
const slotsAtFirst = 1 << 10

export class ExactSet implements Visited {
  readonly mode = "exact"
  readonly omission = 0
  readonly share = 1
  count = 0
  bytes = 0
  readonly #width: number
  readonly #allocate: Allocate
  readonly #hashMask: number
  readonly #chunks: Array<Int32Array> = []
  #table: Int32Array
  #slotMask: number
  /** The table is doubled at this many states. */
  #countMax: number

  constructor(width: number, options: ExactSetOptions = {}) {
    this.#width = width
    this.#allocate = options.allocate ?? allocateAvailable
    this.#hashMask = options.hashMask ?? -1
    this.#table = this.#more(2 * slotsAtFirst)
    this.#slotMask = slotsAtFirst - 1
    this.#countMax = countMaxOf(slotsAtFirst)
  }

  add(state: StateVector): number {
    const table = this.#table
    const slotMask = this.#slotMask
    const hash = hashState(state) & this.#hashMask
    let slot = hash & slotMask
    for (;;) {
      const entry = table[2 * slot + 1] ?? 0
      if (entry === 0) return this.#insert(state, hash, slot)
      if (table[2 * slot] === hash && this.#isAt(entry - 1, state)) return -entry
      slot = (slot + 1) & slotMask
    }
  }

  load(index: number, into: StateVector): void {
    const chunk = this.#chunkOf(index)
    const width = this.#width
    const start = (index & chunkMask) * width
    for (let at = 0; at < width; at += 1) into[at] = chunk[start + at] ?? 0
  }

  #isAt(index: number, state: StateVector): boolean {
    const chunk = this.#chunkOf(index)
    const width = this.#width
    const start = (index & chunkMask) * width
    for (let at = 0; at < width; at += 1) {
      if (chunk[start + at] !== state[at]) return false
    }
    return true
  }

  #insert(state: StateVector, hash: number, slot: number): number {
    const index = this.count
    if (index === this.#countMax) {
      this.#double()
      return this.#insert(state, hash, freeSlot(this.#table, this.#slotMask, hash))
    }
    const width = this.#width
    const start = (index & chunkMask) * width
    if ((index & chunkMask) === 0) this.#chunks.push(this.#more(width << chunkShift))
    const chunk = this.#chunkOf(index)
    for (let at = 0; at < width; at += 1) chunk[start + at] = state[at] ?? 0
    this.#table[2 * slot] = hash
    this.#table[2 * slot + 1] = index + 1
    this.count = index + 1
    return index
  }

  #double(): void {
    const from = this.#table
    const slots = from.length
    const table = this.#more(2 * slots)
    const slotMask = slots - 1
    for (let at = 0; at < from.length; at += 2) {
      const entry = from[at + 1] ?? 0
      if (entry === 0) continue
      const hash = from[at] ?? 0
      const slot = freeSlot(table, slotMask, hash)
      table[2 * slot] = hash
      table[2 * slot + 1] = entry
    }
    this.#table = table
    this.#slotMask = slotMask
    this.#countMax = countMaxOf(slots)
    this.bytes -= from.byteLength
  }

  #chunkOf(index: number): Int32Array {
    const chunk = this.#chunks[index >>> chunkShift]
    if (chunk === undefined) throw new RangeError(`The visited set has no state ${index}: it holds ${this.count}.`)
    return chunk
  }

  #more(words: number): Int32Array {
    const array = allocateFor(this.#allocate, words, {
      holder: "exact visited set",
      states: this.count,
      bytes: this.bytes
    })
    this.bytes += array.byteLength
    return array
  }
}

const freeSlot = (table: Int32Array, slotMask: number, hash: number): number => {
  let slot = hash & slotMask
  while (table[2 * slot + 1] !== 0) slot = (slot + 1) & slotMask
  return slot
}
