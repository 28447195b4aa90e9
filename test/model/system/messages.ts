/** What the components of the model tell each other beside the events of their machines, and what they ask of resources. */
import type { Barrier } from "../../../packages/core/src/model/Barrier.ts"
import type { ChannelId, CheckpointId, Term } from "../../../packages/core/src/model/ids.ts"
import type { CoordinatorEvent } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { SubtaskEvent } from "../../../packages/core/src/protocol/subtaskMessages.ts"
import type { LogEntry } from "../../../packages/core/src/storage/LogEntry.ts"
import type { PlacedEntry } from "../../../packages/core/src/storage/logView.ts"
import type { Rec } from "./plan.ts"

/** What flows through a data channel. */
export type Element =
  | { readonly type: "record"; readonly channel: ChannelId; readonly record: Rec }
  | { readonly type: "barrier"; readonly channel: ChannelId; readonly barrier: Barrier }
  | { readonly type: "end"; readonly channel: ChannelId }

/** What a subtask is told. */
export type SubtaskMail =
  | Element
  | SubtaskEvent
  | Told
  /** A source emits its next record, or finds that there is none. */
  | { readonly type: "plane.emit" }
  | { readonly type: "plane.exhaust" }
  /** A subtask chooses to write its next snapshot in full. */
  | { readonly type: "plane.compact" }
  /** A user's function throws, a device fails, a commit gives up. */
  | { readonly type: "plane.fail" }

/** What a coordinator tells the subtasks of an attempt: those of a later one, which have the same names, do not hear it. */
export interface Told {
  readonly type: "told"
  readonly attempt: number
  readonly event: SubtaskEvent
}

/** The claim under which a log is written: who, and where its next entry goes. */
export interface Writer {
  readonly term: Term
  readonly nonce: number
  readonly lastSlot: number
  readonly idsEnd: CheckpointId
  readonly resumesFrom: CheckpointId | null
  /** Completed checkpoints before the claim: where they stand and what they hold. */
  readonly before: ReadonlyArray<Place>
  /** What stood before the claim and is the user's, sorted. */
  readonly kept: ReadonlyArray<CheckpointId>
}

export interface Place {
  readonly id: CheckpointId
  readonly slot: number
  /** All that it refers to. */
  readonly objects: ReadonlyArray<string>
}

export type CoordinatorMail =
  | Exclude<CoordinatorEvent, { readonly type: "coordinator.start" }>
  | CoordinatorStart
  | LogAnswer
  /** A retired entry is gone: its objects may follow. */
  | { readonly type: "entry.deleted"; readonly id: CheckpointId; readonly objects: ReadonlyArray<string> }
  /** The job's end is to be appended behind what the coordinator is appending. */
  | { readonly type: "end.append"; readonly end: "finished" | "cancelled" }

/** `coordinator.start` with what the coordinator works on. */
export type CoordinatorStart = Extract<CoordinatorEvent, { readonly type: "coordinator.start" }> & {
  readonly attempt: number
  readonly writer: Writer
}

/** What became of an append: `failed` had no effect, `unknown` may have had one. */
export interface LogAnswer {
  readonly type: "log.answered"
  readonly nonce: number
  readonly result: "appended" | "taken" | "failed" | "unknown"
}

/** Which activity of the job a question belongs to; answers to an activity that is over are not heard. */
export interface Asked {
  readonly activity: "claim" | "restore" | "end"
  readonly attempt: number
}

export type JobMail =
  | JobEvent
  | LogAnswer
  | { readonly type: "log.read"; readonly of: Asked; readonly entries: ReadonlyArray<PlacedEntry> }
  | { readonly type: "log.listed"; readonly of: Asked; readonly lastSlot: number }
  | {
      readonly type: "store.loaded"
      readonly of: Asked
      readonly found: CheckpointId | null
      readonly corrupt: ReadonlyArray<CheckpointId>
    }
  | { readonly type: "ledger.shown"; readonly of: Asked; readonly visible: CheckpointId }
  | {
      readonly type: "ledger.rolledBack"
      readonly of: Asked
      /** What is visible now that nothing else can become so. */
      readonly visible: CheckpointId
      readonly open: ReadonlyArray<string>
    }
  | { readonly type: "asked.failed"; readonly of: Asked }

export type LogOperation =
  | {
      readonly op: "append"
      readonly slot: number
      readonly entry: LogEntry
      readonly nonce: number
      readonly to: string
    }
  | { readonly op: "read"; readonly of: Asked; readonly to: string }
  | { readonly op: "list"; readonly of: Asked; readonly to: string }
  | {
      readonly op: "delete"
      readonly id: CheckpointId
      readonly slot: number
      readonly objects: ReadonlyArray<string>
      readonly to: string
    }

export type StoreOperation =
  | {
      readonly op: "put"
      readonly id: CheckpointId
      readonly object: string
      readonly shared: ReadonlyArray<string>
      readonly to: string
    }
  | { readonly op: "delete"; readonly objects: ReadonlyArray<string> }
  /** Reads the objects of the newest candidate that is whole. */
  | {
      readonly op: "load"
      readonly candidates: ReadonlyArray<Pick<Place, "id" | "objects">>
      readonly of: Asked
      readonly to: string
    }
  /** Removes what earlier terms have left and no entry names. */
  | { readonly op: "sweep"; readonly term: Term; readonly named: ReadonlyArray<string> }
  | { readonly op: "damage" }

export type LedgerOperation =
  | {
      readonly op: "prepare"
      readonly id: CheckpointId
      readonly transaction: string
      readonly to: string
      readonly failing: Failing
    }
  | {
      readonly op: "commit"
      readonly upTo: CheckpointId
      readonly transactions: ReadonlyArray<string>
      readonly to: string
      readonly failing: Failing
    }
  | { readonly op: "show"; readonly of: Asked; readonly to: string }
  /** Rolls back what is not kept, then asks what is visible once more. */
  | {
      readonly op: "rollback"
      readonly term: Term
      readonly keep: ReadonlyArray<string>
      readonly of: Asked
      readonly to: string
    }

/** Whom an operation of a subtask fails when it fails. */
export interface Failing {
  readonly job: string
  readonly attempt: number
}

/** Facts for the history. */
export type Fact =
  | { readonly _tag: "Triggered"; readonly id: CheckpointId; readonly term: Term }
  | { readonly _tag: "Completed"; readonly id: CheckpointId }
  /** A savepoint of a job that runs on is complete. */
  | { readonly _tag: "Saved"; readonly id: CheckpointId }
  | { readonly _tag: "Invalidated"; readonly id: CheckpointId }
  /** The entry of a completed checkpoint was removed. */
  | { readonly _tag: "Retired"; readonly id: CheckpointId }
  /** A claim was answered, and nothing stood above it: its term leads. */
  | { readonly _tag: "Led"; readonly term: Term; readonly slot: number }
