/** Errors on their way between threads: their text and what the restart policy makes of them survive. */
import { type Retry, StorageFailure } from "../../../model/errors.ts"
import type { Failure } from "../../failureReport.ts"
import type { ToldFailure, ToldStorageFailure } from "./messages.ts"

export const tellFailure = ({ error, report }: Failure): ToldFailure => ({
  name: error instanceof Error ? String(error.name) : "Error",
  tag: error instanceof Error && "_tag" in error ? String(error._tag) : null,
  message: error instanceof Error ? String(error.message) : textOf(error),
  stack: error instanceof Error ? error.stack : undefined,
  report
})

/** Whatever was thrown: also what has no text of its own. */
const textOf = (error: unknown): string => {
  try {
    return String(error)
  } catch {
    return "a value without a text"
  }
}

export const toldFailure = (told: ToldFailure): Failure => ({ error: new ErrorOfThread(told), report: told.report })

/** An error that was thrown in another thread. */
class ErrorOfThread extends Error {
  readonly _tag: string | null
  readonly retry: Retry

  constructor({ message, name, report, stack, tag }: ToldFailure) {
    super(message)
    this._tag = tag
    this.name = name
    this.retry = report.retry
    if (stack !== undefined) this.stack = stack
  }
}

export const tellStorageFailure = (failure: StorageFailure): ToldStorageFailure => ({
  operation: failure.operation,
  path: failure.path,
  reason: failure.reason,
  outcome: failure.outcome,
  cause:
    failure.cause === undefined ? null : failure.cause instanceof Error ? failure.cause.message : String(failure.cause)
})

export const toldStorageFailure = ({ cause, ...told }: ToldStorageFailure): StorageFailure =>
  new StorageFailure(cause === null ? told : { ...told, cause: new Error(cause) })
