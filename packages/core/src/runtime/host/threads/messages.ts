/** What the coordinator's thread and a worker thread tell each other. Plain data; records never pass here. */
import type { StorageFailure } from "../../../model/errors.ts"
import type { CheckpointId, SubtaskId, Term } from "../../../model/ids.ts"
import type { ChainMode } from "../../../pipeline/compileChain.ts"
import type { CoordinatorEvent } from "../../../protocol/coordinatorMachine.ts"
import type { JobEvent } from "../../../protocol/jobMachine.ts"
import type { FailureReport } from "../../../protocol/policy.ts"
import type { SubtaskEvent } from "../../../protocol/subtaskMachine.ts"
import type { Manifest } from "../../../storage/LogEntry.ts"
import type { SubtaskMeasure } from "../../CheckpointStats.ts"
import type { Inspection } from "../../Inspection.ts"
import type { JobModule } from "../../JobOptions.ts"
import type { SplitState } from "../../SplitReader.ts"
import type { SubtaskTotals, SubtaskUsage } from "../../SubtaskHandle.ts"
import type { ExchangeMemory } from "./exchangeMemory.ts"

/** What a worker thread is started with: enough to load what its order will need. */
export interface WorkerStart {
  readonly module: JobModule
}

/** What it is to do. */
export interface WorkerOrder {
  readonly module: JobModule
  /** How the plan explains itself in the coordinator's thread: the worker's must be the same. */
  readonly plan: string
  readonly thread: number
  readonly threads: number
  readonly parallelism: number
  readonly chains: ChainMode
  readonly attempt: {
    readonly job: string
    readonly number: number
    readonly term: Term
    readonly restored: CheckpointId
    readonly isDrained: boolean
  }
  /** The checkpoint to restore, or null. */
  readonly manifest: Manifest | null
  readonly splits: ReadonlyArray<readonly [source: string, splits: ReadonlyArray<SplitState>]>
  /** Path of an object, for messages: what stands before and behind its name. */
  readonly objectPath: readonly [before: string, behind: string]
  readonly isInspected: boolean
  readonly isCounting: boolean
  readonly exchange: ExchangeMemory
  /** Where the watchdog looks; null when it is off. */
  readonly heartbeat: SharedArrayBuffer | null
}

export type ToWorker =
  /** The first message. */
  | { readonly _tag: "Order"; readonly order: WorkerOrder }
  | { readonly _tag: "Run" }
  | { readonly _tag: "Event"; readonly subtask: SubtaskId; readonly event: SubtaskEvent }
  | StorageAnswer
  | { readonly _tag: "Close" }

export type FromWorker =
  /** From now on sources and sinks are opened. */
  | { readonly _tag: "Loaded" }
  | { readonly _tag: "Built"; readonly subtasks: ReadonlyArray<BuiltSubtask> }
  | { readonly _tag: "Failed"; readonly failure: ToldFailure }
  | { readonly _tag: "ToCoordinator"; readonly event: CoordinatorEvent }
  | { readonly _tag: "ToJob"; readonly event: JobEvent }
  | {
      readonly _tag: "Totals"
      readonly totals: ReadonlyArray<readonly [subtask: SubtaskId, totals: SubtaskTotals, usage: SubtaskUsage]>
    }
  | {
      readonly _tag: "Measured"
      readonly id: CheckpointId
      readonly subtask: SubtaskId
      readonly measure: SubtaskMeasure
    }
  | { readonly _tag: "Counted"; readonly records: number }
  | { readonly _tag: "Inspected"; readonly inspection: Inspection }
  /** A capture is being encoded, and no longer is. */
  | { readonly _tag: "EncodingBegan" | "EncodingEnded"; readonly capture: number }
  | { readonly _tag: "Warned"; readonly message: string }
  | StorageRequest
  | { readonly _tag: "Closed" }

export interface BuiltSubtask {
  readonly id: SubtaskId
  readonly task: string
  readonly index: number
  readonly isSource: boolean
  readonly totals: SubtaskTotals
  readonly usage: SubtaskUsage
}

/** An error as another thread can read it. */
export interface ToldFailure {
  readonly name: string
  /** Of an error of ours. */
  readonly tag: string | null
  readonly message: string
  readonly stack: string | undefined
  readonly report: FailureReport
}

export interface StorageRequest {
  readonly _tag: "Storage"
  readonly request: number
  readonly operation: "readObject" | "createObject" | "deleteObject"
  readonly object: string
  /** Of `createObject`. */
  readonly bytes: Uint8Array<ArrayBuffer> | null
}

export interface StorageAnswer {
  readonly _tag: "StorageAnswer"
  readonly request: number
  /** Of `readObject`. */
  readonly bytes: Uint8Array | null
  readonly failure: ToldStorageFailure | null
}

export interface ToldStorageFailure {
  readonly operation: string
  readonly path: string
  readonly reason: StorageFailure["reason"]
  readonly outcome: "none" | "unknown"
  readonly cause: string | null
}
