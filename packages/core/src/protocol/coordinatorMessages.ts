/** What the coordinator is told, and what it asks of the world. */
import type { CheckpointKind, TerminalKind } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId } from "../model/ids.ts"
import type { CheckpointCommand, CheckpointReport, InvalidationReason, StateHandle } from "./checkpointMessages.ts"
import type { JobEvent } from "./jobMessages.ts"
import type { CheckpointPolicy } from "./policy.ts"
import type { RefusalReason } from "./triggerDecider.ts"

/** What the coordinator of a job is made with; the rest comes with `coordinator.start`. */
export interface CoordinatorInput {
  readonly policy: CheckpointPolicy
}

export type CoordinatorEvent =
  | {
      readonly type: "coordinator.start"
      readonly subtasks: ReadonlyArray<SubtaskId>
      readonly nextId: CheckpointId
      readonly idsEnd: CheckpointId
      /** Completed checkpoints that stand in the log before the claim and can be restored, sorted. */
      readonly recorded: ReadonlyArray<CheckpointId>
      /** What stands there and is the user's: savepoints, and a checkpoint that was restored without claiming it. Sorted. */
      readonly kept: ReadonlyArray<CheckpointId>
    }
  | { readonly type: "coordinator.suspend"; readonly reason: InvalidationReason }
  /** `kind` is that of the last checkpoint; one that ends the data drains the sources. */
  | { readonly type: "coordinator.stop"; readonly kind: TerminalKind }
  | { readonly type: "trigger.request" }
  | { readonly type: "savepoint.request" }
  | { readonly type: "count.reached" }
  /** The interval was chosen anew from measurements; `policy` says by which rule, and is opaque here. */
  | { readonly type: "interval.adapted"; readonly policy: string }
  | { readonly type: "timer.fired"; readonly timer: string }
  | { readonly type: "checkpoint.expired"; readonly id: CheckpointId }
  | { readonly type: "subtask.ended"; readonly subtask: SubtaskId }
  | {
      readonly type: "subtask.acknowledged"
      readonly subtask: SubtaskId
      readonly id: CheckpointId
      readonly handle: StateHandle
    }
  | {
      readonly type: "subtask.declined"
      readonly subtask: SubtaskId
      readonly id: CheckpointId
      readonly reason: InvalidationReason
    }
  | { readonly type: "manifest.recorded"; readonly id: CheckpointId }
  | { readonly type: "manifest.refused"; readonly id: CheckpointId; readonly reason: InvalidationReason }
  | { readonly type: "ids.reserved"; readonly end: CheckpointId }
  | CheckpointReport

/** Coordinator and checkpoints to the world. */
export type CoordinatorCommand =
  | CheckpointCommand
  | { readonly _tag: "SetTimer"; readonly timer: string; readonly delay: "interval" | "minPause" | "terminalRetry" }
  | { readonly _tag: "CancelTimer"; readonly timer: string }
  | { readonly _tag: "NotifyCompleted"; readonly id: CheckpointId; readonly kind: CheckpointKind }
  /** Whoever asked for the savepoint is told; no subtask is, so that nothing is committed (rule 6). */
  | { readonly _tag: "NotifySavepoint"; readonly id: CheckpointId }
  | { readonly _tag: "NotifyInvalidated"; readonly id: CheckpointId; readonly reason: InvalidationReason }
  | { readonly _tag: "ReserveIds"; readonly from: CheckpointId }
  | { readonly _tag: "RefuseRequest"; readonly reason: RefusalReason }
  | { readonly _tag: "RefuseSavepoint"; readonly reason: RefusalReason }
  /** The sources end here, with the end of data and of event time, as if there were no more. */
  | { readonly _tag: "DrainSources" }
  | { readonly _tag: "TellJob"; readonly event: JobEvent }
