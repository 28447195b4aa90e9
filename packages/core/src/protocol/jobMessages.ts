/** What a job is told, and what it asks of the world. */
import type { TerminalKind } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId, Term } from "../model/ids.ts"
import type { InvalidationReason } from "./checkpointMessages.ts"
import type { FailureReport, RestartPolicy } from "./policy.ts"

/** What the machine of a job is made with. */
export interface JobInput {
  readonly policy: RestartPolicy
}

/** What the claim found and reserved. */
export interface Claimed {
  readonly term: Term
  readonly nextId: CheckpointId
  readonly idsEnd: CheckpointId
  /** Completed checkpoints that stand in the log before the claim and are the job's, sorted. */
  readonly recorded: ReadonlyArray<CheckpointId>
  /** What stands there and is the user's: it is never retired. Sorted. */
  readonly kept: ReadonlyArray<CheckpointId>
}

/** How a run ends. `alreadyEnded`: it had ended before, nothing was run. */
export type JobOutcome = "finished" | "alreadyEnded" | "stopped" | "cancelled" | "failed"

/** The world to the job. */
export type JobEvent =
  | { readonly type: "job.start" }
  /** `kind` is that of the last checkpoint: `stop` is the plain one, the others may take their time. */
  | { readonly type: "job.stop"; readonly kind: TerminalKind }
  | { readonly type: "job.cancel" }
  | ({ readonly type: "claim.appended" } & Claimed)
  | { readonly type: "claim.unneeded" }
  | { readonly type: "claim.failed"; readonly failure: FailureReport }
  | { readonly type: "attempt.restored"; readonly subtasks: ReadonlyArray<SubtaskId> }
  | { readonly type: "attempt.failed"; readonly attempt: number; readonly failure: FailureReport }
  | { readonly type: "attempt.cancelled" }
  | { readonly type: "subtask.finished"; readonly subtask: SubtaskId }
  | { readonly type: "checkpoints.failing"; readonly reason: InvalidationReason }
  | { readonly type: "end.recorded" }
  | { readonly type: "end.failed"; readonly failure: FailureReport }
  | { readonly type: "timer.fired"; readonly timer: string }

/** Job to the world. */
export type JobCommand =
  | { readonly _tag: "ClaimLog"; readonly attempt: number }
  | { readonly _tag: "RestoreAttempt"; readonly attempt: number; readonly claim: Claimed }
  | { readonly _tag: "RunAttempt"; readonly attempt: number }
  | { readonly _tag: "CancelAttempt"; readonly attempt: number }
  | {
      readonly _tag: "StartCoordinator"
      readonly subtasks: ReadonlyArray<SubtaskId>
      readonly claim: Claimed
    }
  | { readonly _tag: "SuspendCoordinator"; readonly reason: InvalidationReason }
  | { readonly _tag: "StopCoordinator"; readonly kind: TerminalKind }
  /** Nothing runs that could be drained or saved: the job goes on with what it does. */
  | { readonly _tag: "RefuseStop" }
  | { readonly _tag: "RecordEnd"; readonly end: "finished" | "cancelled" }
  | { readonly _tag: "SetTimer"; readonly timer: string; readonly delay: "backoff"; readonly step: number }
  | { readonly _tag: "SetTimer"; readonly timer: string; readonly delay: "stable" | "forget" | "stopTimeout" }
  | { readonly _tag: "CancelTimer"; readonly timer: string }
  | { readonly _tag: "EndJob"; readonly outcome: JobOutcome }
