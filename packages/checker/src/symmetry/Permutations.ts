/**
 * Exchanges of names within their groups, and where they move the words of a state.
 *
 * P1 Equal permutations are one object. Permutation 0 is the identity.
 */
import type { Slot } from "../engine/Engine.ts"
import { PairTable } from "../values/PairTable.ts"
import type { Members } from "./Members.ts"

export interface Permutation {
  readonly index: number
  /** The member that stands in the place of each. */
  readonly to: Int32Array
  /** The word to which each word of a state moves, and the one from which each comes. */
  readonly targetOf: Int32Array
  readonly sourceOf: Int32Array
}

export class Permutations {
  readonly members: Members
  readonly identity: Permutation
  readonly #slots: ReadonlyArray<Slot>
  readonly #slotIndexes: ReadonlyMap<string, number>
  readonly #all: Array<Permutation> = []
  /** A tree with one branch per member: a node and the next member's image lead to the next node. */
  readonly #branches = new PairTable()
  readonly #leaves: Array<Permutation | undefined> = [undefined]
  readonly #exchanges: Array<Permutation | undefined> = []
  readonly #splits: Array<{ readonly first: Permutation; readonly rest: Permutation } | undefined> = []
  readonly #inverses: Array<Permutation | undefined> = []

  constructor(members: Members, slots: ReadonlyArray<Slot>) {
    this.members = members
    this.#slots = slots
    this.#slotIndexes = new Map(slots.map((slot, index) => [keyOf(slot), index]))
    this.identity = this.of(Int32Array.from(members.all.keys()))
  }

  /** The vector may be used again by the caller. HOT */
  of(to: Int32Array): Permutation {
    let node = 0
    for (let member = 0; member < to.length; member++) {
      const image = to[member] ?? 0
      const known = this.#branches.get(node, image)
      if (known < 0) this.#branches.add(node, image, this.#leaves.push(undefined) - 1)
      node = known < 0 ? this.#leaves.length - 1 : known
    }
    return this.#leaves[node] ?? this.#learn(node, to)
  }

  /** HOT */
  exchange(one: number, other: number): Permutation {
    const at = one * this.members.all.length + other
    const known = this.#exchanges[at]
    if (known !== undefined) return known
    const to = Int32Array.from(this.identity.to)
    to[one] = other
    to[other] = one
    const exchange = this.of(to)
    this.#exchanges[at] = exchange
    return exchange
  }

  inverse(permutation: Permutation): Permutation {
    const known = this.#inverses[permutation.index]
    if (known !== undefined) return known
    const inverse = this.of(inverted(permutation.to))
    this.#inverses[permutation.index] = inverse
    return inverse
  }

  /** First `first`, then `second`. */
  compose(first: Permutation, second: Permutation): Permutation {
    return this.of(first.to.map((image) => second.to[image] ?? 0))
  }

  /** As one exchange, and what is left to do after it: exchanges alone, and the identity, leave the identity. */
  split(permutation: Permutation): { readonly first: Permutation; readonly rest: Permutation } {
    const known = this.#splits[permutation.index]
    if (known !== undefined) return known
    const moved = permutation.to.findIndex((image, member) => image !== member)
    const first = moved < 0 ? this.identity : this.exchange(moved, permutation.to[moved] ?? moved)
    const split = { first, rest: this.compose(first, permutation) }
    this.#splits[permutation.index] = split
    return split
  }

  /** In words of people. */
  describe({ to }: Permutation): string {
    const { all } = this.members
    const moved = [...to.keys()].filter((member) => to[member] !== member)
    const [one, other] = moved
    if (moved.length === 2 && one !== undefined && other !== undefined) {
      return `"${all[one]}" and "${all[other]}" exchanged`
    }
    return `${moved.map((member) => `"${all[member]}" renamed to "${all[to[member] ?? 0]}"`).join(", ")}`
  }

  #learn(node: number, to: Int32Array): Permutation {
    const image = Int32Array.from(to)
    const names = { to: image }
    const targetOf = Int32Array.from(this.#slots, (slot) => this.#slotIndexes.get(this.#movedKey(slot, names)) ?? -1)
    const permutation = { index: this.#all.length, to: image, targetOf, sourceOf: inverted(targetOf) }
    this.#all.push(permutation)
    this.#leaves[node] = permutation
    return permutation
  }

  #movedKey({ kind, name }: Slot, { to }: Pick<Permutation, "to">): string {
    return keyOf({ kind, name: this.members.replaceWords(name, (member) => this.members.all[to[member] ?? 0] ?? "") })
  }
}

const keyOf = ({ kind, name }: Slot): string => `${kind} ${name}`

const inverted = (to: Int32Array): Int32Array => {
  const inverse = new Int32Array(to.length)
  for (const [from, image] of to.entries()) inverse[image] = from
  return inverse
}
