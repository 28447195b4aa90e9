/** Random small labelled graphs, and the same as the checker stores them. */
import fc from "fast-check"
import { StateGraph } from "../../../packages/checker/src/liveness/StateGraph.ts"
import type { NaiveEdge, NaiveGraph } from "../reference/NaiveGraph.ts"

const kinds = 3

const edgesOf = (states: number): fc.Arbitrary<ReadonlyArray<NaiveEdge>> => {
  const state = fc.nat({ max: states - 1 })
  const kind = fc.nat({ max: kinds - 1 })
  const inside = fc.record({ source: state, target: state, kind })
  const cutOff = fc.record({ source: state, target: fc.constant(null), kind: fc.option(kind) })
  return fc.array(fc.oneof({ arbitrary: inside, weight: 20 }, { arbitrary: cutOff, weight: 1 }), {
    maxLength: 20,
    size: "max"
  })
}

/** Graphs of up to seven states, in which most states do not pay what is owed. */
export const graphs: fc.Arbitrary<NaiveGraph> = fc.integer({ min: 1, max: 7 }).chain((states) => {
  const bits = (chance: number) =>
    fc.array(
      fc.nat({ max: 9 }).map((draw) => draw < chance),
      { minLength: states, maxLength: states }
    )
  return fc.record({
    states: fc.constant(states),
    edges: edgesOf(states),
    from: bits(4),
    to: bits(1),
    fair: fc.array(
      fc.record({ strength: fc.constantFrom("weak" as const, "strong" as const), kind: fc.nat({ max: kinds - 1 }) }),
      { maxLength: 4, size: "max" }
    )
  })
})

/** The edges of each state keep their order. */
export const stateGraph = ({ states, edges }: Pick<NaiveGraph, "states" | "edges">): StateGraph => {
  const graph = new StateGraph()
  for (let state = 0; state < states; state += 1) {
    graph.beginState(state)
    for (const { source, target, kind } of edges) {
      if (source !== state) continue
      if (kind === null) graph.markCutOff()
      else if (target === null) graph.markCutOff(kind)
      else graph.addEdge(target, kind)
    }
  }
  return graph
}
