/**
 * What the protocol must know of the user's options: counts and choices, never durations. Durations stay with the
 * interpreter of timers; the machines name them.
 */
import type { CheckpointId } from "../model/ids.ts"

export interface CheckpointPolicy {
  readonly trigger: "periodic" | "count" | "manual"
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
  /** Restarts in a row before the job fails; null never gives up. */
  readonly restartsMax: number | null
}

/** Which checkpoint a run starts from. */
export type Resume = "latest" | "on-failure" | "never" | { readonly from: CheckpointId }

/** What a failure tells the restart policy: whether another attempt can help, and which record it stopped at, if any. */
export interface FailureReport {
  readonly retry: "never" | "restart"
  /** Equal for the same record in the same operator; null if the failure has no record. */
  readonly record: string | null
}
