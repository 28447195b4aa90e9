/** What a job knows, and the pure functions over it that its machine is made of. */
import type { TerminalKind } from "../model/Barrier.ts"
import type { SubtaskId } from "../model/ids.ts"
import type { Claimed, JobCommand, JobOutcome } from "./jobMessages.ts"
import type { FailureReport, RestartPolicy } from "./policy.ts"
import { decideRestart } from "./restartDecider.ts"

export interface JobContext {
  readonly policy: RestartPolicy
  /** Counts the attempts of this process; the first is 1. */
  readonly attempt: number
  readonly claim: Claimed | null
  readonly subtasks: ReadonlyArray<SubtaskId>
  /** Subtasks whose commits are done, sorted. */
  readonly finished: ReadonlyArray<SubtaskId>
  /** Failures in a row; saturates. */
  readonly failures: number
  /** The record that the last failure named; times saturates at the limit of K3. */
  readonly lastRecord: { readonly record: string; readonly times: number } | null
  readonly outcome: JobOutcome | null
  /** How the running attempt is being stopped; null while it is not. */
  readonly stopping: TerminalKind | null
}

/** Failures are counted up to here, or up to the restarts allowed: beyond it the backoff does not grow any more. */
const failuresCeiling = 64

/** K6: each failure that the policy forgets by itself has a timer, named by the attempt that it ended. */
export const forgetPrefix = "forget:"

export const forgetLater = ({ attempt, outcome, policy }: JobContext): ReadonlyArray<JobCommand> =>
  policy.forgets === "each" && outcome === null
    ? [{ _tag: "SetTimer", timer: `${forgetPrefix}${attempt}`, delay: "forget" }]
    : []

export const checkpointsFailing: FailureReport = { retry: "restart", record: null }

export const recordFailure = (context: JobContext, failure: FailureReport): Partial<JobContext> => ({
  failures: Math.min(context.failures + 1, Math.max(failuresCeiling, context.policy.restartsMax ?? 0)),
  lastRecord:
    failure.record === null
      ? null
      : {
          record: failure.record,
          times: context.lastRecord?.record === failure.record ? Math.min(context.lastRecord.times + 1, 3) : 1
        },
  outcome: decideRestart({
    policy: context.policy,
    failure,
    failures: context.failures,
    sameRecord: context.lastRecord?.record === failure.record ? context.lastRecord.times : 0
  })
})

/** K5: nobody restarts a job that was asked to stop. */
export const recordFailureOfStop = (context: JobContext, failure: FailureReport): Partial<JobContext> => {
  const recorded = recordFailure(context, failure)
  return { ...recorded, outcome: recorded.outcome ?? "stopped" }
}

/** Only the plain stop is bounded in time: whoever asks for a savepoint or a drain waits for it, or asks once more. */
export const stopCoordinator = ({ stopping }: JobContext): ReadonlyArray<JobCommand> => [
  { _tag: "StopCoordinator", kind: stopping ?? "stop" },
  ...(stopping === "stop" ? [{ _tag: "SetTimer", timer: "stopTimeout", delay: "stopTimeout" } as const] : [])
]

export const endJob = (context: JobContext): ReadonlyArray<JobCommand> => [
  { _tag: "EndJob", outcome: context.outcome ?? "failed" }
]
