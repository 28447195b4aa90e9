/** What is wrong with a model, and what went wrong in a step. */
import { NotAValue } from "../values/canonical.ts"
import { describeValue } from "../values/describeValue.ts"

/** The system is put together wrongly: found before or while it is explored. */
export class ModelError extends Error {
  constructor(message: string) {
    super(message)
    this.name = "ModelError"
  }
}

/** A function of the model threw: a step, the outcome of an operation, a history, a condition, a bound. */
export class StepFailure extends Error {
  /** What threw, such as `component sink`. */
  readonly place: string

  constructor(place: string, input: unknown, cause: unknown) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    const hint = /read only property|not extensible|Cannot delete/.test(problem)
      ? " It changes a value that it was given: make a new one instead."
      : ""
    const on = input === undefined ? "" : ` on ${describeValue(input)}`
    super(`${place} threw${on}: ${problem}${hint}`, { cause })
    this.name = "StepFailure"
    this.place = place
  }
}

/** What is wrong with the model, and not with the checker or the machine that it runs on. */
export const isModelFailure = (cause: unknown): cause is ModelError | StepFailure | NotAValue =>
  cause instanceof ModelError || cause instanceof StepFailure || cause instanceof NotAValue

/** Calls a function of the model; what it throws becomes a {@link StepFailure}. */
export const guarded = <A>(place: string, input: unknown, call: () => A): A => {
  try {
    return call()
  } catch (cause) {
    throw isModelFailure(cause) ? cause : new StepFailure(place, input, cause)
  }
}
