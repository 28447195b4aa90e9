/** Decides the `leadsTo` properties on the graph of a complete search. */
import type { StateVector } from "../engine/Engine.ts"
import { MemoPredicate } from "../engine/MemoPredicate.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import { checkLeadsTo, type LeadsTo } from "../liveness/leadsTo.ts"
import type { StateGraph } from "../liveness/StateGraph.ts"
import type { Property } from "../property/Property.ts"
import type { Action, ActionClass } from "../system/Action.ts"
import type { View } from "../system/View.ts"
import type { Trace } from "../trace/Trace.ts"
import type { Visited } from "../visited/Visited.ts"
import type { Violation } from "./Report.ts"

export interface LivenessVerdict {
  readonly name: string
  readonly isTriggered: boolean
  readonly violation: Violation | null
}

export const checkLiveness = (given: {
  readonly engine: SystemEngine
  readonly visited: Visited
  readonly graph: StateGraph
  readonly properties: ReadonlyArray<Property>
}): ReadonlyArray<LivenessVerdict> => {
  const { engine, visited, graph } = given
  const state = new Int32Array(engine.width)
  const asking = (predicate: (view: View) => boolean) => {
    const memo = new MemoPredicate(engine.tables, (view) => predicate(view))
    return (index: number): boolean => {
      visited.load(index, state)
      return memo.ask(state, state, -1)
    }
  }
  return given.properties.flatMap((property): ReadonlyArray<LivenessVerdict> => {
    if (property._tag !== "LeadsTo") return []
    const unfair = fairnessProblem(property, engine.classes)
    if (unfair !== null) {
      const trace: Trace = { system: engine.system.name, steps: [], loopsTo: null }
      return [{ name: property.name, isTriggered: true, violation: { property: property.name, detail: unfair, trace } }]
    }
    const { isTriggered, violation } = checkLeadsTo(property, graph, engine.classes, asking)
    if (violation === null) return [{ name: property.name, isTriggered, violation: null }]
    const { detail, loopsTo } = violation
    const steps = violation.steps.map((step): Action => {
      visited.load(step.state, state)
      return nthAction(engine, state, step.edge)
    })
    const trace: Trace = { system: engine.system.name, steps, loopsTo }
    return [{ name: property.name, isTriggered, violation: { property: property.name, detail, trace } }]
  })
}

/** What `fair` throws, asked once of every class of actions; null if it answers. */
const fairnessProblem = ({ fair }: LeadsTo, classes: ReadonlyArray<ActionClass>): string | null => {
  try {
    for (const { of } of fair) for (const kind of classes) of(kind)
    return null
  } catch (cause) {
    return `its fairness threw: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}

const nthAction = (engine: SystemEngine, state: StateVector, ordinal: number): Action => {
  const codes: Array<number> = []
  engine.successors(state, (code) => codes.push(code))
  return engine.describe(state, codes[ordinal] ?? -1)
}
