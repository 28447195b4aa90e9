/** What the coordinator is told, and what it asks of the world. */
import type { CheckpointKind } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId } from "../model/ids.ts"
import type { CheckpointCommand, CheckpointReport, InvalidationReason, StateHandle } from "./checkpointMessages.ts"
import type { JobEvent } from "./jobMessages.ts"
import type { CheckpointPolicy } from "./policy.ts"
import type { RefusalReason } from "./triggerDecider.ts"

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
    }
  | { readonly type: "coordinator.suspend"; readonly reason: InvalidationReason }
  | { readonly type: "coordinator.stop" }
  | { readonly type: "trigger.request" }
  | { readonly type: "count.reached" }
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

export type CoordinatorCommand =
  | CheckpointCommand
  | { readonly _tag: "SetTimer"; readonly timer: string; readonly delay: "interval" | "minPause" | "terminalRetry" }
  | { readonly _tag: "CancelTimer"; readonly timer: string }
  | { readonly _tag: "NotifyCompleted"; readonly id: CheckpointId; readonly kind: CheckpointKind }
  | { readonly _tag: "NotifyInvalidated"; readonly id: CheckpointId; readonly reason: InvalidationReason }
  | { readonly _tag: "ReserveIds"; readonly from: CheckpointId }
  | { readonly _tag: "RefuseRequest"; readonly reason: RefusalReason }
  | { readonly _tag: "TellJob"; readonly event: JobEvent }
