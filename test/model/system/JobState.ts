import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { RestoreMode } from "../../../packages/core/src/model/RestoreMode.ts"
import type { jobComponent } from "../../../packages/core/src/protocol/components.ts"
import type { Claim, Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import type { LogView } from "../../../packages/core/src/storage/logView.ts"
import type { Settings } from "./Config.ts"
import type { Place, Writer } from "./messages.ts"
import { type ProcessName } from "./names.ts"
import type { Tail } from "./tail.ts"

export type JobStepper = typeof jobComponent

/** What an attempt goes on from. */
export interface Point {
  readonly manifest: Manifest | null
  /** Newer candidates that cannot be read. */
  readonly corrupt: ReadonlyArray<CheckpointId>
  /** Transactions that a mutant commits although nothing holds them. */
  readonly unheld: ReadonlyArray<string>
  /** Its data had ended, and the log said to go on from it: its sources are over. */
  readonly isDrained: boolean
}

/** What the log said when it was read for a claim. */
export interface ClaimBase {
  readonly slot: number
  readonly term: number
  readonly idsEnd: CheckpointId
  readonly before: ReadonlyArray<Place>
  /** State objects that some entry names: no sweep removes them. */
  readonly named: ReadonlyArray<string>
  readonly completed: ReadonlyArray<Manifest>
  readonly savepoints: ReadonlyArray<Manifest>
  readonly restored: LogView["restored"]
}

/** How far a claim has come, and what it has learnt so far. */
export type ClaimPhase =
  | { readonly at: "reading" }
  | { readonly at: "loading"; readonly base: ClaimBase; readonly candidates: ReadonlyArray<Manifest> }
  | {
      readonly at: "asking"
      readonly base: ClaimBase
      readonly resumesFrom: CheckpointId | null
      readonly restores?: RestoreMode
      readonly point: Point
    }
  | {
      readonly at: "appending" | "listing"
      readonly base: ClaimBase
      readonly claim: Claim
      readonly point: Point | null
    }

/** What the job is doing outside of its machine. */
export type Activity =
  | { readonly of: "claim"; readonly attempt: number; readonly phase: ClaimPhase }
  | { readonly of: "restore"; readonly attempt: number; readonly phase: "showing" | "invalidating" | "rollingBack" }
  /** The end, under the claim that stands or, if `phase` says so, under a new one. */
  | {
      readonly of: "end"
      readonly attempt: number
      readonly end: "finished" | "cancelled"
      readonly phase: ClaimPhase | { readonly at: "recording" }
    }

export interface JobState {
  readonly machine: ReturnType<JobStepper["initial"]>[0]
  /** Counts the runs of this process: claims of different runs are never alike. */
  readonly run: number
  readonly activity: Activity | null
  /** The newest claim of this process that was answered; its tail is the job's until the coordinator starts with it. */
  readonly writer: HeldWriter | null
  readonly point: Point | null
  readonly isClaimOpen: boolean
  readonly failedAttempt: number
  /** The subtasks of the current attempt run. */
  readonly isRunning: boolean
  readonly corrupt: ReadonlyArray<CheckpointId>
}

export interface HeldWriter extends Writer {
  readonly tail: Tail
  readonly isHandedOver: boolean
  readonly named: ReadonlyArray<string>
  /** Transactions that savepoints hold. */
  readonly held: ReadonlyArray<string>
}

/** What never changes about a job. */
export interface JobEnvironment {
  readonly settings: Settings
  readonly process: ProcessName
  readonly stepper: JobStepper
  readonly mailbox: string
  readonly tasks: ReadonlyArray<string>
  readonly isPrompt: boolean
}
