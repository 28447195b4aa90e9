/** What a subtask is told, and what it asks of its data plane and of the world. */
import type { Barrier, CheckpointKind } from "../model/Barrier.ts"
import type { ChannelId, CheckpointId, SubtaskId } from "../model/ids.ts"
import type { InvalidationReason, StateHandle } from "./checkpointMessages.ts"
import type { CommitCommand, CommitsSettled, Prepared } from "./committerMessages.ts"
import type { CoordinatorEvent } from "./coordinatorMessages.ts"
import type { JobEvent } from "./jobMessages.ts"

export interface SubtaskInput {
  readonly subtask: SubtaskId
  /** Input channels; empty for a source. */
  readonly channels: ReadonlyArray<ChannelId>
  /** True for a sink with two-phase commit. */
  readonly hasCommitter: boolean
}

export type SubtaskEvent =
  | { readonly type: "state.restore" }
  | {
      readonly type: "state.restored"
      readonly lastId: CheckpointId
      /** Transactions of the restored checkpoint that this subtask has to commit. */
      readonly prepared: ReadonlyArray<Prepared>
    }
  | { readonly type: "trigger.received"; readonly barrier: Barrier }
  | { readonly type: "barrier.received"; readonly channel: ChannelId; readonly barrier: Barrier }
  | { readonly type: "data.ended"; readonly channel: ChannelId }
  | { readonly type: "source.exhausted" }
  /** Somebody ends the job here: a source goes on as if it were exhausted. */
  | { readonly type: "source.drain" }
  | { readonly type: "transaction.prepared"; readonly id: CheckpointId; readonly transaction: string }
  | { readonly type: "capture.persisted"; readonly id: CheckpointId; readonly handle: StateHandle }
  | { readonly type: "capture.failed"; readonly id: CheckpointId }
  | { readonly type: "checkpoint.completed"; readonly id: CheckpointId; readonly kind: CheckpointKind }
  | { readonly type: "checkpoint.invalidated"; readonly id: CheckpointId; readonly reason: InvalidationReason }
  | { readonly type: "transactions.committed"; readonly upTo: CheckpointId }
  | CommitsSettled
  | { readonly type: "subtask.cancel" }

/** `Block`, `Unblock`, `Capture`, `Forward` and `EmitEndOfData` are done before the next element is taken. */
export type SubtaskCommand =
  | { readonly _tag: "Block"; readonly channel: ChannelId }
  | { readonly _tag: "Unblock"; readonly channels: ReadonlyArray<ChannelId> }
  | { readonly _tag: "Capture"; readonly barrier: Barrier }
  | { readonly _tag: "Forward"; readonly barrier: Barrier }
  | { readonly _tag: "EmitEndOfData" }
  /** The source takes nothing more: its next element is the end of data. */
  | { readonly _tag: "DrainSource" }
  | { readonly _tag: "AbandonCapture"; readonly id: CheckpointId }
  | { readonly _tag: "ReleaseState"; readonly id: CheckpointId; readonly objects: ReadonlyArray<string> }
  | CommitCommand
  | { readonly _tag: "TellCoordinator"; readonly event: CoordinatorEvent }
  | { readonly _tag: "TellJob"; readonly event: JobEvent }
