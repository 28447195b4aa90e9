/** Does what is asked of a running job, and says what came of it. */
import { Effect, Result } from "effect"
import type { ControlReply, ControlRequest, ControlStatus } from "./messages.ts"
import type { OperatedJob } from "./OperatedJob.ts"

/** Never fails: a refusal is an answer. */
export const answerRequest = (
  handle: OperatedJob,
  holder: string,
  request: ControlRequest
): Effect.Effect<ControlReply> => {
  switch (request.ask) {
    case "status":
      return Effect.sync(() => ({ _tag: "Status", status: statusOf(handle, holder) }))
    case "savepoint":
      return answered(
        Effect.map(handle.savepoint, (savepoint) => ({ _tag: "Savepoint", job: handle.report().job, savepoint }))
      )
    case "cancel":
      return answered(Effect.andThen(handle.cancel, ended(handle)))
    case "stop":
      return answered(
        Effect.andThen(handle.stop({ drain: request.drain, savepoint: request.savepoint }), ended(handle))
      )
  }
}

const answered = <E extends Error>(reply: Effect.Effect<ControlReply, E>): Effect.Effect<ControlReply> =>
  Effect.map(Effect.result(reply), (result) =>
    Result.isSuccess(result) ? result.success : { _tag: "Refused", message: result.failure.message }
  )

const ended = (handle: OperatedJob) =>
  Effect.map(handle.await, ({ checkpoints, job, outcome, position, savepoint }): ControlReply => {
    // One that was taken earlier is no answer to this request.
    const isLast = savepoint !== null && checkpoints.history.at(-1)?.id === savepoint.id
    return {
      ...{ _tag: "Done", job, outcome: outcome ?? "stopped", records: position.records },
      savepoint: isLast ? savepoint : null
    }
  })

const statusOf = (handle: OperatedJob, holder: string): ControlStatus => {
  const { checkpoints, durationMs, job, lastFailure, position, reliability, restarts, savepoint } = handle.report()
  const last = checkpoints.history.at(-1)
  return {
    ...{ job, holder, status: handle.status(), records: position.records, restarts, reliability, savepoint },
    checkpointsCompleted: checkpoints.completed,
    lastCheckpoint:
      last === undefined
        ? null
        : { id: last.id, kind: last.kind, at: last.at, durationMs: last.durationMs, bytes: last.bytes },
    ...{ durationMs, lastFailure }
  }
}
