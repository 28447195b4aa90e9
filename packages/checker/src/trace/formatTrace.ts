/** A trace as steps that people read: what happens, and below it what that changes. */
import { compileSystem } from "../engine/compileSystem.ts"
import type { System } from "../system/System.ts"
import { describeAction } from "./describeAction.ts"
import { changeText, stepDiffs } from "./stepDiffs.ts"
import type { Trace } from "./Trace.ts"
import { type Walk, walk } from "./walk.ts"

export interface TraceTitle {
  readonly property: string
  /** What is wrong. */
  readonly detail: string
}

/** Fails: throws `TraceDiverged` for a step that cannot happen (any more). */
export const formatTrace = (system: System, trace: Trace, title?: TraceTitle): string =>
  formatWalk(walk(compileSystem(system), trace), title)

export const formatWalk = (walk: Walk, title?: TraceTitle): string => {
  const { steps, loopsTo } = walk.trace
  const width = String(steps.length).length
  const lines = stepDiffs(walk).flatMap(({ action, changes }, position) => [
    ...(position === loopsTo ? ["-- from here it goes round for ever"] : []),
    `${String(position + 1).padStart(width)}. ${describeAction(action)}`,
    ...changes.map((change) => `${" ".repeat(width + 2)}  ${changeText(change)}`)
  ])
  return [
    ...(title === undefined ? [] : [`${title.property}: ${title.detail}`]),
    ...(steps.length === 0 ? ["(no step: the initial state)"] : lines),
    ...ending(loopsTo, steps.length)
  ].join("\n")
}

const ending = (loopsTo: number | null, length: number): ReadonlyArray<string> => {
  if (loopsTo === null) return []
  return [loopsTo === length ? "-- and stays there for ever" : `-- and goes on with step ${loopsTo + 1}`]
}
