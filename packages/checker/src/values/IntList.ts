/** A growing list of 32-bit integers. Fails with `OutOfMemory` where it cannot grow, and keeps what it holds. */
import { type Allocate, allocateAvailable, allocateFor } from "../visited/memory.ts"

export interface IntListOptions {
  readonly allocate?: Allocate
  /** What the list is, for people who have not enough memory for it. */
  readonly holder?: string
}

export class IntList {
  #items: Int32Array = new Int32Array(256)
  #length = 0
  readonly #allocate: Allocate
  readonly #holder: string

  constructor({ allocate = allocateAvailable, holder = "list of remembered steps" }: IntListOptions = {}) {
    this.#allocate = allocate
    this.#holder = holder
  }

  get length(): number {
    return this.#length
  }

  push(item: number): void {
    if (this.#length === this.#items.length) this.#grow()
    this.#items[this.#length++] = item
  }

  /** Takes the last one off; -1 if there is none. */
  pop(): number {
    if (this.#length === 0) return -1
    this.#length--
    return this.#items[this.#length] ?? -1
  }

  /** 0 beyond the end. HOT */
  at(index: number): number {
    return this.#items[index] ?? 0
  }

  #grow(): void {
    const { byteLength, length } = this.#items
    const of = { holder: this.#holder, states: length, unit: "entries", bytes: byteLength }
    const grown = allocateFor(this.#allocate, length * 2, of)
    grown.set(this.#items)
    this.#items = grown
  }
}
