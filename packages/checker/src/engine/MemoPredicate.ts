/**
 * A pure function of views, remembered by what it reads.
 *
 * M1 It reads words one after the other, and which word comes next depends on the values of those before: a path in a
 *    decision tree that grows by one path per new combination. An answer is found again with one look-up per word.
 */
import type { View } from "../system/View.ts"
import { PairTable } from "../values/PairTable.ts"
import { SystemView } from "./SystemView.ts"
import type { Tables } from "./Tables.ts"

const leaf = -1

export class MemoPredicate<A> {
  readonly #compute: (before: View, after: View, action: number) => A
  readonly #width: number
  readonly #before: SystemView
  readonly #after: SystemView
  readonly #children = new PairTable()
  /** Word that a node asks for: of the first vector, of the second beyond the width, then the action; or {@link leaf}. */
  readonly #asks: Array<number> = []
  readonly #answers: Array<A | undefined> = []
  #reads: Array<number> = []

  /** `compute` may read one vector or two and an action: what it does not read costs nothing. */
  constructor(tables: Tables, compute: (before: View, after: View, action: number) => A) {
    this.#width = tables.layout.slots.length
    this.#compute = compute
    const none = new Int32Array(this.#width)
    this.#before = new SystemView(tables, none, (slot) => this.#note(slot))
    this.#after = new SystemView(tables, none, (slot) => this.#note(this.#width + slot))
  }

  /** HOT */
  ask(before: Int32Array, after: Int32Array, action: number): A {
    let node = this.#asks.length === 0 ? leaf : 0
    while (node >= 0) {
      const asked = this.#asks[node] ?? leaf
      if (asked === leaf) break
      node = this.#children.get(node, this.#read(asked, before, after, action))
    }
    const held = node >= 0 ? this.#answers[node] : undefined
    return held ?? this.#learn(before, after, action)
  }

  #read(asked: number, before: Int32Array, after: Int32Array, action: number): number {
    if (asked < this.#width) return before[asked] ?? 0
    return asked < 2 * this.#width ? (after[asked - this.#width] ?? 0) : action
  }

  #note(word: number): void {
    if (!this.#reads.includes(word)) this.#reads.push(word)
  }

  #learn(before: Int32Array, after: Int32Array, action: number): A {
    this.#reads = action >= 0 ? [2 * this.#width] : []
    this.#before.vector = before
    this.#after.vector = after
    const answer = this.#compute(this.#before.view, this.#after.view, action)
    let node = this.#asks.length === 0 ? this.#add(this.#reads[0] ?? leaf) : 0
    for (const [index, word] of this.#reads.entries()) {
      const value = this.#read(word, before, after, action)
      const known = this.#children.get(node, value)
      if (known >= 0) {
        node = known
        continue
      }
      const child = this.#add(this.#reads[index + 1] ?? leaf)
      this.#children.add(node, value, child)
      node = child
    }
    this.#answers[node] = answer
    return answer
  }

  #add(asks: number): number {
    this.#asks.push(asks)
    this.#answers.push(undefined)
    return this.#asks.length - 1
  }
}
