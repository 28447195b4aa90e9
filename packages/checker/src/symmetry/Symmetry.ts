/**
 * Symmetry reduction: a search explores one state of every orbit, and what it finds is told of real states.
 *
 * S1 Canonical: equal orbits have equal representatives, in whatever order they are found.
 * S2 That members are exchangeable is checked on a sample of the states that are explored, and along every path told.
 */
import type { StateVector } from "../engine/Engine.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import type { Property } from "../property/Property.ts"
import type { Action } from "../system/Action.ts"
import { Canonicaliser } from "./Canonicaliser.ts"
import { checkParts } from "./checkParts.ts"
import { Equivariance } from "./Equivariance.ts"
import { Members } from "./Members.ts"
import { type Permutation, Permutations } from "./Permutations.ts"
import { Renamings } from "./Renamings.ts"
import { WordSignature } from "./Signature.ts"
import { Words } from "./Words.ts"

export interface Symmetry {
  /** The state that stands for the orbit of another; answers the same vector each time. */
  readonly canonical: (state: StateVector) => StateVector
  /** What leads from the state that was given last to the one that stands for it. */
  readonly chosen: () => Permutation
  readonly permutations: Permutations
  readonly rename: (state: StateVector, permutation: Permutation) => Int32Array<ArrayBuffer>
  readonly renameAction: (action: Action, permutation: Permutation) => Action
  /** Fails: throws `NotSymmetric` where a state and its renamed ones do not behave alike. */
  readonly checkSample: (state: StateVector, ordinal: number) => void
  readonly checkThoroughly: (state: StateVector) => void
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
  const draw = shuffler(permutations)
  return {
    canonical: (state) => canonicaliser.canonical(state),
    chosen: () => canonicaliser.chosen,
    permutations,
    rename: (state, permutation) => words.rename(state, permutation),
    renameAction: (action, permutation) => renamings.action(action, permutation),
    checkSample: (state, ordinal) => {
      if (isSampled(ordinal)) equivariance.check(state, draw())
    },
    checkThoroughly: (state) => {
      for (const exchange of exchanges(permutations)) equivariance.check(state, exchange)
    },
    warnings: exchanges(permutations).flatMap((exchange) => {
      const renamed = words.rename(engine.initial, exchange)
      const slot = renamed.findIndex((word, at) => word !== engine.initial[at])
      return slot < 0
        ? []
        : [
            `The initial state of ${engine.slots[slot]?.kind} ${engine.slots[slot]?.name} is another one with ` +
              `${permutations.describe(exchange)}: symmetry gains little.`
          ]
    }).slice(0, 1)
  }
}

/** Every exchange of two members. */
const exchanges = (permutations: Permutations): ReadonlyArray<Permutation> =>
  permutations.members.groups.flatMap(({ first, names }) =>
    names.flatMap((_, one) => names.slice(0, one).map((_, other) => permutations.exchange(first + one, first + other)))
  )

/** All of the first states, then 64 out of every doubling. */
const isSampled = (ordinal: number): boolean =>
  ordinal < 64 || (ordinal & ((1 << Math.max(0, 25 - Math.clz32(ordinal))) - 1)) === 0

/** Permutations drawn by a fixed generator: alternately an exchange of two members and a shuffle of all. */
const shuffler = (permutations: Permutations): (() => Permutation) => {
  const pairs = exchanges(permutations)
  let seed = 0x2545f491
  let isPair = false
  const below = (limit: number): number => {
    seed = (Math.imul(seed, 0x41c64e6d) + 12345) >>> 0
    return Math.floor((seed / 2 ** 32) * limit)
  }
  return () => {
    isPair = !isPair
    if (isPair) return pairs[below(pairs.length)] ?? permutations.identity
    const to = Int32Array.from(permutations.identity.to)
    for (const { first, names } of permutations.members.groups) {
      for (let at = names.length - 1; at > 0; at--) {
        const other = first + below(at + 1)
        const held = to[first + at] ?? 0
        to[first + at] = to[other] ?? 0
        to[other] = held
      }
    }
    return permutations.of(to)
  }
}
