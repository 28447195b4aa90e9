/**
 * Three bits of every state seen, in an array that never grows: a state whose bits are all set is taken for known.
 *
 * Its purpose is to see much of a space that is too large to be seen whole; it says how much that was.
 */
import type { StateVector } from "../engine/Engine.ts"
import { hashState, secondHash, spread } from "./hash.ts"
import { type Allocate, allocateAvailable, allocateFor } from "./memory.ts"
import type { Visited } from "./Visited.ts"

export interface BitstateSetOptions {
  readonly allocate?: Allocate
  /** Size of the array, a power of two from 2^10 to 2^36; default 2^32, half a gibibyte. */
  readonly bits?: number
}

export class BitstateSet implements Visited {
  readonly mode = "bitstate"
  readonly bytes: number
  count = 0
  readonly #words: Int32Array
  #ones = 0
  #omittedExpected = 0

  constructor(options: BitstateSetOptions = {}) {
    const bits = options.bits ?? 2 ** 32
    if (!Number.isInteger(Math.log2(bits)) || bits < 2 ** 10 || bits > 2 ** 36) {
      throw new RangeError(`A bitstate visited set of ${bits} bits: the size must be a power of two, 2^10 to 2^36.`)
    }
    const holder = { holder: "bitstate visited set", states: 0, bytes: 0 }
    this.#words = allocateFor(options.allocate ?? allocateAvailable, bits / 32, holder)
    this.bytes = this.#words.byteLength
  }

  get omission(): number {
    return 0 - Math.expm1(-this.#omittedExpected)
  }

  get share(): number {
    return this.count === 0 ? 1 : this.count / (this.count + this.#omittedExpected)
  }

  add(state: StateVector): number {
    const first = hashState(state)
    const second = secondHash(state)
    const third = spread(first ^ (second << 16) ^ (second >>> 16))
    const step = second | 1
    const fill = this.#ones / (32 * this.#words.length)
    const fresh =
      this.#mark(first, third) + this.#mark(first + step, third >>> 5) + this.#mark(first + 2 * step, third >>> 10)
    if (fresh === 0) return -1
    const known = fill * fill * fill
    this.#ones += fresh
    this.#omittedExpected += known / (1 - known)
    this.count += 1
    return this.count - 1
  }

  load(index: number): never {
    throw new Error(`A bitstate visited set keeps no states, so it cannot give back state ${index}: use an exact one.`)
  }

  /** Sets a bit; answers 1 if it was not set. */
  #mark(place: number, bitInWord: number): number {
    const words = this.#words
    const at = (place & (words.length - 1)) >>> 0
    const bit = 1 << (bitInWord & 31)
    const word = words[at] ?? 0
    if ((word & bit) !== 0) return 0
    words[at] = word | bit
    return 1
  }
}
