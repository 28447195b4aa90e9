/** Decides a `leadsTo` property on an explored graph, and says what is wrong where. */
import type { Property } from "../property/Property.ts"
import type { ActionClass } from "../system/Action.ts"
import type { View } from "../system/View.ts"
import { findLasso, type Lasso } from "./findLasso.ts"
import { obligations, type PathStep } from "./reachability.ts"
import type { StateGraph } from "./StateGraph.ts"

export type LeadsTo = Extract<Property, { readonly _tag: "LeadsTo" }>

export interface LeadsToResult {
  /** Whether anything was ever owed: a state with `from` and without `to` was reached. */
  readonly isTriggered: boolean
  /** Null if the property holds. */
  readonly violation: LeadsToViolation | null
}

export interface LeadsToViolation {
  readonly detail: string
  /** Which edge of which state is taken, from the initial state on. */
  readonly steps: ReadonlyArray<PathStep>
  /** As in a `Trace`: null if a predicate threw in the last state. */
  readonly loopsTo: number | null
}

/**
 * @param classes what the class indexes of the graph mean
 * @param asking makes a predicate about views one about the states of the graph
 */
export const checkLeadsTo = (
  property: LeadsTo,
  graph: StateGraph,
  classes: ReadonlyArray<ActionClass>,
  asking: (predicate: (view: View) => boolean) => (state: number) => boolean
): LeadsToResult => {
  const owes = answers(graph, asking(property.from))
  if ("cause" in owes) return { isTriggered: false, violation: thrown(graph, "from", owes) }
  const pays = answers(graph, asking(property.to))
  if ("cause" in pays) return { isTriggered: false, violation: thrown(graph, "to", pays) }
  const from = (state: number) => owes.bits[state] === 1
  const to = (state: number) => pays.bits[state] === 1
  if (!owes.bits.some((_, state) => from(state) && !to(state))) return { isTriggered: false, violation: null }
  const fairness = property.fair.map(({ strength, of }) => ({
    strength,
    classes: (index: number) => {
      const kind = classes[index]
      return kind !== undefined && of(kind)
    }
  }))
  const lasso = findLasso(graph, { from, to, fairness })
  return { isTriggered: true, violation: lasso === null ? null : lassoViolation(lasso) }
}

interface Answers {
  readonly bits: Uint8Array
}

interface Failure {
  readonly state: number
  readonly cause: unknown
}

const answers = (graph: StateGraph, ask: (state: number) => boolean): Answers | Failure => {
  const bits = new Uint8Array(graph.rows().states)
  for (const state of bits.keys()) {
    try {
      bits[state] = ask(state) ? 1 : 0
    } catch (cause) {
      return { state, cause }
    }
  }
  return { bits }
}

const lassoViolation = ({ stem, since, loop }: Lasso): LeadsToViolation => ({
  detail:
    loop.length === 0
      ? `is owed after step ${since}, and after step ${stem.length} it stays there for ever: nothing fair is enabled`
      : `is owed after step ${since}, and the last ${count(loop.length, "step")} may go round for ever, which is fair`,
  steps: [...stem, ...loop],
  loopsTo: stem.length
})

const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? "" : "s"}`

/** The shortest path to where a predicate threw. */
const thrown = (graph: StateGraph, predicate: string, { state, cause }: Failure): LeadsToViolation => {
  const rows = graph.rows()
  const here = new Uint8Array(rows.states)
  here[state] = 1
  const { steps } = obligations(rows, here, new Uint8Array(rows.states)).pathTo(state)
  const problem = cause instanceof Error ? cause.message : String(cause)
  return { detail: `its predicate "${predicate}" threw: ${problem}`, steps, loopsTo: null }
}
