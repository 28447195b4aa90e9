/**
 * Decides `from ~> to` under fairness on a graph, soundly: a violation is a path to a state with `from` and without
 * `to`, from there without `to` to a fair loop, and the fair loop itself without `to`.
 */
import { fairLoops } from "./fairLoops.ts"
import { type FairClasses, type FairnessRules, fairnessRules, strengthsOf } from "./fairnessRules.ts"
import { fairLoop } from "./loop.ts"
import { obligations, type PathStep } from "./reachability.ts"
import type { StateGraph } from "./StateGraph.ts"

/** What is to lead to what, about states by index. Each predicate is asked once per state. */
export interface Question {
  readonly from: (state: number) => boolean
  readonly to: (state: number) => boolean
  readonly fairness: ReadonlyArray<FairClasses>
}

/** A counterexample: `loop` is walked for ever after `stem`. */
export interface Lasso {
  /** The shortest there is. */
  readonly stem: ReadonlyArray<PathStep>
  /** From this step on, something is owed: the state before it has `from`. */
  readonly since: number
  /** Where the loop begins and ends. */
  readonly entry: number
  /** Empty if it stays in `entry` for ever. */
  readonly loop: ReadonlyArray<PathStep>
}

export const findLasso = (
  graph: StateGraph,
  question: Question,
  rules: FairnessRules = fairnessRules
): Lasso | null => {
  const rows = graph.rows()
  const from = new Uint8Array(rows.states).map((_, state) => (question.from(state) ? 1 : 0))
  const to = new Uint8Array(rows.states).map((_, state) => (question.to(state) ? 1 : 0))
  const { states, pathTo } = obligations(rows, from, to)
  const strengths = strengthsOf(question.fairness, rows.classCount)
  const { isFair, part } = fairLoops(rows, states, strengths, rules)
  const entry = states.find((state) => isFair[state] === 1)
  if (entry === undefined) return null
  const { steps, since } = pathTo(entry)
  return { stem: steps, since, entry, loop: fairLoop({ rows, part, entry, strengths, rules }) }
}
