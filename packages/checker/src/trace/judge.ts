/**
 * Whether a property is violated on a walk, by the same rules as in a search.
 *
 * J1 A path decides about its own states and steps only; of `leadsTo`, whether its loop is a fair one that owes.
 */
import type { StateVector } from "../engine/Engine.ts"
import { isSameState } from "../engine/sameState.ts"
import { checkLeadsTo } from "../liveness/leadsTo.ts"
import { StateGraph } from "../liveness/StateGraph.ts"
import type { Property, Verdict } from "../property/Property.ts"
import { problemOf } from "../property/problemOf.ts"
import type { View } from "../system/View.ts"
import type { Walk } from "./walk.ts"

/** What is wrong, or null if the property is not violated on this path. */
export const violationOn = (walk: Walk, property: Property): string | null => {
  const { engine, states, trace } = walk
  const views = states.map((state) => engine.view(state))
  const ask = (holds: (view: View) => Verdict) => (view: View) => problemOf(property.name, () => holds(view))
  switch (property._tag) {
    case "Always":
      return first(views.map(ask(property.holds)))
    case "Sometimes": {
      const isSeen = views.some((view) => property.holds(view))
      return isSeen ? null : `${property.name} is not seen`
    }
    case "Step":
      return first(
        trace.steps.map((action, position) => {
          const [before, after] = [views[position], views[position + 1]]
          if (before === undefined || after === undefined) return null
          return problemOf(property.name, () => property.holds(before, action, after))
        })
      )
    case "Terminal":
      return isTerminal(walk) ? first(views.slice(-1).map(ask(property.holds))) : null
    case "LeadsTo": {
      const distinct = distinctStates(states)
      const asking = (predicate: (view: View) => boolean) => (index: number) =>
        predicate(engine.view(distinct[index] ?? engine.initial))
      return checkLeadsTo(property, graphOf(walk, distinct), engine.classes, asking).violation?.detail ?? null
    }
  }
}

/** What a step throws in the last state of the walk, or null. */
export const failureAfter = ({ engine, states }: Walk): string | null => {
  try {
    engine.successors(lastOf(states), () => {})
    return null
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

const lastOf = (states: Walk["states"]): StateVector => states.at(-1) ?? states[0]

const first = (problems: ReadonlyArray<string | null>): string | null =>
  problems.find((problem) => problem !== null) ?? null

/** Nothing can happen any more; beyond a bound, nobody knows. */
const isTerminal = ({ engine, states }: Walk): boolean => {
  const last = lastOf(states)
  if (engine.cutOffBy(last) !== null) return false
  let isStuck = true
  engine.successors(last, (_code, _kind, next) => {
    if (!isSameState(last, next)) isStuck = false
  })
  return isStuck
}

const distinctStates = (states: ReadonlyArray<StateVector>): ReadonlyArray<StateVector> =>
  states.filter((state, index) => states.findIndex((other) => isSameState(other, state)) === index)

/** The states of the walk and their edges; those to other states are known by what they enable. */
const graphOf = ({ engine }: Walk, distinct: ReadonlyArray<StateVector>): StateGraph => {
  const graph = new StateGraph()
  for (const [index, state] of distinct.entries()) {
    graph.beginState(index)
    if (engine.cutOffBy(state) !== null) graph.markCutOff()
    else {
      engine.successors(state, (_code, kind, next) => {
        graph.addEdge(
          distinct.findIndex((other) => isSameState(other, next)),
          kind
        )
      })
    }
  }
  return graph
}
