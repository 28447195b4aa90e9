/**
 * What a command says when it cannot do its work, and its exit codes.
 *
 * 0 nothing is wrong · 1 a property is violated, or the search proved less than was asked · 2 the command, the module or a
 * file is wrong · 70 a bug
 */
import { isModelFailure } from "../engine/errors.ts"
import { TraceInvalid } from "../trace/json.ts"

export const exitCodes = { fine: 0, violated: 1, usage: 2, bug: 70 } as const

/** The command, the module or a file cannot work. */
export class UsageInvalid extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "UsageInvalid"
  }
}

export interface FailureText {
  readonly text: string
  readonly exitCode: number
}

export const describeFailure = (error: unknown): FailureText => {
  if (error instanceof UsageInvalid) return { text: error.message, exitCode: exitCodes.usage }
  if (isModelProblem(error)) return { text: error.message, exitCode: exitCodes.usage }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { text: `${text}\nThis is a bug in the checker: please report it with the model.`, exitCode: exitCodes.bug }
}

/** A mistake in the model or the trace, and not in the checker. */
const isModelProblem = (error: unknown): error is Error => isModelFailure(error) || error instanceof TraceInvalid

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
