/**
 * Attributes what is thrown inside a chain. The loop only remembers the index of the step it entered last (a constant
 * in a local variable, free in optimised code); everything else is worked out here, once.
 */
import { UserFunctionFailed } from "../model/errors.ts"
import { InvariantViolation } from "../model/invariant.ts"
import { FailedAtKey } from "../operator/FailedAtKey.ts"
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
    const { cause, position, record } = error instanceof FailedAtKey ? atKey(error, at) : { ...at, cause: error }
    return new UserFunctionFailed({ operator, subtask, position, record: preview(record), cause })
  }
}

/** Where a process function was: at a record of a key, or at a timer, which comes from no record. */
const atKey = ({ called, cause, key }: FailedAtKey, { position }: ThrownAt) => {
  const shown = preview(key)
  if (called._tag === "Element") return { cause, position: `${position}, key ${shown}`, record: called.value }
  const { time, timestamp } = called
  return { cause, position: `the ${time}-time timer of key ${shown} at ${timestamp}`, record: { key, timestamp } }
}

const operatorNames = (task: TaskPlan): ReadonlyArray<string> => {
  const steps = task.steps.map((step) => step.uid)
  return task.output._tag === "Exchange" ? [...steps, task.output.key.uid] : steps
}

export const endPosition = "the end of data"

/** The same of processing time. */
export const clockPosition = (now: number): string => `the advance of processing time to ${now}`

/** Where a record is that no batch holds: it was emitted when event time advanced. */
export const firedPosition = (watermark: number): string => `the advance of event time to ${watermark}`
