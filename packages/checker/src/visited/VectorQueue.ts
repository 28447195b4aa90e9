/** State vectors, first in first out: the frontier of a breadth-first search whose visited set keeps none. */
import type { StateVector } from "../engine/Engine.ts"
import { type Allocate, allocateAvailable, allocateFor } from "./memory.ts"

const vectorsPerChunk = 1 << 12

export class VectorQueue {
  bytes = 0
  readonly #width: number
  readonly #allocate: Allocate
  readonly #chunkWords: number
  readonly #chunks: Array<Int32Array> = []
  #last: Int32Array = new Int32Array(0)
  /** The last chunk that was emptied, to be filled again. */
  #spare: Int32Array | null = null
  /** Positions in words: of the first vector in the first chunk, and behind the last one in the last chunk. */
  #head = 0
  #tail: number
  #size = 0

  constructor(width: number, options: { readonly allocate?: Allocate } = {}) {
    this.#width = width
    this.#allocate = options.allocate ?? allocateAvailable
    this.#chunkWords = width * vectorsPerChunk
    this.#tail = this.#chunkWords
  }

  get size(): number {
    return this.#size
  }

  push(vector: StateVector): void {
    const chunk = this.#tail === this.#chunkWords ? this.#append() : this.#last
    const width = this.#width
    for (let at = 0; at < width; at += 1) chunk[this.#tail + at] = vector[at] ?? 0
    this.#tail += width
    this.#size += 1
  }

  /** Takes the oldest vector out; false if there is none. */
  shift(into: StateVector): boolean {
    const chunk = this.#chunks[0]
    if (this.#size === 0 || chunk === undefined) return false
    const width = this.#width
    for (let at = 0; at < width; at += 1) into[at] = chunk[this.#head + at] ?? 0
    this.#head += width
    this.#size -= 1
    if (this.#head === this.#chunkWords) this.#release()
    return true
  }

  #append(): Int32Array {
    const chunk = this.#spare ?? this.#allocateChunk()
    this.#chunks.push(chunk)
    this.#last = chunk
    this.#spare = null
    this.#tail = 0
    return chunk
  }

  #release(): void {
    const emptied = this.#chunks.shift() ?? null
    if (this.#spare !== null) this.bytes -= this.#spare.byteLength
    this.#spare = emptied
    this.#head = 0
  }

  #allocateChunk(): Int32Array {
    const of = { holder: "frontier", states: this.#size, bytes: this.bytes }
    const chunk = allocateFor(this.#allocate, this.#chunkWords, of)
    this.bytes += chunk.byteLength
    return chunk
  }
}
