/** Walks from the initial state along indices of enabled actions, and finds the indices of a recorded path. */
import { isDeepStrictEqual } from "node:util"
import type { Engine, StateVector } from "../engine/Engine.ts"
import { isSameState } from "../engine/sameState.ts"
import type { Action } from "../system/Action.ts"
import { choicesIn } from "../trace/choices.ts"
import type { Trace } from "../trace/Trace.ts"
import { walk } from "../trace/walk.ts"
import type { Path } from "./documents.ts"

export type Walk =
  | {
      readonly _tag: "Walked"
      /** One more than actions: the first is the initial state. */
      readonly states: readonly [StateVector, ...ReadonlyArray<StateVector>]
      readonly actions: ReadonlyArray<Action>
    }
  /** The path leaves what can happen after this many steps. */
  | { readonly _tag: "Lost"; readonly after: number; readonly choices: number }

export const walkPath = (engine: Engine, path: Path): Walk => {
  const states: [StateVector, ...Array<StateVector>] = [engine.initial]
  const actions: Array<Action> = []
  let state = engine.initial
  for (const [after, index] of path.entries()) {
    const { edges } = choicesIn(engine, state)
    const edge = edges[index]
    if (edge === undefined) return { _tag: "Lost", after, choices: edges.length }
    state = edge.next
    states.push(state)
    actions.push(edge.action)
  }
  return { _tag: "Walked", states, actions }
}

/** The indices of a path's actions. Throws: when it is no path of this system. */
export const pathOf = (engine: Engine, trace: Trace): Path => {
  const { states } = walk(engine, trace)
  return trace.steps.map((step, position) => {
    const [before, after] = [states[position], states[position + 1]]
    if (before === undefined || after === undefined) return -1
    const { edges } = choicesIn(engine, before)
    return edges.findIndex(({ action, next }) => isSameState(next, after) && isDeepStrictEqual(action, step))
  })
}
