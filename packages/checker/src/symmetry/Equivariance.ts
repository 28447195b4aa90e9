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
import { canonicalText, NotAValue } from "../values/canonical.ts"
import { describeValue } from "../values/describeValue.ts"
import { PairTable } from "../values/PairTable.ts"
import { NotSymmetric } from "./NotSymmetric.ts"
import type { Permutation, Permutations } from "./Permutations.ts"
import type { Renamings } from "./Renamings.ts"
import type { Words } from "./Words.ts"

/** An action, and the state to which it leads. */
interface Edge {
  readonly code: number
  /** Number of the action's text. */
  readonly label: number
  readonly next: Int32Array<ArrayBuffer>
  readonly key: string
}

/** A state and what may happen in it. */
interface Explored {
  readonly state: StateVector
  readonly edges: ReadonlyArray<Edge>
}

export class Equivariance {
  readonly #engine: SystemEngine
  readonly #properties: ReadonlyArray<Property>
  readonly #permutations: Permutations
  readonly #renamings: Renamings
  readonly #words: Words
  readonly #labels = new Map<string, number>()
  readonly #labelOf: Array<number | undefined> = []
  readonly #movedLabels = new PairTable()

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
    const expected = edges.map(({ code, next }) =>
      edgeOf(code, this.#movedLabel(code, permutation), this.#words.rename(next, permutation))
    )
    const found = this.#edges(renamed)
    if (found === null) throw this.#fails(permutation)
    this.#compare(expected, found, permutation)
    this.#checkSteps({ state, edges }, { state: renamed, edges: expected }, permutation)
  }

  /** Null if a step throws. */
  #edges(state: StateVector): ReadonlyArray<Edge> | null {
    const edges: Array<Edge> = []
    try {
      this.#engine.successors(state, (code, _, next) => {
        edges.push(edgeOf(code, this.#label(code), Int32Array.from(next)))
      })
    } catch (cause) {
      if (cause instanceof StepFailure || cause instanceof ModelError || cause instanceof NotAValue) return null
      throw cause
    }
    return edges
  }

  /** The texts of actions, numbered. */
  #label(code: number): number {
    const known = this.#labelOf[code]
    if (known !== undefined) return known
    const label = this.#numberOf(this.#engine.tables.actions.describe(code))
    this.#labelOf[code] = label
    return label
  }

  #movedLabel(code: number, permutation: Permutation): number {
    const known = this.#movedLabels.get(code, permutation.index)
    if (known >= 0) return known
    const label = this.#numberOf(this.#moved(code, permutation))
    this.#movedLabels.add(code, permutation.index, label)
    return label
  }

  #numberOf(action: Action): number {
    const text = canonicalText(action, "an action")
    const known = this.#labels.get(text)
    if (known !== undefined) return known
    this.#labels.set(text, this.#labels.size)
    return this.#labels.size - 1
  }

  #moved(code: number, permutation: Permutation): Action {
    return this.#renamings.action(this.#engine.tables.actions.describe(code), permutation)
  }

  #compare(expected: ReadonlyArray<Edge>, found: ReadonlyArray<Edge>, permutation: Permutation): void {
    const missing = without(expected, found)
    if (missing.length === 0 && found.length === expected.length) return
    const extra = without(found, expected)
    const [lost] = missing
    if (lost === undefined) {
      const action = this.#engine.tables.actions.describe(extra[0]?.code ?? 0)
      throw this.#differs(`${describeValue(action)} may happen only then`, permutation)
    }
    const action = describeValue(this.#moved(lost.code, permutation))
    const instead = extra.find(({ label }) => label === lost.label)
    if (instead === undefined) {
      throw this.#differs(`${action} may not happen, though its counterpart may`, permutation)
    }
    const places = this.#engine.slots.flatMap(({ kind, name }, slot) =>
      lost.next[slot] === instead.next[slot]
        ? []
        : [
            `${kind} ${name} (${describeValue(this.#engine.valueOf(slot, instead.next[slot] ?? 0))} instead of ` +
              `${describeValue(this.#engine.valueOf(slot, lost.next[slot] ?? 0))})`
          ]
    )
    throw this.#differs(`${action} leads elsewhere than its counterpart, in ${places.join(", ")}`, permutation)
  }

  #checkPredicates(state: StateVector, renamed: StateVector, permutation: Permutation): void {
    const [before, after] = [this.#engine.view(state), this.#engine.view(renamed)]
    for (const property of this.#properties) {
      if (property._tag === "Step" || property._tag === "LeadsTo") continue
      if (holds(() => property.holds(before)) === holds(() => property.holds(after))) continue
      throw this.#apart(`Property "${property.name}"`, permutation)
    }
  }

  #checkSteps(one: Explored, other: Explored, permutation: Permutation): void {
    const engine = this.#engine
    for (const property of this.#properties) {
      if (property._tag !== "Step") continue
      const isKept = (from: Explored, action: Action, next: StateVector): boolean =>
        holds(() => property.holds(engine.view(from.state), action, engine.view(next)))
      for (const [index, { code, next }] of one.edges.entries()) {
        const moved = other.edges[index]?.next ?? next
        const before = isKept(one, engine.describe(one.state, code), next)
        if (before === isKept(other, this.#moved(code, permutation), moved)) continue
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

const edgeOf = (code: number, label: number, next: Int32Array<ArrayBuffer>): Edge => ({
  ...{ code, label, next },
  key: `${label} ${next.join()}`
})

/** The edges of the first list that the second has not, or not as often. */
const without = (edges: ReadonlyArray<Edge>, others: ReadonlyArray<Edge>): ReadonlyArray<Edge> => {
  const counts = new Map<string, number>()
  for (const { key } of others) counts.set(key, (counts.get(key) ?? 0) + 1)
  return edges.filter(({ key }) => {
    const left = counts.get(key) ?? 0
    counts.set(key, left - 1)
    return left <= 0
  })
}
