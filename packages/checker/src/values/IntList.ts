/** A growing list of 32-bit integers. */
export class IntList {
  #items = new Int32Array(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(item: number): void {
    if (this.#length === this.#items.length) {
      const grown = new Int32Array(this.#items.length * 2)
      grown.set(this.#items)
      this.#items = grown
    }
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
}
