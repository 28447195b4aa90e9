import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type FairnessRules, fairnessRules } from "../../../packages/checker/src/liveness/fairnessRules.ts"
import { findLasso } from "../../../packages/checker/src/liveness/findLasso.ts"
import { lassoFault, type NaiveGraph, shortestStem } from "../reference/NaiveGraph.ts"
import { canOweForEver } from "../reference/naiveFairness.ts"
import { graphs, stateGraph } from "./randomGraphs.ts"

/** What is wrong with the answer to one question; null if nothing is. */
const disagreement = (graph: NaiveGraph, rules: FairnessRules): string | null => {
  const expected = shortestStem(graph)
  const question = {
    from: (state: number) => graph.from[state] === true,
    to: (state: number) => graph.to[state] === true,
    fairness: graph.fair.map(({ strength, kind }) => ({ strength, classes: (index: number) => index === kind }))
  }
  const lasso = findLasso(stateGraph(graph), question, rules)
  if (lasso === null) return expected === null ? null : `no violation, but there is one after ${expected} steps`
  if (expected === null) return "a violation, but there is none"
  if (lasso.stem.length !== expected) return `a stem of ${lasso.stem.length} steps, but ${expected} are enough`
  return lassoFault(graph, lasso)
}

const holds = (rules: FairnessRules) =>
  fc.property(graphs, (graph) => {
    expect(disagreement(graph, rules)).toBeNull()
  })

const byFixpoint = (graph: NaiveGraph): boolean => {
  const edgesOf = (state: number) => graph.edges.filter(({ source, target }) => source === state && target !== state)
  const reached = Array.from({ length: graph.states }).reduce<ReadonlySet<number>>(
    (found) =>
      new Set([...found, ...[...found].flatMap((state) => edgesOf(state).flatMap(({ target }) => target ?? []))]),
    new Set([0])
  )
  return canOweForEver({
    steps: Array.from({ length: graph.states }, (_, state) =>
      edgesOf(state).flatMap(({ target, kind }) => (target === null ? [] : [{ target, kind: `${kind}` }]))
    ),
    isEnabled: (state, name) => edgesOf(state).some(({ kind }) => kind === null || `${kind}` === name),
    owes: (state) => reached.has(state) && graph.from[state] === true,
    pays: (state) => graph.to[state] === true,
    demands: graph.fair.flatMap(({ strength, kind }) => [
      { strength, kind: `${kind}` },
      { strength, kind: "unseen" }
    ])
  })
}

describe("leadsTo on random graphs", () => {
  it("has the same verdict by brute force over sets of states as by fixpoints", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(byFixpoint(graph)).toBe(shortestStem(graph) !== null)
      }),
      { numRuns: 2_000 }
    )
  })

  it("has the same verdict as brute force, a shortest stem, and a loop that is fair", () => {
    fc.assert(holds(fairnessRules), { numRuns: 3_000 })
  })

  it("comes out both ways, with loops of several steps and stutters, so that the comparison is worth something", () => {
    const lassos = fc.sample(graphs, { numRuns: 1_000, seed: 3 }).map((graph) =>
      findLasso(stateGraph(graph), {
        from: (state) => graph.from[state] === true,
        to: (state) => graph.to[state] === true,
        fairness: graph.fair.map(({ strength, kind }) => ({ strength, classes: (index) => index === kind }))
      })
    )
    expect(lassos.filter((lasso) => lasso === null).length).toBeGreaterThan(300)
    expect(lassos.filter((lasso) => lasso?.loop.length === 0).length).toBeGreaterThan(50)
    expect(lassos.filter((lasso) => (lasso?.loop.length ?? 0) > 2).length).toBeGreaterThan(10)
  })
})

describe("a wrong decision in the search for fair loops is told apart from the right one", () => {
  const { judge } = fairnessRules
  const mutants: Readonly<Record<string, Partial<FairnessRules>>> = {
    "a self-loop is a step": { isStep: () => true },
    "no edge is a step": { isStep: () => false },
    "what is cut off enables nothing": { doesCutOffEnable: false },
    "weak is taken for strong": { judge: (_, ...rest) => judge(2, ...rest) },
    "strong is taken for weak": { judge: (_, ...rest) => judge(1, ...rest) },
    "what is taken does not count": { judge: (strength, enabled, size) => judge(strength, enabled, size, false) },
    "everything counts as taken": { judge: (strength, enabled, size) => judge(strength, enabled, size, true) },
    "components are not searched again without the states that enable": {
      judge: (...facts) => (judge(...facts) === "avoid" ? "hopeless" : judge(...facts))
    },
    "a component is fair although it would have to avoid states": {
      judge: (...facts) => (judge(...facts) === "avoid" ? "met" : judge(...facts))
    },
    "a class enabled in all states but one counts as enabled in all": {
      judge: (strength, enabled, size, isTaken) => judge(strength, enabled + 1, size, isTaken)
    }
  }

  for (const [name, mutant] of Object.entries(mutants)) {
    it(name, () => {
      const run = fc.check(holds({ ...fairnessRules, ...mutant }), { numRuns: 3_000, seed: 1, endOnFailure: true })
      expect(run.failed).toBe(true)
    })
  }
})
