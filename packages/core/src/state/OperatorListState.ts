/** A list that belongs to an operator and to no key: at another parallelism its items are dealt out anew. */
import type { Schema } from "effect"
import type { ListState } from "./StateHandles.ts"

/** A list by the user's name. */
export interface OperatorListDescription<A> {
  readonly name: string
  readonly item: Schema.Codec<A, unknown>
}

/** What `get` has answered is never changed: the first change after it makes a copy. */
export class OperatorListState<A> implements ListState<A> {
  #items: Array<A> = []
  #isShown = false

  readonly get = (): ReadonlyArray<A> => {
    this.#isShown = true
    return this.#items
  }

  readonly add = (item: A): void => {
    this.#own().push(item)
  }

  readonly addAll = (items: Iterable<A>): void => {
    const own = this.#own()
    for (const item of [...items]) own.push(item)
  }

  readonly set = (items: Iterable<A>): void => {
    this.#items = [...items]
    this.#isShown = false
  }

  readonly clear = (): void => this.set([])

  #own(): Array<A> {
    if (this.#isShown) this.set(this.#items)
    return this.#items
  }
}
