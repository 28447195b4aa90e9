/**
 * Hashes of state vectors.
 *
 * States differ in few words, and words are small numbers: every bit of every word has to reach every bit of the hash.
 */
import type { StateVector } from "../engine/Engine.ts"

/** The first half of a fingerprint, and where tables begin to look. */
export const hashState = (state: StateVector): number => hashOf(state, 0x1b873593, 0x9e3779b1)

/** The second half of a fingerprint: other constants, so that states which agree in the first half differ here. */
export const secondHash = (state: StateVector): number => hashOf(state, 0x3c6ef372, 0x85157af5)

/** Spreads every bit over all bits; no two numbers have the same answer. */
export const spread = (hash: number): number => {
  let mixed = hash
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

const hashOf = (state: StateVector, seed: number, multiplier: number): number => {
  let hash = seed
  for (let at = 0; at < state.length; at += 1) {
    hash = Math.imul(hash ^ (state[at] ?? 0), multiplier)
    hash ^= hash >>> 15
  }
  return spread(hash)
}
