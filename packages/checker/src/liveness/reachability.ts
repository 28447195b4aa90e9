/** From where a property owes something: breadth-first over pairs of a state and whether the obligation stands. */
import { isInside, type Rows } from "./StateGraph.ts"

/** One step of a path: from `state` over its edge number `edge`, counted within the state. */
export interface PathStep {
  readonly state: number
  readonly edge: number
}

export interface Obligations {
  /** States reached with the obligation standing, those with the shortest paths first. */
  readonly states: Int32Array
  /** The shortest path to such a state; from step `since` on the obligation stands. */
  readonly pathTo: (state: number) => { readonly steps: ReadonlyArray<PathStep>; readonly since: number }
}

/**
 * An obligation begins in a state with `from` and without `to`, and stands until a state with `to`. Node `2s` is state
 * `s`, node `2s + 1` the same with the obligation standing.
 */
export const obligations = (rows: Rows, from: Uint8Array, to: Uint8Array): Obligations => {
  const { offsets, targets, states } = rows
  const parents = new Int32Array(states * 2).fill(-1)
  const queue = new Int32Array(states * 2)
  let found = 0
  const reach = (node: number, parent: number): void => {
    if (parents[node] !== -1) return
    parents[node] = parent
    queue[found] = node
    found += 1
    if (node % 2 === 0 && from[node >> 1] === 1 && to[node >> 1] === 0) reach(node + 1, node)
  }
  if (states > 0) reach(0, 0)
  for (let next = 0; next < found; next += 1) {
    const node = queue[next] ?? 0
    const end = offsets[(node >> 1) + 1] ?? 0
    for (let edge = offsets[node >> 1] ?? 0; edge < end; edge += 1) {
      const target = targets[edge] ?? 0
      if (!isInside(states, target)) continue
      if (node % 2 === 0) reach(target * 2, node)
      else if (to[target] === 0) reach(target * 2 + 1, node)
    }
  }
  return {
    states: queue
      .subarray(0, found)
      .filter((node) => node % 2 === 1)
      .map((node) => node >> 1),
    pathTo: (state) => pathTo(rows, parents, state)
  }
}

const pathTo = (rows: Rows, parents: Int32Array, last: number): { steps: ReadonlyArray<PathStep>; since: number } => {
  const steps: PathStep[] = []
  let after = 0
  let node = last * 2 + 1
  while (node !== 0) {
    const parent = parents[node] ?? 0
    const isStep = node >> 1 !== parent >> 1
    if (isStep) steps.push({ state: parent >> 1, edge: edgeTo(rows, parent >> 1, node >> 1) })
    else after = steps.length
    node = parent
  }
  return { steps: steps.reverse(), since: steps.length - after }
}

const edgeTo = (rows: Rows, source: number, target: number): number => {
  const start = rows.offsets[source] ?? 0
  return rows.targets.indexOf(target, start) - start
}
