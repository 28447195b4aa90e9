import { compileSystem, component, type System, system } from "@tidemark/checker"
import { describe, expect, it } from "vitest"
import type { SystemEngine } from "../../../packages/checker/src/engine/SystemEngine.ts"
import { Canonicaliser } from "../../../packages/checker/src/symmetry/Canonicaliser.ts"
import { Members } from "../../../packages/checker/src/symmetry/Members.ts"
import { Permutations } from "../../../packages/checker/src/symmetry/Permutations.ts"
import { Renamings } from "../../../packages/checker/src/symmetry/Renamings.ts"
import { type Signature, WordSignature } from "../../../packages/checker/src/symmetry/Signature.ts"
import { Words } from "../../../packages/checker/src/symmetry/Words.ts"
import { countOrbits, reachable } from "./naiveOrbits.ts"

/** Everybody may point at somebody else: cycles look alike to each of their members, and cannot be exchanged in pairs. */
const pointers = (names: ReadonlyArray<string>): System =>
  system({
    name: "pointers",
    components: names.map((name) =>
      component<{ readonly at: string | null }, { readonly type: string; readonly at?: string }>({
        name,
        start: () => ({ state: { at: null }, effects: [] }),
        internal: ({ at }) =>
          at === null ? names.flatMap((other) => (other === name ? [] : [{ type: "point", at: other }])) : [],
        step: (_, { at = name }) => ({ state: { at }, effects: [] })
      })
    ),
    initially: names.map((name) => ({ _tag: "Start", component: name, input: null })),
    symmetric: [names]
  })

/** Clients ask any source; who was asked is known by the client and by the channel. */
const requests = (sources: ReadonlyArray<string>, clients: ReadonlyArray<string>): System =>
  system({
    name: "requests",
    components: [
      ...sources.map((name) =>
        component<{ readonly set: ReadonlyArray<string> }, { readonly type: string; readonly from?: string }>({
          name,
          start: () => ({ state: { set: [] }, effects: [] }),
          step: ({ set }, { from = name }) => ({ state: { set: [...new Set([...set, from])].sort() }, effects: [] })
        })
      ),
      ...clients.map((name) =>
        component<{ readonly asked: string | null }, { readonly type: string; readonly source?: string }>({
          name,
          start: () => ({ state: { asked: null }, effects: [] }),
          internal: ({ asked }) => (asked === null ? sources.map((source) => ({ type: "ask", source })) : []),
          step: (_, { source = name }) => ({
            state: { asked: source },
            effects: [{ _tag: "Send", channel: `to ${source}`, message: { type: "asked", from: name } }]
          })
        })
      )
    ],
    channels: sources.map((source) => ({ name: `to ${source}`, kind: "fifo", to: source })),
    initially: [...sources, ...clients].map((name) => ({ _tag: "Start", component: name, input: null })),
    symmetric: [sources, clients]
  })

interface Parts {
  readonly engine: SystemEngine
  readonly permutations: Permutations
  readonly words: Words
  readonly signature: Signature
}

const partsOf = (of: System): Parts => {
  const engine = compileSystem(of)
  const members = new Members(of.name, of.symmetric ?? [])
  const permutations = new Permutations(members, engine.slots)
  const renamings = new Renamings(members, engine.slots, of.rename)
  const words = new Words(engine, permutations, renamings)
  return { engine, permutations, words, signature: new WordSignature(engine, renamings) }
}

/** Representatives that are left of all states, for a signature of another kind. */
const representatives = (of: System, signatureOf: (parts: Parts) => Signature): number => {
  const parts = partsOf(of)
  const { engine, permutations, words } = parts
  const canonicaliser = new Canonicaliser(permutations, words, signatureOf(parts), engine.width)
  return new Set(reachable(engine).map((state) => canonicaliser.canonical(state).join())).size
}

const truly = (of: System): number => {
  const engine = compileSystem(of)
  return countOrbits(engine, reachable(engine), of.symmetric ?? [])
}

describe("the state that stands for an orbit", () => {
  it.each([
    ["three pointers", pointers(["a", "b", "c"]), 27, 7],
    ["four pointers", pointers(["a", "b", "c", "d"]), 256, 19],
    ["two sources and two clients", requests(["s1", "s2"], ["c1", "c2"]), 27, 9],
    ["two sources and three clients", requests(["s1", "s2"], ["c1", "c2", "c3"]), 159, 19]
  ])("is the same for the whole orbit: %s", (_, of, states, orbits) => {
    expect(reachable(compileSystem(of)).length).toBe(states)
    expect(truly(of)).toBe(orbits)
    expect(representatives(of, ({ signature }) => signature)).toBe(orbits)
  })

  it("is found by trying all orders where the signature says nothing", () => {
    expect(representatives(pointers(["a", "b", "c", "d"]), () => ({ read: (_, into) => into.fill(0) }))).toBe(19)
  })

  it("is not the same where ties are broken by number, and the count tells", () => {
    const byNumber = ({ signature }: Parts): Signature => ({
      read: (state, into) => {
        signature.read(state, into)
        const order = [...into.keys()].sort((a, b) => (into[a] ?? 0) - (into[b] ?? 0) || a - b)
        for (const [place, member] of order.entries()) into[member] = place
      }
    })
    expect(representatives(pointers(["a", "b", "c", "d"]), byNumber)).toBeGreaterThan(19)
  })

  it("is not the same where the signature reads names, and the count tells", () => {
    const byId: Signature = { read: (state, into) => into.set(state.subarray(0, into.length)) }
    expect(representatives(pointers(["a", "b", "c", "d"]), () => byId)).toBeGreaterThan(19)
  })

  it("costs no more states where the signature leaves words out: only more orders are tried", () => {
    const of = requests(["s1", "s2"], ["c1", "c2", "c3"])
    const deaf = ({ engine, signature }: Parts): Signature => ({
      read: (state, into) => {
        const silent = state.map((word, slot) => (engine.slots[slot]?.kind === "channel" ? 0 : word))
        signature.read(silent, into)
      }
    })
    expect(representatives(of, deaf)).toBe(19)
  })

  it("is chosen among many equal members without trying their orders", () => {
    const names = Array.from({ length: 12 }, (_, index) => `m${index}`)
    const of = pointers(names)
    const { engine, permutations, words, signature } = partsOf(of)
    const canonicaliser = new Canonicaliser(permutations, words, signature, engine.width)
    expect([...canonicaliser.canonical(engine.initial)]).toEqual([...engine.initial])
    const reached = new Set<string>()
    engine.successors(engine.initial, (_code, _kind, next) => reached.add(canonicaliser.canonical(next).join()))
    expect(reached.size).toBe(1)
  })

  it("is reached by the permutation that is told", () => {
    const { engine, permutations, words, signature } = partsOf(requests(["s1", "s2"], ["c1", "c2"]))
    const canonicaliser = new Canonicaliser(permutations, words, signature, engine.width)
    for (const state of reachable(engine)) {
      const chosen = Int32Array.from(canonicaliser.canonical(state))
      expect(words.rename(state, canonicaliser.chosen)).toEqual(chosen)
      expect(words.rename(chosen, permutations.inverse(canonicaliser.chosen))).toEqual(state)
    }
  })
})
