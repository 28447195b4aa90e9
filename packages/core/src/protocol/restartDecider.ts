/**
 * Decides whether a failure ends the job or another attempt follows.
 *
 * Keeps: a failure marked `never`, or the same record failing for the third time running, ends the job (rule 9).
 */
import type { FailureReport, RestartPolicy } from "./policy.ts"

export interface RestartFacts {
  readonly policy: RestartPolicy
  readonly failure: FailureReport
  /** Failures in a row before this one. */
  readonly failures: number
  /** How often in a row the same record has failed before. */
  readonly sameRecord: number
}

/** `failed` ends the job; null lets it restart. */
export const decideRestart = (facts: RestartFacts): "failed" | null => {
  if (facts.failure.retry === "never") return "failed"
  if (facts.failure.record !== null && facts.sameRecord >= 2) return "failed"
  if (facts.policy.restartsMax !== null && facts.failures >= facts.policy.restartsMax) return "failed"
  return null
}
