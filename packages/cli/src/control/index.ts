/**
 * A control socket for a job that your own program runs: with it `tidemark status`, `savepoint`, `stop` and `cancel`
 * operate the job as if `tidemark run` had started it.
 */
import type { JobHandle, PromiseJob } from "@tidemark/core"
import type { CheckpointStorage } from "@tidemark/core/storage"
import { Effect, Exit, Scope } from "effect"
import { operatedPromiseJob } from "./OperatedJob.ts"
import { serveControl } from "./serveControl.ts"

/**
 * The socket that operates a job. Only the user who runs the program can reach it. A job without one runs all the same:
 * what is wrong with the socket is logged, and checkpoints that are not in files get none.
 */
export const Control = {
  /** Serves a job until the scope closes. Use the scope of the job, behind its start: what was asked is then answered. */
  serve: (job: JobHandle, storage: CheckpointStorage): Effect.Effect<void, never, Scope.Scope> =>
    serveControl(job, storage),

  /**
   * As `serve`, for code without Effect: ends with the job, or with the block that uses it. Leaving the block waits until
   * what was asked is answered, two seconds at most.
   */
  servePromise: async (job: PromiseJob, storage: CheckpointStorage): Promise<AsyncDisposable> => {
    const scope = Effect.runSync(Scope.make())
    await Effect.runPromise(Scope.provide(serveControl(operatedPromiseJob(job), storage), scope))
    const closed = Effect.runSync(Effect.cached(Scope.close(scope, Exit.void)))
    const close = () => Effect.runPromise(closed)
    job.await().then(close, close)
    return { [Symbol.asyncDispose]: close }
  }
} as const
