/**
 * Lists of interned ids as small integers, the same for lists that have the same normal form. 0 is the empty list.
 */
import { PairTable } from "./PairTable.ts"

export class ListInterner {
  readonly #normal: (list: ReadonlyArray<number>) => ReadonlyArray<number>
  readonly #lists: Array<ReadonlyArray<number>> = [[]]
  readonly #ids = new Map<string, number>([["", 0]])
  readonly #pushed = new PairTable()

  /** `normal` tells which order, and which repetitions, make a difference. */
  constructor(normal: (list: ReadonlyArray<number>) => ReadonlyArray<number>) {
    this.#normal = normal
  }

  get(id: number): ReadonlyArray<number> {
    return this.#lists[id] ?? []
  }

  id(list: ReadonlyArray<number>): number {
    const normal = this.#normal(list)
    const key = normal.join()
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#lists.length
    this.#lists.push(normal)
    this.#ids.set(key, id)
    return id
  }

  /** The list with one more behind the others. HOT */
  push(id: number, item: number): number {
    const known = this.#pushed.get(id, item)
    if (known >= 0) return known
    const next = this.id([...this.get(id), item])
    this.#pushed.add(id, item, next)
    return next
  }
}
