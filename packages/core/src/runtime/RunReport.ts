import type { CheckpointId, OperatorUid } from "../model/ids.ts"
import type { Timestamp } from "../model/time.ts"
import type { JobOutcome } from "../protocol/jobMachine.ts"
import type { CheckpointMode } from "../protocol/policy.ts"
import type { CompletedCheckpoint } from "./CheckpointStats.ts"
import type { ChosenInterval } from "./chooseInterval.ts"
import type { MemoryReport } from "./metrics/memoryReport.ts"
import type { Savepoint } from "./SavepointRequests.ts"

/** What a job reports of itself, while it runs and at its end. Durations in milliseconds. */
export interface RunReport {
  readonly job: string
  /** State of the job machine, such as `running.flowing`. */
  readonly state: string
  /** How the job has ended; null while it runs. */
  readonly outcome: JobOutcome | null
  /** Subtasks of every task. */
  readonly parallelism: number
  /** Worker threads that they share; 0 for the thread that started the job. */
  readonly threads: number
  /** Records that the sources emitted in this process, repeated ones included. */
  readonly recordsIn: number
  /** Where the sources stand, over all runs. */
  readonly position: { readonly records: number }
  /** Records handed to the sinks in this process. */
  readonly recordsOut: number
  /** The same by source and by sink, under their names. */
  readonly sources: Readonly<Record<OperatorUid, SourceReport>>
  readonly sinks: Readonly<Record<OperatorUid, SinkReport>>
  /** Records that came when their windows had fired, in this process; dropped, or emitted to a side output. */
  readonly lateRecords: number
  readonly lateByOperator: Readonly<Record<string, number>>
  /** Malformed records that a source's policy skipped, in this process. */
  readonly skippedRecords: number
  /** Lowest watermark of the tasks behind the sources; null before the first. */
  readonly watermark: Timestamp | null
  /** The checkpoint that the first attempt of this process restored. */
  readonly restored: CheckpointId | null
  /** From the beginning of that attempt, its claim included, until records could flow. */
  readonly restoreMs: number
  /** Failures from which this process has recovered. */
  readonly recoveries: ReadonlyArray<Recovery>
  readonly restarts: number
  readonly checkpoints: {
    readonly completed: number
    readonly invalidated: Readonly<Record<string, number>>
    /** The newest completed ones, oldest first. */
    readonly history: ReadonlyArray<CompletedCheckpoint>
    /** Checkpoints found corrupt at a restore in this process. */
    readonly corrupt: ReadonlyArray<CheckpointId>
    readonly mode: CheckpointMode
    /** What an adaptive trigger has chosen, and why; null without one. */
    readonly interval: ChosenInterval | null
  }
  /** R: checkpoints completed / attempts resolved; null before the first. */
  readonly reliability: number | null
  /** The newest savepoint that this process has taken; null before the first. */
  readonly savepoint: Savepoint | null
  readonly memory: MemoryReport
  /** When the next periodic trigger is due, milliseconds since the epoch. */
  readonly nextTriggerAt: number | null
  readonly durationMs: number
  /** Message of the failure that the last attempt met; null if none did. */
  readonly lastFailure: string | null
}

/** Counts of this process. */
export interface SourceReport {
  readonly recordsIn: number
  readonly skippedRecords: number
}

export interface SinkReport {
  readonly recordsOut: number
}

export interface Recovery {
  readonly restored: CheckpointId | null
  /** T_recovery: from the failure until records could flow again, the delay of the restart policy included. */
  readonly recoveryMs: number
  readonly cause: string
}
