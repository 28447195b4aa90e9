/**
 * Every failure that Tidemark reports: what happened, where, and what to do. Closed reasons; `retry` tells the restart
 * policy whether another attempt can help.
 */
import { Data } from "effect"
import type { CheckpointId, OperatorUid } from "./ids.ts"

export type Retry = "never" | "restart"

const causeText = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** The pipeline or an option cannot work; found before anything runs. `problems` are complete sentences. */
export class PipelineInvalid extends Data.TaggedError("PipelineInvalid")<{
  readonly pipeline: string
  readonly problems: ReadonlyArray<string>
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return `Pipeline "${this.pipeline}" cannot be built: ${this.problems.join(" ")}`
  }
}

/**
 * An operation of a storage backend or of a file failed.
 *
 * `outcome: "none"` the operation had no effect; `"unknown"` it may have happened or may still happen (rule 2).
 */
export class StorageFailure extends Data.TaggedError("StorageFailure")<{
  readonly operation: string
  readonly path: string
  readonly reason: "missing" | "exists" | "full" | "denied" | "invalid" | "io" | "timeout"
  readonly outcome: "none" | "unknown"
  readonly cause?: unknown
}> {
  readonly retry: Retry = "restart"
  override get message(): string {
    const detail = this.cause === undefined ? "" : ` (${causeText(this.cause)})`
    return `Storage could not ${this.operation} ${this.path}: ${storageAdvice[this.reason]}${detail}`
  }
}

const storageAdvice: Record<StorageFailure["reason"], string> = {
  missing: "it does not exist. Check the path, or restore the file from a backup.",
  exists: "it exists already. Objects are written once; another process may use the same directory.",
  full: "no space is left on the device. Free some space and run again; nothing that was completed is lost.",
  denied: "permission denied. Make the directory writable for this user.",
  invalid: "the path or name cannot be used for this. Choose another one.",
  io: "the device reported an input/output error. Check the disk.",
  timeout: "no answer within the time limit. The outcome is unknown until the log has been read again."
}

/** Another process holds the checkpoint directory. */
export class StorageLocked extends Data.TaggedError("StorageLocked")<{
  readonly path: string
  readonly holder: string
  readonly since: string
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `Checkpoint directory ${this.path} is in use by ${this.holder} since ${this.since}. ` +
      "Stop that process or use another directory."
    )
  }
}

/** Another leader took over the job's log: this process must stop at once. */
export class Fenced extends Data.TaggedError("Fenced")<{ readonly job: string; readonly slot: number }> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `Job "${this.job}" was taken over by another process (log entry ${this.slot} is not ours). ` +
      "This process stops; nothing it had not completed becomes visible."
    )
  }
}

/** A stored object or log entry cannot be read back as it was written. */
export class SnapshotCorrupt extends Data.TaggedError("SnapshotCorrupt")<{
  readonly object: string
  readonly checkpoint: CheckpointId | null
  readonly problem: string
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    const where = this.checkpoint === null ? "" : ` of checkpoint ${this.checkpoint}`
    return (
      `State object ${this.object}${where} is damaged: ${this.problem}. ` +
      "Restore the file from a backup, or resume from another checkpoint."
    )
  }
}

/** A manifest was written by a newer version of Tidemark. */
export class FormatTooNew extends Data.TaggedError("FormatTooNew")<{
  readonly object: string
  readonly found: number
  readonly supported: number
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `${this.object} has format ${this.found}, this version reads up to ${this.supported}. ` +
      "Run the version of Tidemark that wrote it, or a newer one. Nothing was changed."
    )
  }
}

/** The pipeline no longer fits the checkpoint it should resume from. `problems` are complete sentences. */
export class PipelineChanged extends Data.TaggedError("PipelineChanged")<{
  readonly pipeline: string
  readonly checkpoint: CheckpointId
  readonly problems: ReadonlyArray<string>
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `Pipeline "${this.pipeline}" does not fit checkpoint ${this.checkpoint}: ${this.problems.join(" ")} ` +
      "Nothing was touched. Undo the change, or start over with --resume never in a new directory."
    )
  }
}

/** No checkpoint can be restored although the job has some (rule 8). */
export class NothingToRestore extends Data.TaggedError("NothingToRestore")<{
  readonly job: string
  readonly problems: ReadonlyArray<string>
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `Job "${this.job}" has no checkpoint that can be restored: ${this.problems.join(" ")} ` +
      "Restore the files from a backup, or start over with --resume never and another output."
    )
  }
}

/** The sink already shows output that is newer than the checkpoint to restore (rule 8). */
export class OutputAhead extends Data.TaggedError("OutputAhead")<{
  readonly operator: OperatorUid
  readonly target: string
  readonly visible: CheckpointId
  readonly restored: CheckpointId | null
  readonly canRewind: boolean
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    const from = this.restored === null ? "an empty start" : `checkpoint ${this.restored}`
    const rewind = this.canRewind ? ", or pass --rewind-output to remove what is newer" : ""
    return (
      `Sink "${this.operator}" shows output of checkpoint ${this.visible} in ${this.target}, newer than ${from}: ` +
      "going on would repeat records. Repair the damaged checkpoint, use another output" +
      `${rewind}. Nothing was changed.`
    )
  }
}

/** A user's function threw. `position` says which record. */
export class UserFunctionFailed extends Data.TaggedError("UserFunctionFailed")<{
  readonly operator: OperatorUid
  readonly subtask: number
  readonly position: string
  readonly record: string
  readonly cause: unknown
}> {
  readonly retry: Retry = "restart"
  override get message(): string {
    return (
      `Operator "${this.operator}" (subtask ${this.subtask}) threw at ${this.position}: ${causeText(this.cause)}. ` +
      `Record: ${this.record}. Fix the function or filter the record; the job resumes from its last checkpoint.`
    )
  }
}

/** A record that crosses from one thread to another does not fit the schema of its stream. */
export class RecordInvalid extends Data.TaggedError("RecordInvalid")<{
  readonly from: OperatorUid
  readonly to: OperatorUid
  readonly problem: string
  readonly record: string
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `A record on its way from "${this.from}" to "${this.to}" does not fit its schema: ${this.problem}. ` +
      `Record: ${this.record}. Fix the function that makes it, or the schema; the job resumes from its last checkpoint.`
    )
  }
}

/** A value in keyed state does not fit the schema of the state; noticed when a checkpoint writes it. */
export class StateValueInvalid extends Data.TaggedError("StateValueInvalid")<{
  readonly operator: OperatorUid
  readonly state: string
  readonly problem: string
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `State "${this.state}" of operator "${this.operator}" holds a value that does not fit its schema: ${this.problem}. ` +
      "Fix the function that computes it, or the schema; the job resumes from its last checkpoint."
    )
  }
}

/** A source cannot be read. */
export class SourceFailure extends Data.TaggedError("SourceFailure")<{
  readonly path: string
  readonly reason: "missing" | "denied" | "malformed" | "schema" | "changed" | "column" | "io"
  readonly detail: string
  readonly retry: Retry
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Source ${this.path}: ${this.detail}`
  }
}

/** A sink cannot write, prepare or commit. */
export class SinkFailure extends Data.TaggedError("SinkFailure")<{
  readonly target: string
  readonly operation: "open" | "write" | "prepare" | "commit" | "rollback" | "rewind"
  readonly reason: StorageFailure["reason"] | "schema"
  readonly detail: string
  readonly retry: Retry
  readonly cause?: unknown
}> {
  override get message(): string {
    return `Sink ${this.target} could not ${this.operation}: ${this.detail}`
  }
}

/** A worker thread ended by itself: `process.exit`, no memory left, an error that nobody caught. */
export class ThreadDied extends Data.TaggedError("ThreadDied")<{
  readonly job: string
  readonly thread: number
  readonly detail: string
  readonly cause: unknown
}> {
  readonly retry: Retry = "restart"
  override get message(): string {
    return (
      `Worker thread ${this.thread} of job "${this.job}" died: ${this.detail}. ` +
      "The job resumes from its last checkpoint; if it happens again, look for what ends the thread, or for what fills its memory."
    )
  }
}

/** A module cannot be used as a job module. */
export class JobModuleInvalid extends Data.TaggedError("JobModuleInvalid")<{
  readonly module: string
  readonly problem: string
  readonly cause?: unknown
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `Module ${this.module} ${this.problem}. ` +
      "A job module ends with `export default Job.define(argumentsSchema, (args) => ({ pipeline, checkpoint }))`."
    )
  }
}

/** A checkpoint that somebody asked for was refused or did not complete. */
export class CheckpointRefused extends Data.TaggedError("CheckpointRefused")<{
  readonly checkpoint: CheckpointId | null
  readonly reason: string
}> {
  override get message(): string {
    const which = this.checkpoint === null ? "The requested checkpoint" : `Checkpoint ${this.checkpoint}`
    return `${which} did not complete: ${this.reason}. The job goes on; ask again later.`
  }
}

/** The checkpoint that the user named cannot be resumed from. */
export class CheckpointUnknown extends Data.TaggedError("CheckpointUnknown")<{
  readonly job: string
  readonly checkpoint: CheckpointId
  readonly available: ReadonlyArray<CheckpointId>
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    const available = this.available.length === 0 ? "none" : this.available.join(", ")
    return (
      `Job "${this.job}" has no completed checkpoint ${this.checkpoint} (available: ${available}). ` +
      "Choose one of these, or resume from the latest."
    )
  }
}

/** The job ended in failure; `cause` is what the last attempt met. It can be resumed once the cause is gone. */
export class JobFailed extends Data.TaggedError("JobFailed")<{
  readonly job: string
  readonly detail: string
  readonly cause: unknown
}> {
  override get message(): string {
    return `Job "${this.job}" failed: ${this.detail}`
  }
}
