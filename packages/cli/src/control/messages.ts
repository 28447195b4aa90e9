/** What is asked of a running job over its control socket, and what it answers: one line of JSON each. */
import { Schema } from "effect"

/** Longest request that is read. */
export const requestMax = 4_096

/** Longest answer that is read, in characters; the message of a failure may quote what the user's code has said. */
export const replyMax = 4_194_304

export const ControlRequest = Schema.Union([
  Schema.Struct({ ask: Schema.Literals(["status", "savepoint", "cancel"]) }),
  Schema.Struct({ ask: Schema.Literal("stop"), drain: Schema.Boolean, savepoint: Schema.Boolean })
])
export type ControlRequest = typeof ControlRequest.Type

const Savepoint = Schema.Struct({ id: Schema.Int, path: Schema.String })

/** What a job says of itself; a part of its report. */
export const ControlStatus = Schema.Struct({
  job: Schema.String,
  /** The process, as `process 4711 on host "a"`. */
  holder: Schema.String,
  status: Schema.String,
  records: Schema.Number,
  restarts: Schema.Number,
  checkpointsCompleted: Schema.Number,
  reliability: Schema.NullOr(Schema.Number),
  lastCheckpoint: Schema.NullOr(
    Schema.Struct({
      id: Schema.Int,
      kind: Schema.String,
      at: Schema.Number,
      durationMs: Schema.Number,
      bytes: Schema.Number
    })
  ),
  savepoint: Schema.NullOr(Savepoint),
  durationMs: Schema.Number,
  lastFailure: Schema.NullOr(Schema.String)
})
export type ControlStatus = typeof ControlStatus.Type

/** `Done` follows the end of the job, where the request ends it. */
export const ControlReply = Schema.Union([
  Schema.TaggedStruct("Status", { status: ControlStatus }),
  Schema.TaggedStruct("Savepoint", { job: Schema.String, savepoint: Savepoint }),
  Schema.TaggedStruct("Done", {
    job: Schema.String,
    outcome: Schema.String,
    records: Schema.Number,
    savepoint: Schema.NullOr(Savepoint)
  }),
  Schema.TaggedStruct("Refused", { message: Schema.String })
])
export type ControlReply = typeof ControlReply.Type

export const decodeRequest = Schema.decodeUnknownResult(Schema.fromJsonString(ControlRequest))
export const decodeReply = Schema.decodeUnknownResult(Schema.fromJsonString(ControlReply))
