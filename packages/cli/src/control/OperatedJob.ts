/** What the control socket needs of a job, of either kind. */
import type { JobHandle, PromiseJob, RunReport } from "@tidemark/core"
import { Effect } from "effect"

type Savepoint = NonNullable<RunReport["savepoint"]>

export interface OperatedJob extends Pick<JobHandle, "report" | "status"> {
  readonly savepoint: Effect.Effect<Savepoint, Error>
  readonly stop: (options: { readonly drain: boolean; readonly savepoint: boolean }) => Effect.Effect<void, Error>
  readonly cancel: Effect.Effect<void, Error>
  readonly await: Effect.Effect<RunReport, Error>
}

export const operatedPromiseJob = (job: PromiseJob): OperatedJob => ({
  report: job.report,
  status: job.status,
  savepoint: promised(() => job.savepoint()),
  stop: (options) => promised(() => job.stop(options)),
  cancel: promised(() => job.cancel()),
  await: promised(() => job.await())
})

const promised = <A>(promise: () => Promise<A>): Effect.Effect<A, Error> =>
  Effect.tryPromise({
    try: promise,
    catch: (error) => (error instanceof Error ? error : new Error(String(error)))
  })
