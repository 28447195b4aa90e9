/** Gives every distinct value a small integer, in the order of first sight. Cost: one text per object ever seen. */
import { canonicalText } from "./canonical.ts"

export class Interner<T> {
  readonly #ids = new Map<string, number>()
  readonly #values: Array<{ readonly value: T }> = []
  readonly #texts: Array<string> = []
  readonly #place: string

  /** `place` names the values in errors. */
  constructor(place: string) {
    this.#place = place
  }

  get size(): number {
    return this.#values.length
  }

  id(value: T): number {
    const text = canonicalText(value, this.#place)
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#values.length
    this.#ids.set(text, id)
    this.#values.push({ value })
    this.#texts.push(text)
    return id
  }

  /** Throws for an id that was never given. */
  get(id: number): T {
    const held = this.#values[id]
    if (held === undefined) throw new RangeError(`${this.#place} has no value ${id}`)
    return held.value
  }

  text(id: number): string {
    return this.#texts[id] ?? ""
  }
}
