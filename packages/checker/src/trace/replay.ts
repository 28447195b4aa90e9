/** Replays recorded traces against today's machines. */
import { compileSystem } from "../engine/compileSystem.ts"
import { noStepThrows } from "../property/checkProperties.ts"
import type { Property } from "../property/Property.ts"
import type { Action } from "../system/Action.ts"
import type { System } from "../system/System.ts"
import type { View } from "../system/View.ts"
import { failureAfter, violationOn } from "./judge.ts"
import { type Change, stepDiffs } from "./stepDiffs.ts"
import type { Trace } from "./Trace.ts"
import { TraceDiverged, walk } from "./walk.ts"

export interface ReplayedStep {
  readonly action: Action
  /** After the step. */
  readonly view: View
  /** What the step changed. */
  readonly changes: ReadonlyArray<Change>
}

/** Every step of the trace. Fails: throws `TraceDiverged` for a step that cannot happen (any more). */
export const replay = (system: System, trace: Trace): ReadonlyArray<ReplayedStep> => {
  const walked = walk(compileSystem(system), trace)
  return stepDiffs(walked).flatMap(({ action, changes }, position) => {
    const state = walked.states[position + 1]
    return state === undefined ? [] : [{ action, view: walked.engine.view(state), changes }]
  })
}

/** What has become of a recorded counterexample. */
export type Recheck =
  /** It still shows what is wrong. */
  | { readonly _tag: "Violated"; readonly detail: string }
  /** It can be walked, and nothing is wrong on it. */
  | { readonly _tag: "Holds" }
  /** It cannot be walked any more. */
  | { readonly _tag: "Diverged"; readonly detail: string }

/** A system with its properties. */
export interface Checked {
  readonly system: System
  readonly properties?: ReadonlyArray<Property>
}

/**
 * Walks a trace and judges one property on it, by name. A name that is no property stands for what a search reports
 * when a step throws. `models`: one model, or several, of which the trace names one.
 */
export const recheck = (models: Checked | ReadonlyArray<Checked>, trace: Trace, property: string): Recheck => {
  const all: ReadonlyArray<Checked> = "system" in models ? [models] : models
  const model = all.find(({ system }) => system.name === trace.system)
  if (model === undefined) {
    const names = all.map(({ system }) => system.name).join(", ")
    throw new Error(`The trace was recorded of system ${trace.system}; there is only: ${names}. Give that system.`)
  }
  return recheckIn(model, trace, property)
}

const recheckIn = ({ system, properties = [] }: Checked, trace: Trace, name: string): Recheck => {
  const property = properties.find((candidate) => candidate.name === name)
  if (property === undefined && name !== noStepThrows) {
    const names = properties.map((candidate) => `"${candidate.name}"`).join(", ")
    throw new Error(`System ${system.name} has no property "${name}"; it has: ${names || "none"}. Correct the name.`)
  }
  try {
    const walked = walk(compileSystem(system), trace)
    const detail = property === undefined ? failureAfter(walked) : violationOn(walked, property)
    return detail === null ? { _tag: "Holds" } : { _tag: "Violated", detail }
  } catch (cause) {
    if (cause instanceof TraceDiverged) return { _tag: "Diverged", detail: cause.message }
    throw cause
  }
}
