/** What is wrong with a model, and what went wrong in a step. */
import { describeValue } from "../values/describeValue.ts"

/** The system is put together wrongly: found before or while it is explored. */
export class ModelError extends Error {
  constructor(message: string) {
    super(message)
    this.name = "ModelError"
  }
}

/** A function of the model threw: the step of a component, the outcome of an operation, a history. */
export class StepFailure extends Error {
  /** What threw, such as `component sink`. */
  readonly place: string

  constructor(place: string, input: unknown, cause: unknown) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    const hint = /read only property|not extensible|Cannot delete/.test(problem)
      ? " It changes a value that it was given: make a new one instead."
      : ""
    super(`${place} threw on ${describeValue(input)}: ${problem}${hint}`, { cause })
    this.name = "StepFailure"
    this.place = place
  }
}
