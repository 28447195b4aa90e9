/**
 * Attributes what is thrown inside a chain. The loop only remembers the index of the step it entered last (a constant
 * in a local variable, free in optimised code); everything else is worked out here, once.
 */
import { UserFunctionFailed } from "../model/errors.ts"
import { InvariantViolation } from "../model/invariant.ts"
import type { TaskPlan } from "./PhysicalPlan.ts"
import { preview } from "./preview.ts"

export interface ThrownAt {
  /** Index of the step; one past the last is the output's key; two past it, the output itself. */
  readonly step: number
  readonly position: string
  readonly record: unknown
}

/**
 * The error to throw for what a step threw: a `UserFunctionFailed`, except for bugs of ours and failures of the output,
 * which pass through as they are.
 */
export const chainFailure = (task: TaskPlan, subtask: number): ((error: unknown, at: ThrownAt) => unknown) => {
  const names = operatorNames(task)
  return (error, at) => {
    const operator = names[at.step]
    if (operator === undefined || error instanceof InvariantViolation) return error
    const { position, record } = at
    return new UserFunctionFailed({ operator, subtask, position, record: preview(record), cause: error })
  }
}

const operatorNames = (task: TaskPlan): ReadonlyArray<string> => {
  const steps = task.steps.map((step) => step.uid)
  return task.output._tag === "Exchange" ? [...steps, task.output.key.uid] : steps
}

/** Where a record is that no batch holds: it was emitted when event time advanced. */
export const firedPosition = (watermark: number): string => `the advance of event time to ${watermark}`
