import { Cause } from "effect"
import type { FailureReport } from "../protocol/policy.ts"

/** What went wrong, and what the restart policy should make of it. */
export interface Failure {
  readonly error: unknown
  readonly report: FailureReport
}

const reportOf = (error: unknown): FailureReport => {
  if (typeof error !== "object" || error === null) return { retry: "never", record: null }
  const retry = "retry" in error && error.retry === "restart" ? "restart" : "never"
  const record =
    "_tag" in error && error._tag === "UserFunctionFailed" && "operator" in error && "record" in error
      ? `${String(error.operator)}: ${String(error.record)}`
      : null
  return { retry, record }
}

/** A failure by its `retry`; a defect is a bug, which another attempt would only meet again. */
export const failureOf = (cause: Cause.Cause<unknown>): Failure => {
  const failed = cause.reasons.find(Cause.isFailReason)
  if (failed !== undefined) return { error: failed.error, report: reportOf(failed.error) }
  return { error: Cause.squash(cause), report: { retry: "never", record: null } }
}
