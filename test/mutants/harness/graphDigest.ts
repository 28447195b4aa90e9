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
  const hashes = makeHashes(engine)
  const state = new Int32Array(engine.width)
  const sums = new Uint32Array(2)
  let edges = 0
  visited.add(engine.initial)
  for (let index = 0; index < visited.count; index++) {
    if (visited.count > statesMax) return null
    visited.load(index, state)
    if (engine.cutOffBy(state) !== null) continue
    const [from, from2] = [hashes.ofState(state, 0), hashes.ofState(state, 1)]
    engine.successors(state, (code, _, next) => {
      edges++
      visited.add(next)
      for (const [seed, source] of [from, from2].entries()) {
        const edge = mix(mix(source, hashes.ofAction(code, seed)), hashes.ofState(next, seed))
        sums[seed] = (sums[seed] ?? 0) + edge
      }
    })
  }
  return `${visited.count} states, ${edges} edges, ${[...sums].map((sum) => sum.toString(16)).join("-")}`
}

const makeHashes = (engine: SystemEngine) => {
  const slots = engine.slots.map(() => [new Map<number, number>(), new Map<number, number>()])
  const actions = [new Map<number, number>(), new Map<number, number>()]
  const remembered = (known: Map<number, number> | undefined, id: number, text: () => string, seed: number): number => {
    const found = known?.get(id)
    if (found !== undefined) return found
    const hash = hashOf(text(), seed)
    known?.set(id, hash)
    return hash
  }
  return {
    ofState: (state: Int32Array, seed: number): number =>
      state.reduce(
        (hash, id, slot) =>
          mix(
            hash,
            remembered(
              slots[slot]?.[seed],
              id,
              () => canonicalText(engine.valueOf(slot, id), "a part of a state"),
              seed
            )
          ),
        seed
      ),
    ofAction: (code: number, seed: number): number =>
      remembered(actions[seed], code, () => canonicalText(engine.tables.actions.describe(code), "an action"), seed)
  }
}

/** FNV-1a, from one of two starting points. */
const hashOf = (text: string, seed: number): number => {
  let hash = seed === 0 ? 0x811c9dc5 : 0x2f0b4a37
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash, seed)
}

const mix = (a: number, b: number): number => {
  const h = Math.imul(a ^ (b + 0x9e3779b9), 0x85ebca6b)
  const g = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (g ^ (g >>> 16)) >>> 0
}
