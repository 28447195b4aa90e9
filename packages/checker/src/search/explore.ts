/**
 * The search itself: visits every state once, every edge once.
 *
 * E1 Breadth-first, states are numbered layer by layer: the first finding has a shortest path.
 * E2 With symmetry, one state stands for its orbit: it is that one which is explored and remembered.
 */

import type { StateVector } from "../engine/Engine.ts"
import { isModelFailure } from "../engine/errors.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import { isSameState } from "../engine/sameState.ts"
import type { StateGraph } from "../liveness/StateGraph.ts"
import { noStepThrows } from "../property/checkProperties.ts"
import { NotSymmetric } from "../symmetry/NotSymmetric.ts"
import { IntList } from "../values/IntList.ts"
import { OutOfMemory } from "../visited/memory.ts"
import type { Visited } from "../visited/Visited.ts"
import type { Frontier } from "./Frontier.ts"
import type { Finding, PropertyRun } from "./PropertyRun.ts"
import type { CheckOptions } from "./Report.ts"

export interface Search {
  readonly engine: SystemEngine
  readonly visited: Visited
  readonly frontier: Frontier
  readonly run: PropertyRun
  /** Filled if somebody asks about liveness. */
  readonly graph: StateGraph | null
  /** The state that stands for the orbit of another; may answer the same vector each time. */
  readonly canonical: (state: StateVector) => StateVector
  readonly statesMax: number
  readonly continueAfterViolation: boolean
  readonly onProgress: NonNullable<CheckOptions["onProgress"]>
}

/** States between two reports of progress. */
const progressEvery = 8_192

export interface Explored {
  readonly edges: number
  readonly depth: number
  readonly terminals: number
  readonly isComplete: boolean
  readonly cutOff: Readonly<Record<string, number>>
  readonly predecessors: Predecessors
  /** A step that threw, or a mistake of the model that shows in this state. */
  readonly failure: Finding | null
  readonly warnings: ReadonlyArray<string>
}

/** How each state was reached first. */
export interface Predecessors {
  readonly parents: IntList
  readonly actions: IntList
  readonly depths: IntList
}

const predecessorLists = (): Predecessors => {
  const list = (holder: string) => new IntList({ holder })
  return { parents: list("list of predecessors"), actions: list("list of actions"), depths: list("list of depths") }
}

export const explore = (search: Search): Explored => {
  const { engine, visited, frontier, run, graph, canonical } = search
  const predecessors: Predecessors = predecessorLists()
  const cutOff = new Map<string, number>()
  const warnings: Array<string> = []
  const state = new Int32Array(engine.width)
  let index = 0
  let [edges, depth, terminals] = [0, 0, 0]
  let isStuck = true
  let failure: Finding | null = null

  const reach = (target: StateVector, action: number): number => {
    const found = visited.add(target)
    if (found < 0) return ~found
    predecessors.parents.push(index)
    predecessors.actions.push(action)
    const layer = found === 0 ? 0 : predecessors.depths.at(index) + 1
    predecessors.depths.push(layer)
    if (layer > depth) depth = layer
    run.onState(target, found)
    frontier.push(found, target)
    return found
  }
  const visitEdge = (action: number, kind: number, next: StateVector): void => {
    edges++
    run.onEdge(state, action, next, index)
    const isMove = !isSameState(state, next)
    if (isMove) isStuck = false
    const found = isMove ? reach(canonical(next), action) : index
    graph?.addEdge(found, kind)
  }
  const expand = (): void => {
    graph?.beginState(index)
    const bound = engine.cutOffBy(state)
    if (bound !== null) {
      cutOff.set(bound, (cutOff.get(bound) ?? 0) + 1)
      graph?.markCutOff()
      return
    }
    isStuck = true
    engine.successors(state, visitEdge)
    if (!isStuck) return
    terminals++
    run.onTerminal(state, index)
  }
  const isOver = (): boolean => run.violations.length > 0 && !search.continueAfterViolation

  let isComplete = false
  let expanded = 0
  try {
    reach(canonical(engine.initial), 0)
    for (;;) {
      if (isOver() || visited.count > search.statesMax) break
      index = frontier.take(state)
      if (index < 0) {
        isComplete = true
        break
      }
      expand()
      if (++expanded % progressEvery === 0) search.onProgress({ states: visited.count, edges })
    }
  } catch (cause) {
    if (cause instanceof NotSymmetric) throw cause
    if (isModelFailure(cause)) {
      failure = { property: noStepThrows, detail: cause.message, state: index, action: null }
    } else if (cause instanceof OutOfMemory) warnings.push(cause.message)
    else throw cause
  }
  return { edges, depth, terminals, isComplete, cutOff: Object.fromEntries(cutOff), predecessors, failure, warnings }
}
