/**
 * Checks on states of a search that members are exchangeable in truth.
 *
 * Q1 What may happen in a renamed state is what may happen in the state, renamed: the same actions, into the same states.
 * Q2 Bounds and properties do not tell members apart.
 *
 * A system for which this fails is refused: one state of an orbit would not stand for the others.
 */
import type { StateVector } from "../engine/Engine.ts"
import { ModelError, StepFailure } from "../engine/errors.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import type { Property, Verdict } from "../property/Property.ts"
import type { Action } from "../system/Action.ts"
import { canonicalText } from "../values/canonical.ts"
import { describeValue } from "../values/describeValue.ts"
import { NotSymmetric } from "./NotSymmetric.ts"
import type { Permutation, Permutations } from "./Permutations.ts"
import type { Renamings } from "./Renamings.ts"
import type { Words } from "./Words.ts"

interface Edge {
  readonly action: Action
  readonly text: string
  readonly next: Int32Array<ArrayBuffer>
}

export class Equivariance {
  readonly #engine: SystemEngine
  readonly #properties: ReadonlyArray<Property>
  readonly #permutations: Permutations
  readonly #renamings: Renamings
  readonly #words: Words

  constructor(given: {
    readonly engine: SystemEngine
    readonly properties: ReadonlyArray<Property>
    readonly permutations: Permutations
    readonly renamings: Renamings
    readonly words: Words
  }) {
    this.#engine = given.engine
    this.#properties = given.properties
    this.#permutations = given.permutations
    this.#renamings = given.renamings
    this.#words = given.words
  }

  /** Fails: throws {@link NotSymmetric}. */
  check(given: StateVector, permutation: Permutation): void {
    if (permutation === this.#permutations.identity) return
    const state = Int32Array.from(given)
    const renamed = this.#words.rename(state, permutation)
    this.#checkPredicates(state, renamed, permutation)
    const bound = this.#engine.cutOffBy(state)
    const other = this.#engine.cutOffBy(renamed)
    if ((bound === null) !== (other === null)) throw this.#apart(`Bound "${bound ?? other}"`, permutation)
    if (bound !== null) return
    const edges = this.#edges(state)
    if (edges === null) return
    const expected = edges.map(({ action, next }): Edge => {
      const moved = this.#renamings.action(action, permutation)
      return { action: moved, text: textOf(moved), next: this.#words.rename(next, permutation) }
    })
    const found = this.#edges(renamed)
    if (found === null) throw this.#fails(permutation)
    this.#compare(expected, found, permutation)
    this.#checkSteps(state, edges, { renamed, expected }, permutation)
  }

  /** Null if a step throws. */
  #edges(state: StateVector): ReadonlyArray<Edge> | null {
    const edges: Array<Edge> = []
    try {
      this.#engine.successors(state, (code, _, next) => {
        const action = this.#engine.describe(state, code)
        edges.push({ action, text: textOf(action), next: Int32Array.from(next) })
      })
    } catch (cause) {
      if (cause instanceof StepFailure || (cause instanceof ModelError && !(cause instanceof NotSymmetric))) return null
      throw cause
    }
    return edges
  }

  #compare(expected: ReadonlyArray<Edge>, found: ReadonlyArray<Edge>, permutation: Permutation): void {
    const missing = without(expected, found)
    const extra = without(found, expected)
    const [lost] = missing
    if (lost === undefined && extra[0] === undefined) return
    if (lost === undefined) throw this.#differs(`${describeAction(extra[0]?.action)} may happen only then`, permutation)
    const instead = extra.find(({ text }) => text === lost.text)
    if (instead === undefined) {
      throw this.#differs(`${describeAction(lost.action)} may not happen, though its counterpart may`, permutation)
    }
    const places = this.#engine.slots.flatMap(({ kind, name }, slot) =>
      lost.next[slot] === instead.next[slot]
        ? []
        : [
            `${kind} ${name} (${describeValue(this.#engine.valueOf(slot, instead.next[slot] ?? 0))} instead of ` +
              `${describeValue(this.#engine.valueOf(slot, lost.next[slot] ?? 0))})`
          ]
    )
    throw this.#differs(
      `${describeAction(lost.action)} leads elsewhere than its counterpart, in ${places.join(", ")}`,
      permutation
    )
  }

  #checkPredicates(state: StateVector, renamed: StateVector, permutation: Permutation): void {
    const [before, after] = [this.#engine.view(state), this.#engine.view(renamed)]
    for (const property of this.#properties) {
      if (property._tag === "Step" || property._tag === "LeadsTo") continue
      if (holds(() => property.holds(before)) === holds(() => property.holds(after))) continue
      throw this.#apart(`Property "${property.name}"`, permutation)
    }
  }

  #checkSteps(
    state: StateVector,
    edges: ReadonlyArray<Edge>,
    { renamed, expected }: { readonly renamed: StateVector; readonly expected: ReadonlyArray<Edge> },
    permutation: Permutation
  ): void {
    const { view } = this.#engine
    const viewOf = (vector: StateVector) => view.call(this.#engine, vector)
    for (const property of this.#properties) {
      if (property._tag !== "Step") continue
      for (const [index, { action, next }] of edges.entries()) {
        const other = expected[index]
        if (other === undefined) continue
        const one = holds(() => property.holds(viewOf(state), action, viewOf(next)))
        if (one === holds(() => property.holds(viewOf(renamed), other.action, viewOf(other.next)))) continue
        throw this.#apart(`Property "${property.name}"`, permutation)
      }
    }
  }

  #group({ to }: Permutation): string {
    const { groups } = this.#permutations.members
    const moved = groups.filter(({ first, names }) => names.some((_, at) => to[first + at] !== first + at))
    return `The symmetric group ${moved.map(({ names }) => names.join(", ")).join(" / ")} of ${this.#engine.system.name}`
  }

  #differs(what: string, permutation: Permutation): NotSymmetric {
    return new NotSymmetric(
      `${this.#group(permutation)} is none. With ${this.#permutations.describe(permutation)}, ${what}. Something there ` +
        "depends on which name it is: treat all alike. If names stand there in an order of their own, in longer strings or in " +
        'sorted records, say with `rename` of the system how they are exchanged; or take them out of "symmetric".'
    )
  }

  #fails(permutation: Permutation): NotSymmetric {
    return this.#differs("a step throws that does not throw otherwise", permutation)
  }

  #apart(what: string, permutation: Permutation): NotSymmetric {
    return new NotSymmetric(
      `${what} tells apart what is exchangeable. ${this.#group(permutation)}: it holds in one state, and not with ` +
        `${this.#permutations.describe(permutation)}. Say the same of every one of them, or check with symmetry: false.`
    )
  }
}

const holds = (ask: () => Verdict): boolean => {
  try {
    return ask() === true
  } catch {
    return false
  }
}

const textOf = (action: Action): string => canonicalText(action, "an action")

/** The edges of the first list that the second has not, or not as often. */
const without = (edges: ReadonlyArray<Edge>, others: ReadonlyArray<Edge>): ReadonlyArray<Edge> => {
  const counts = new Map<string, number>()
  for (const other of others) counts.set(keyOf(other), (counts.get(keyOf(other)) ?? 0) + 1)
  return edges.filter((edge) => {
    const left = counts.get(keyOf(edge)) ?? 0
    counts.set(keyOf(edge), left - 1)
    return left <= 0
  })
}

const keyOf = ({ text, next }: Edge): string => `${text} ${next.join()}`

const describeAction = (action: Action | undefined): string => describeValue(action)
