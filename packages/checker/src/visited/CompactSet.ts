/**
 * 64 bits of every state seen: two states with the same fingerprint are taken for one.
 *
 * Fingerprints lie in chunks by index; an open-addressing table of indices finds them.
 */
import type { StateVector } from "../engine/Engine.ts"
import { countMaxOf } from "./countMaxOf.ts"
import { hashState, secondHash } from "./hash.ts"
import { type Allocate, allocateAvailable, allocateFor } from "./memory.ts"
import type { Visited } from "./Visited.ts"

export interface CompactSetOptions {
  readonly allocate?: Allocate
}

const chunkShift = 16
const chunkMask = (1 << chunkShift) - 1
const slotsAtFirst = 1 << 10

export class CompactSet implements Visited {
  readonly mode = "compact"
  /** It omits a state or two, if any. */
  readonly share = 1
  count = 0
  bytes = 0
  readonly #allocate: Allocate
  readonly #chunks: Array<Int32Array> = []
  /** Index + 1; 0 is free. */
  #table: Int32Array
  #countMax: number

  constructor(options: CompactSetOptions = {}) {
    this.#allocate = options.allocate ?? allocateAvailable
    this.#table = this.#more(slotsAtFirst)
    this.#countMax = countMaxOf(slotsAtFirst)
  }

  get omission(): number {
    return omissionOf(this.count)
  }

  add(state: StateVector): number {
    if (this.count === this.#countMax) this.#double()
    const table = this.#table
    const slotMask = table.length - 1
    const first = hashState(state)
    const second = secondHash(state)
    let slot = first & slotMask
    for (;;) {
      const entry = table[slot] ?? 0
      if (entry === 0) return this.#insert(first, second, slot)
      const chunk = this.#chunkOf(entry - 1)
      const start = 2 * ((entry - 1) & chunkMask)
      if (chunk[start] === first && chunk[start + 1] === second) return -entry
      slot = (slot + 1) & slotMask
    }
  }

  load(index: number): never {
    throw new Error(`A compact visited set keeps no states, so it cannot give back state ${index}: use an exact one.`)
  }

  #insert(first: number, second: number, slot: number): number {
    const index = this.count
    if ((index & chunkMask) === 0) this.#chunks.push(this.#more(2 << chunkShift))
    const chunk = this.#chunkOf(index)
    const start = 2 * (index & chunkMask)
    chunk[start] = first
    chunk[start + 1] = second
    this.#table[slot] = index + 1
    this.count = index + 1
    return index
  }

  #double(): void {
    const from = this.#table
    const table = this.#more(2 * from.length)
    const slotMask = table.length - 1
    for (let index = 0; index < this.count; index += 1) {
      let slot = (this.#chunkOf(index)[2 * (index & chunkMask)] ?? 0) & slotMask
      while (table[slot] !== 0) slot = (slot + 1) & slotMask
      table[slot] = index + 1
    }
    this.#table = table
    this.#countMax = countMaxOf(table.length)
    this.bytes -= from.byteLength
  }

  #chunkOf(index: number): Int32Array {
    const chunk = this.#chunks[index >>> chunkShift]
    if (chunk === undefined) throw new RangeError(`The visited set has no state ${index}: it holds ${this.count}.`)
    return chunk
  }

  #more(words: number): Int32Array {
    const array = allocateFor(this.#allocate, words, {
      holder: "compact visited set",
      states: this.count,
      bytes: this.bytes
    })
    this.bytes += array.byteLength
    return array
  }
}

/**
 * Probability that, of so many states, any two have the same 64 bits: about n² / 2^65.
 *
 * It supposes that fingerprints are as good as random.
 */
const omissionOf = (states: number): number => 0 - Math.expm1((-states * (states - 1)) / 2 ** 65)
