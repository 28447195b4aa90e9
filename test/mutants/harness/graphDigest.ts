/**
 * The graph of a system as one short text: states and edges, each edge with what happens on it.
 *
 * States are compared by what they hold, not by the numbers that a search gave them, and summed up in any order: so two
 * runs over the same graph agree, whatever they met first. Two sums of 32 bits and the two counts: a false match of two
 * different graphs is one in 2^64.
 */
import { compileSystem } from "../../../packages/checker/src/engine/compileSystem.ts"
import type { SystemEngine } from "../../../packages/checker/src/engine/SystemEngine.ts"
import type { System } from "../../../packages/checker/src/system/System.ts"
import { canonicalText } from "../../../packages/checker/src/values/canonical.ts"
import { createVisited } from "../../../packages/checker/src/visited/createVisited.ts"

/** Null if it has more states than this. */
export const graphDigest = (system: System, statesMax: number): string | null => {
  const engine = compileSystem(system, { recheckEvery: 0 })
  const visited = createVisited("exact", engine.width)
  const hashes = [new Hashes(engine, 0x811c9dc5), new Hashes(engine, 0x2f0b4a37)] as const
  const state = new Int32Array(engine.width)
  const sums = new Uint32Array(2)
  let edges = 0
  visited.add(engine.initial)
  for (let index = 0; index < visited.count; index++) {
    if (visited.count > statesMax) return null
    visited.load(index, state)
    if (engine.cutOffBy(state) !== null) continue
    const [first, second] = [hashes[0].ofState(state), hashes[1].ofState(state)]
    engine.successors(state, (code, _, next) => {
      edges++
      visited.add(next)
      sums[0] = (sums[0] ?? 0) + mix(mix(first, hashes[0].ofAction(code)), hashes[0].ofState(next))
      sums[1] = (sums[1] ?? 0) + mix(mix(second, hashes[1].ofAction(code)), hashes[1].ofState(next))
    })
  }
  return `${visited.count} states, ${edges} edges, ${[...sums].map((sum) => sum.toString(16)).join("-")}`
}

/** Hashes of the values that the words of states stand for, each computed once. */
class Hashes {
  readonly #engine: SystemEngine
  readonly #seed: number
  readonly #slots: ReadonlyArray<Array<number>>
  readonly #actions: Array<number> = []

  constructor(engine: SystemEngine, seed: number) {
    this.#engine = engine
    this.#seed = seed
    this.#slots = engine.slots.map(() => [])
  }

  ofState(state: Int32Array): number {
    let hash = this.#seed
    for (let slot = 0; slot < state.length; slot++) hash = mix(hash, this.#ofWord(slot, state[slot] ?? 0))
    return hash
  }

  ofAction(code: number): number {
    const known = this.#actions[code]
    if (known !== undefined) return known
    const hash = hashOf(canonicalText(this.#engine.tables.actions.describe(code), "an action"), this.#seed)
    this.#actions[code] = hash
    return hash
  }

  #ofWord(slot: number, id: number): number {
    const known = this.#slots[slot]?.[id]
    if (known !== undefined) return known
    const hash = hashOf(canonicalText(this.#engine.valueOf(slot, id), "a part of a state"), this.#seed)
    const hashes = this.#slots[slot]
    if (hashes !== undefined) hashes[id] = hash
    return hash
  }
}

/** FNV-1a. */
const hashOf = (text: string, seed: number): number => {
  let hash = seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash, seed)
}

const mix = (a: number, b: number): number => {
  const h = Math.imul(a ^ (b + 0x9e3779b9), 0x85ebca6b)
  const g = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (g ^ (g >>> 16)) >>> 0
}
