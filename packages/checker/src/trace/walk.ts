/**
 * Walks a trace again with today's machines.
 *
 * W1 Every step is one of the actions that can happen where it stands: equal as values, or, since JSON forgets fields
 *    that are undefined, the only one of equal JSON.
 * W2 The loop of a lasso closes.
 */

import type { Engine, StateVector } from "../engine/Engine.ts"
import { isSameState } from "../engine/sameState.ts"
import type { Action } from "../system/Action.ts"
import { canonicalText } from "../values/canonical.ts"
import { type Choices, choicesIn, type Edge } from "./choices.ts"
import { describeAction } from "./describeAction.ts"
import type { Trace } from "./Trace.ts"

export interface Walk {
  readonly engine: Engine
  readonly trace: Trace
  /** The initial state, then the one after each step. */
  readonly states: readonly [StateVector, ...ReadonlyArray<StateVector>]
}

/** The trace is no path of the system, or not any more. */
export class TraceDiverged extends Error {
  /** The step that cannot happen, from 0; the number of steps if it is the loop that does not close. */
  readonly step: number

  constructor(trace: Trace, step: number, problem: string) {
    const where =
      step < trace.steps.length ? `Step ${step + 1} of a trace of ${trace.system}` : `A trace of ${trace.system}`
    super(`${where} ${problem}`)
    this.name = "TraceDiverged"
    this.step = step
  }
}

/** Fails: throws {@link TraceDiverged}. */
export const walk = (engine: Engine, trace: Trace): Walk => {
  refuseOther(engine, trace)
  const states: [StateVector, ...Array<StateVector>] = [engine.initial.slice()]
  let state = states[0]
  for (const [position, action] of trace.steps.entries()) {
    const choices = choicesIn(engine, state)
    const chosen = chosenAmong(choices.edges, action)
    if (chosen === undefined) throw new TraceDiverged(trace, position, notEnabled(action, choices))
    state = chosen.next
    states.push(state)
  }
  const { loopsTo } = trace
  const entry = loopsTo === null ? state : states[loopsTo]
  if (entry === undefined || !isSameState(entry, state)) {
    throw new TraceDiverged(
      trace,
      trace.steps.length,
      `does not close its loop: after the last step the state is not the one before step ${(loopsTo ?? 0) + 1}.`
    )
  }
  return { engine, trace, states }
}

const chosenAmong = (enabled: ReadonlyArray<Edge>, action: Action): Edge | undefined => {
  const wanted = canonicalText(action, "a step of the trace")
  const equal = enabled.find((choice) => canonicalText(choice.action, "an action") === wanted)
  if (equal !== undefined) return equal
  const similar = enabled.filter((choice) => canonicalText(viaJson(choice.action), "an action") === wanted)
  return similar.length === 1 ? similar[0] : undefined
}

const viaJson = (action: Action): unknown => JSON.parse(JSON.stringify(action))

const shownMax = 20

const notEnabled = (action: Action, { edges: enabled, problem }: Choices): string => {
  const shown = enabled.slice(0, shownMax).map((choice) => describeAction(choice.action))
  const more = enabled.length > shownMax ? [`${enabled.length - shownMax} more`] : []
  const instead = enabled.length === 0 ? "nothing can happen" : [...shown, ...more].join("; ")
  const failure = problem === null ? "" : ` A step threw: ${problem}`
  return `cannot happen (any more): ${describeAction(action)}. Instead, there: ${instead}.${failure}`
}

const refuseOther = ({ system }: Engine, trace: Trace): void => {
  if (trace.system === system.name) return
  throw new TraceDiverged(
    trace,
    0,
    `cannot be walked in system ${system.name}: replay it with the system that it was recorded of.`
  )
}
