/**
 * Symmetry reduction: a search explores one state of every orbit, and what it finds is told of real states.
 *
 * S1 Canonical: equal orbits have equal representatives, in whatever order they are found.
 * S2 That members are exchangeable is checked, not believed: see {@link Audit} and {@link Equivariance}.
 */
import type { StateVector } from "../engine/Engine.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import type { Property } from "../property/Property.ts"
import type { Action } from "../system/Action.ts"
import { Audit } from "./Audit.ts"
import { Canonicaliser } from "./Canonicaliser.ts"
import { checkParts } from "./checkParts.ts"
import { Equivariance } from "./Equivariance.ts"
import { Members } from "./Members.ts"
import { type Permutation, Permutations } from "./Permutations.ts"
import { Renamings } from "./Renamings.ts"
import { WordSignature } from "./Signature.ts"
import { Words } from "./Words.ts"

export interface Symmetry {
  /** The state that stands for the orbit of another; may answer the same vector each time. */
  readonly canonical: (state: StateVector) => StateVector
  /** What leads from the state that was given last to the one that stands for it. */
  readonly chosen: () => Permutation
  readonly permutations: Permutations
  readonly rename: (state: StateVector, permutation: Permutation) => Int32Array<ArrayBuffer>
  readonly renameAction: (action: Action, permutation: Permutation) => Action
  readonly audit: Audit
  /** Where the initial state already tells members apart, which gains little. */
  readonly warnings: ReadonlyArray<string>
}

/** Null if the system has no symmetric groups. Fails: throws `ModelError` where parts have no counterparts. */
export const makeSymmetry = (engine: SystemEngine, properties: ReadonlyArray<Property>): Symmetry | null => {
  const { name, symmetric = [], rename } = engine.system
  if (symmetric.length === 0) return null
  const members = new Members(name, symmetric)
  checkParts(engine.system, members, engine.slots)
  const permutations = new Permutations(members, engine.slots)
  const renamings = new Renamings(members, engine.slots, rename)
  const words = new Words(engine, permutations, renamings)
  const canonicaliser = new Canonicaliser(permutations, words, new WordSignature(engine, renamings), engine.width)
  const equivariance = new Equivariance({ engine, properties, permutations, renamings, words })
  const audit = new Audit(engine, permutations, equivariance)
  return {
    canonical: (state) => canonicaliser.canonical(state),
    chosen: () => canonicaliser.chosen,
    permutations,
    rename: (state, permutation) => words.rename(state, permutation),
    renameAction: (action, permutation) => renamings.action(action, permutation),
    audit,
    warnings: asymmetryOf(engine, words, audit)
  }
}

const asymmetryOf = (engine: SystemEngine, words: Words, { exchanges }: Audit): ReadonlyArray<string> => {
  const places = exchanges.flatMap((exchange) => {
    const renamed = words.rename(engine.initial, exchange)
    return engine.slots.filter((_, slot) => renamed[slot] !== engine.initial[slot])
  })
  const [place] = places
  if (place === undefined) return []
  return [
    `Symmetric names differ from the beginning, in ${place.kind} ${place.name}: states that differ there are not taken ` +
      "for each other."
  ]
}
