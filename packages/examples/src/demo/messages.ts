/** What the worker process is told, and what it tells. */
import { Schema } from "effect"

export const WorkerTask = Schema.Struct({
  out: Schema.String,
  checkpoints: Schema.String,
  checkpointEveryMs: Schema.Int,
  parallelism: Schema.Int,
  /** Null for all flights. */
  limit: Schema.NullOr(Schema.Int)
})
export type WorkerTask = typeof WorkerTask.Type

/** Where the reading of a split begins in a process; `position` is null at its first record. */
export const SplitStart = Schema.Struct({
  id: Schema.String,
  subtask: Schema.Int,
  position: Schema.NullOr(Schema.Json)
})
export type SplitStart = typeof SplitStart.Type

export const Completed = Schema.Struct({
  id: Schema.Int,
  kind: Schema.String,
  durationMs: Schema.Number,
  bytes: Schema.Int
})
export type Completed = typeof Completed.Type

/** Records flow: sent once, before the first `Progress`. */
const Running = Schema.TaggedStruct("Running", {
  restored: Schema.NullOr(Schema.Int),
  /** From the birth of the process until the job was started. */
  startMs: Schema.Number,
  restoreMs: Schema.Number,
  /** Records that the sources had emitted up to the restored checkpoint. */
  records: Schema.Int,
  splits: Schema.Array(SplitStart),
  splitsFinished: Schema.Int
})
export type Running = typeof Running.Type

const Progress = Schema.TaggedStruct("Progress", {
  /** Over all processes; what was read twice counts once. */
  position: Schema.Int,
  /** By this process. */
  recordsIn: Schema.Int,
  recordsOut: Schema.Int,
  lateRecords: Schema.Int,
  watermark: Schema.NullOr(Schema.Number),
  /** Checkpoints that this process has completed since the last message. */
  completed: Schema.Array(Completed),
  invalidated: Schema.Record(Schema.String, Schema.Int),
  /** Restarts within this process. */
  restarts: Schema.Int,
  flowingMs: Schema.Number,
  peakMemoryBytes: Schema.Int
})
export type Progress = typeof Progress.Type

const CheckpointBegun = Schema.TaggedStruct("CheckpointBegun", { id: Schema.Int })
const Ended = Schema.TaggedStruct("Ended", { outcome: Schema.String })
const Failed = Schema.TaggedStruct("Failed", { message: Schema.String })

export const WorkerMessage = Schema.Union([Running, Progress, CheckpointBegun, Ended, Failed])
export type WorkerMessage = typeof WorkerMessage.Type
