/**
 * Chooses one state of every orbit, the same whichever of its states is given.
 *
 * C1 Members take places in the order of their signatures. Which of several equal members comes first is decided by the
 *    least vector that results: ids are fixed within a run, so the least one is the same each time.
 * C2 Equal members whose exchange leaves the state as it is are tried in one order only.
 *
 * The choice is a state of the orbit whatever the signature says; a poor one costs time or states, never a verdict.
 */
import type { StateVector } from "../engine/Engine.ts"
import type { Permutation, Permutations } from "./Permutations.ts"
import type { Signature } from "./Signature.ts"
import type { Words } from "./Words.ts"

export class Canonicaliser {
  /** What led from the state that was given last to the one that was chosen. */
  chosen: Permutation
  readonly #permutations: Permutations
  readonly #words: Words
  readonly #signature: Signature
  readonly #scores: Int32Array
  /** Members in the order of their places. */
  readonly #order: Int32Array
  readonly #to: Int32Array
  #best: Int32Array
  #candidate: Int32Array

  constructor(permutations: Permutations, words: Words, signature: Signature, width: number) {
    this.#permutations = permutations
    this.#words = words
    this.#signature = signature
    this.chosen = permutations.identity
    this.#scores = new Int32Array(permutations.members.all.length)
    this.#order = Int32Array.from(this.#scores.keys())
    this.#to = new Int32Array(this.#scores.length)
    this.#best = new Int32Array(width)
    this.#candidate = new Int32Array(width)
  }

  /** The vector is used again by the next call. HOT */
  canonical(state: StateVector): StateVector {
    this.#signature.read(state, this.#scores)
    const isTied = this.#sort()
    const ties = isTied ? this.#ties(state) : noTies
    if (ties.length > 0) return this.#least(state, ties)
    const permutation = this.#placed()
    this.chosen = permutation
    if (permutation === this.#permutations.identity) return state
    this.#isLess(state, permutation, false)
    return this.#candidate
  }

  /** Sorts members within their groups; whether some are equal. HOT */
  #sort(): boolean {
    const order = this.#order
    const scores = this.#scores
    let isTied = false
    for (const { first, names } of this.#permutations.members.groups) {
      for (let place = first; place < first + names.length; place++) {
        const score = scores[place] ?? 0
        let at = place
        for (; at > first && (scores[order[at - 1] ?? 0] ?? 0) > score; at--) order[at] = order[at - 1] ?? 0
        order[at] = place
        if (at > first && scores[order[at - 1] ?? 0] === score) isTied = true
      }
    }
    return isTied
  }

  /** The permutation that puts members in their order. HOT */
  #placed(): Permutation {
    for (let place = 0; place < this.#order.length; place++) this.#to[this.#order[place] ?? 0] = place
    return this.#permutations.of(this.#to)
  }

  /** Runs of equal members that are not all interchangeable. */
  #ties(state: StateVector): ReadonlyArray<Tie> {
    const ties: Array<Tie> = []
    for (const { first, names } of this.#permutations.members.groups) {
      for (let place = first, end = first; place < first + names.length; place = end) {
        const score = this.#scores[this.#order[place] ?? 0]
        while (end < first + names.length && this.#scores[this.#order[end] ?? 0] === score) end++
        const alike = this.#alike(state, this.#order.slice(place, end))
        if (alike.length > 1) ties.push({ place, alike })
      }
    }
    return ties
  }

  /** Splits equal members by whether their exchange leaves the state as it is: that is transitive. */
  #alike(state: StateVector, members: Int32Array): ReadonlyArray<ReadonlyArray<number>> {
    const classes: Array<Array<number>> = []
    for (const member of members) {
      const alike = classes.find(([other]) => other !== undefined && this.#isFixed(state, other, member))
      if (alike === undefined) classes.push([member])
      else alike.push(member)
    }
    return classes
  }

  #isFixed(state: StateVector, one: number, other: number): boolean {
    const exchange = this.#permutations.exchange(one, other)
    for (let slot = 0; slot < state.length; slot++) {
      const target = exchange.targetOf[slot] ?? 0
      if (this.#words.renamed(slot, state[slot] ?? 0, exchange) !== state[target]) return false
    }
    return true
  }

  #least(state: StateVector, ties: ReadonlyArray<Tie>): StateVector {
    let isFirst = true
    const arrange = (tie: number): void => {
      const { place, alike } = ties[tie] ?? noTie
      if (alike.length === 0) {
        const permutation = this.#placed()
        if (!this.#isLess(state, permutation, !isFirst)) return
        isFirst = false
        this.chosen = permutation
        ;[this.#best, this.#candidate] = [this.#candidate, this.#best]
        return
      }
      forEveryArrangement(alike, (members) => {
        this.#order.set(members, place)
        arrange(tie + 1)
      })
    }
    arrange(0)
    return this.#best
  }

  /** Renames the state into the candidate, as long as it is not greater than the best one. HOT */
  #isLess(state: StateVector, permutation: Permutation, isCompared: boolean): boolean {
    const { sourceOf } = permutation
    let isLess = !isCompared
    for (let target = 0; target < state.length; target++) {
      const source = sourceOf[target] ?? 0
      const word = this.#words.renamed(source, state[source] ?? 0, permutation)
      if (!isLess) {
        const best = this.#best[target] ?? 0
        if (word > best) return false
        isLess = word < best
      }
      this.#candidate[target] = word
    }
    return isLess
  }
}

/** Members of equal signatures that stand at these places, as classes of interchangeable ones. */
interface Tie {
  readonly place: number
  readonly alike: ReadonlyArray<ReadonlyArray<number>>
}

const noTie: Tie = { place: 0, alike: [] }
const noTies: ReadonlyArray<Tie> = []

/** Every order of the classes' members, in which members of one class keep theirs. */
const forEveryArrangement = (
  classes: ReadonlyArray<ReadonlyArray<number>>,
  visit: (members: ReadonlyArray<number>) => void
): void => {
  const size = classes.reduce((sum, { length }) => sum + length, 0)
  const used = classes.map(() => 0)
  const members: Array<number> = []
  const extend = (): void => {
    if (members.length === size) {
      visit(members)
      return
    }
    for (const [index, alike] of classes.entries()) {
      const member = alike[used[index] ?? 0]
      if (member === undefined) continue
      used[index] = (used[index] ?? 0) + 1
      members.push(member)
      extend()
      members.pop()
      used[index] = (used[index] ?? 0) - 1
    }
  }
  extend()
}
