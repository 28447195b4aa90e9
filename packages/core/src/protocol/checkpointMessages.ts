/** What the coordinator and one of its checkpoints tell each other, and what a checkpoint asks of the world. */
import type { Barrier, CheckpointKind } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId } from "../model/ids.ts"

/** Where a subtask's snapshot lies. */
export interface StateHandle {
  readonly object: string
  /** Bytes. */
  readonly size: number
  /** Objects of earlier checkpoints that it refers to, sorted; none for a full snapshot. */
  readonly shared: ReadonlyArray<string>
  /** The uncommitted transactions that a savepoint holds, and the sink they are of; left out where there are none. */
  readonly held?: { readonly sink: string; readonly transactions: ReadonlyArray<string> }
}

/** A subtask has stored its state of a checkpoint; `handle` says where. */
export interface Acknowledgement {
  readonly subtask: SubtaskId
  readonly handle: StateHandle
}

/** Why a checkpoint is of no use. `retired` and `corrupt` are the two ways out of completed. */
export type InvalidationReason =
  | "declined"
  | "expired"
  | "storageFailed"
  | "subsumed"
  | "superseded"
  | "restarted"
  | "stopped"
  | "fenced"
  | "retired"
  | "corrupt"

export interface CheckpointInput {
  readonly barrier: Barrier
  /** The plan: every subtask that has to acknowledge, sorted. */
  readonly subtasks: ReadonlyArray<SubtaskId>
  /** True for a checkpoint that the log already holds. */
  readonly isRecorded: boolean
}

/** Coordinator to checkpoint. */
export type CheckpointEvent =
  | { readonly type: "checkpoint.acknowledge"; readonly subtask: SubtaskId; readonly handle: StateHandle }
  | { readonly type: "checkpoint.decline"; readonly subtask: SubtaskId; readonly reason: InvalidationReason }
  | { readonly type: "checkpoint.expire" }
  | { readonly type: "checkpoint.subsume" }
  | { readonly type: "checkpoint.abort"; readonly reason: InvalidationReason }
  | { readonly type: "checkpoint.retire" }
  | { readonly type: "checkpoint.corrupt" }
  | { readonly type: "manifest.written" }
  | { readonly type: "manifest.failed"; readonly reason: InvalidationReason }

/** Checkpoint to coordinator. */
export type CheckpointReport =
  | { readonly type: "checkpoint.collecting"; readonly id: CheckpointId }
  | { readonly type: "checkpoint.completed"; readonly id: CheckpointId; readonly kind: CheckpointKind }
  | {
      readonly type: "checkpoint.invalidated"
      readonly id: CheckpointId
      readonly kind: CheckpointKind
      readonly reason: InvalidationReason
    }

/** Checkpoint to the world: what the interpreter is to do, as data. */
export type CheckpointCommand =
  | { readonly _tag: "TriggerSources"; readonly barrier: Barrier }
  | { readonly _tag: "SetTimer"; readonly timer: string; readonly delay: "checkpointTimeout" }
  | { readonly _tag: "CancelTimer"; readonly timer: string }
  | {
      readonly _tag: "WriteManifest"
      readonly barrier: Barrier
      readonly acknowledged: ReadonlyArray<Acknowledgement>
    }
  | { readonly _tag: "ReleaseState"; readonly id: CheckpointId; readonly objects: ReadonlyArray<string> }
  | { readonly _tag: "RetireCheckpoint"; readonly id: CheckpointId }

/** The timer after which a checkpoint that is still pending has expired. */
export const expiryTimer = (id: CheckpointId): string => `checkpoint:${id}`

/** The checkpoint whose time is up, for the timer that {@link expiryTimer} names; null for other timers. */
export const expiredCheckpoint = (timer: string): CheckpointId | null =>
  timer.startsWith("checkpoint:") ? Number(timer.slice("checkpoint:".length)) : null
