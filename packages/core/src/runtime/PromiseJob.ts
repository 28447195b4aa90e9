/** A started job for code without Effect: the same as {@link JobHandle}, with promises. */
import { Context, Effect, Exit, Scope, Stream } from "effect"
import type { CheckpointId } from "../model/ids.ts"
import type { JobFact, JobStatus } from "./JobFacts.ts"
import type { JobHandle, StopOptions } from "./JobHandle.ts"
import type { JobOptions } from "./JobOptions.ts"
import type { RunReport } from "./RunReport.ts"
import type { Savepoint } from "./SavepointRequests.ts"
import { startJob } from "./startJob.ts"

/** Its promises reject with the errors that the handle for Effect fails with. */
export interface PromiseJob extends AsyncDisposable {
  readonly status: () => JobStatus
  readonly report: () => RunReport
  readonly metrics: JobHandle["metrics"]
  /** Each iteration hears the last facts first and ends with the job. */
  readonly events: AsyncIterable<JobFact>
  readonly triggerCheckpoint: () => Promise<CheckpointId>
  readonly savepoint: () => Promise<Savepoint>
  readonly stop: (options?: StopOptions) => Promise<void>
  readonly cancel: () => Promise<void>
  /** Answers when the job has ended and its directory is free. */
  readonly await: () => Promise<RunReport>
  /** Stops the job at once, resumable, if it still runs, and waits until its directory is free. */
  readonly close: () => Promise<void>
}

export const startPromiseJob = async (options: JobOptions): Promise<PromiseJob> => {
  const scope = Effect.runSync(Scope.make())
  const started = await Effect.runPromiseExit(Scope.provide(startJob(options), scope))
  if (Exit.isFailure(started)) {
    await Effect.runPromise(Scope.close(scope, started))
    return await Effect.runPromise(Effect.failCause(started.cause))
  }
  return promiseJob(started.value, scope)
}

const promiseJob = (handle: JobHandle, scope: Scope.Closeable): PromiseJob => {
  const closed = Effect.runSync(Effect.cached(Scope.close(scope, Exit.void)))
  const ended = Effect.runPromise(Effect.andThen(Effect.exit(handle.await), closed))
  const close = () => Effect.runPromise(closed)
  return {
    status: handle.status,
    report: handle.report,
    metrics: handle.metrics,
    events: Stream.toAsyncIterableWith(handle.events, Context.empty()),
    triggerCheckpoint: () => Effect.runPromise(handle.triggerCheckpoint),
    savepoint: () => Effect.runPromise(handle.savepoint),
    stop: (stopOptions) => Effect.runPromise(handle.stop(stopOptions)),
    cancel: () => Effect.runPromise(handle.cancel),
    await: async () => {
      await ended
      return await Effect.runPromise(handle.await)
    },
    close,
    [Symbol.asyncDispose]: close
  }
}
