/**
 * Every failure that Tidemark reports: what happened, where, and what to do. Closed reasons; `retry` tells the restart
 * policy whether another attempt can help.
 */
import { Data } from "effect"
import { causeText, type Retry } from "./failure.ts"
import type { CheckpointId, OperatorUid } from "./ids.ts"
import type { StorageFailure } from "./storageErrors.ts"

export type { Retry } from "./failure.ts"
export * from "./storageErrors.ts"

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

/** What a checkpoint would have to write of one state cannot be written so that it can be read again. */
export class StateTooLarge extends Data.TaggedError("StateTooLarge")<{
  readonly operator: OperatorUid
  readonly state: string
  /** Null where it is not about a single key. */
  readonly key: string | null
  /** What is too large, as a part of a sentence. */
  readonly part: string
  readonly bytes: number
  readonly bytesMax: number
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    const remedy =
      this.key === null
        ? "Run the job with a higher parallelism, or keep less"
        : "Keep less in one value: spread it over more keys, or let old parts expire"
    return (
      `State "${this.state}" of operator "${this.operator}" cannot be written: ${this.part} takes ${this.bytes} bytes, ` +
      `at most ${this.bytesMax} fit. ${remedy}; the job resumes from its last checkpoint.`
    )
  }
}

/** Records that cross from one thread to another are too large to be sent together. */
export class RecordTooLarge extends Data.TaggedError("RecordTooLarge")<{
  readonly from: OperatorUid
  readonly to: OperatorUid
  readonly records: number
  readonly bytes: number
  readonly bytesMax: number
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `A batch of ${this.records} records on its way from "${this.from}" to "${this.to}" takes at least ${this.bytes} ` +
      `bytes, at most ${this.bytesMax} can be sent between threads. Send what names a large content instead of the ` +
      "content, or run the job with --threads 0; it resumes from its last checkpoint."
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

const savepointReasons: Readonly<Record<string, string>> = {
  ended: "the job has ended",
  notRunning: "the job is starting or recovering. Ask again when it runs",
  terminalPending: "the job is ending with its last checkpoint",
  tooManyRequests: "too many requests wait. Ask again when they have been answered",
  restarted: "the job failed meanwhile and goes on from its last checkpoint. Ask again when it runs",
  stopped: "the job stopped meanwhile",
  expired: "it took longer than the option checkpoint.timeout allows",
  storageFailed: "its state could not be stored; the log of the job says why. Ask again",
  superseded: "a barrier of it was overtaken. Ask again"
}

/** A savepoint that somebody asked for was refused or did not complete. */
export class SavepointRefused extends Data.TaggedError("SavepointRefused")<{
  readonly savepoint: CheckpointId | null
  readonly reason: string
}> {
  override get message(): string {
    const which = this.savepoint === null ? "The savepoint" : `Savepoint ${this.savepoint}`
    return `${which} was not taken: ${savepointReasons[this.reason] ?? this.reason}.`
  }
}

/** A stop with a savepoint or a drain was asked for while nothing ran that could be saved or drained. */
export class StopRefused extends Data.TaggedError("StopRefused")<{ readonly job: string }> {
  override get message(): string {
    return (
      `Job "${this.job}" was not stopped: it is starting, recovering or ending, and a savepoint or a drain needs a job that ` +
      "runs. Ask again when it runs, or stop it without them."
    )
  }
}

/** The checkpoint that the user named cannot be resumed from. */
export class CheckpointUnknown extends Data.TaggedError("CheckpointUnknown")<{
  readonly job: string
  /** Its id, or the path of its entry. */
  readonly checkpoint: CheckpointId | string
  readonly available: ReadonlyArray<CheckpointId>
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    const available = this.available.length === 0 ? "none" : this.available.join(", ")
    return (
      `Job "${this.job}" has no completed checkpoint or savepoint ${this.checkpoint} (available: ${available}). ` +
      "Choose one of these, or resume from the latest."
    )
  }
}

/** A checkpoint that was being read has been retired by its running job. */
export class CheckpointRetired extends Data.TaggedError("CheckpointRetired")<{
  readonly job: string
  readonly checkpoint: CheckpointId
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `Checkpoint ${this.checkpoint} of job "${this.job}" was retired by the running job while it was read. ` +
      "Read a newer one, or a savepoint: nobody retires it."
    )
  }
}

/** The user named a state or a key that a checkpoint does not hold; `named` and `available` in words. */
export class StateUnknown extends Data.TaggedError("StateUnknown")<{
  readonly job: string
  readonly checkpoint: CheckpointId
  readonly named: string
  readonly available: ReadonlyArray<string>
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    const known = this.available.length === 0 ? "nothing" : this.available.join(", ")
    return `Checkpoint ${this.checkpoint} of job "${this.job}" holds no ${this.named}. It holds: ${known}.`
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
