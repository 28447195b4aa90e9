/**
 * What the protocol must know of the user's options: counts and choices, never durations. Durations stay with the
 * interpreter of timers; the machines name them.
 */
import type { CheckpointId } from "../model/ids.ts"

/** What a record may count for in the state after a restore: once, or once at least. */
export type CheckpointMode = "exactly-once" | "at-least-once"

export interface CheckpointPolicy {
  /** `first`: by the clock or by the count, whichever comes first. */
  readonly trigger: "periodic" | "count" | "first" | "manual"
  /** `exactly-once` if left out. */
  readonly mode?: CheckpointMode
  readonly concurrentMax: number
  /** Consecutive counted failures that are tolerated; null tolerates any number. */
  readonly toleratedFailures: number | null
  readonly retained: number
  /** Requests that may wait; one more is dropped. */
  readonly queuedTriggersMax: number
  /** Whether checkpoints name a base, so that subtasks may write what has changed since. */
  readonly incremental: boolean
}

export interface RestartPolicy {
  /** Restarts for failures that are not forgotten before the job fails; null never gives up. */
  readonly restartsMax: number | null
  /**
   * How failures are forgotten: `all` of them once the job has run long enough without one, `each` after a time of its
   * own, or `never`. `all` if left out.
   */
  readonly forgets?: "all" | "each" | "never"
}

/** Which checkpoint a run starts from: found in the log, none, or the one that the user named. */
export type Resume = "latest" | "on-failure" | "never" | { readonly from: CheckpointId }

/** What a failure tells the restart policy: whether another attempt can help, and which record it stopped at, if any. */
export interface FailureReport {
  readonly retry: "never" | "restart"
  /** Equal for the same record in the same operator; null if the failure has no record. */
  readonly record: string | null
}
