/**
 * Starting a job: checks what can be checked, opens the storage, lets the actors run, and answers a handle.
 */
import { Cause, Clock, Deferred, Effect, Exit, type Scope } from "effect"
import {
  type CheckpointRefused,
  JobFailed,
  type PipelineInvalid,
  type StorageFailure,
  type StorageLocked
} from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import { compilePipeline } from "../pipeline/compilePipeline.ts"
import { describeOperators } from "../pipeline/describeOperators.ts"
import { fuseExchanges } from "../pipeline/fuseExchanges.ts"
import { CheckpointStats } from "./CheckpointStats.ts"
import { JobActor } from "./JobActor.ts"
import { type JobContext, nowOf } from "./JobContext.ts"
import { type JobOptions, resolveOptions } from "./JobOptions.ts"
import type { RunReport } from "./RunReport.ts"
import { thisProcess } from "./thisProcess.ts"

export interface JobHandle {
  /** What the job reports now. */
  readonly report: () => RunReport
  /** Asks for a checkpoint and waits until one that was triggered afterwards is completed. */
  readonly triggerCheckpoint: Effect.Effect<CheckpointId, CheckpointRefused>
  /** One more checkpoint without end of data, then the end; asked a second time the job stops at once. Resumable. */
  readonly stop: Effect.Effect<void>
  /** Ends the job and records that it was cancelled: `on-failure` does not resume it. */
  readonly cancel: Effect.Effect<void>
  /** Waits for the end of the job. Fails: `JobFailed`, whose cause is what the last attempt met. */
  readonly await: Effect.Effect<RunReport, JobFailed>
}

/** Fails: for options, pipelines and directories that cannot work; what happens later is told by the handle. */
export const startJob = Effect.fnUntraced(function* (
  options: JobOptions
): Effect.fn.Return<JobHandle, PipelineInvalid | StorageFailure | StorageLocked, Scope.Scope> {
  const settings = yield* Effect.fromResult(resolveOptions(options))
  const compiled = yield* Effect.fromResult(compilePipeline(settings.pipeline))
  const plan = fuseExchanges(compiled, settings.parallelism)
  const clock = yield* Clock.Clock
  const began = clock.currentTimeMillisUnsafe()
  const holder = thisProcess(new Date(began))
  const storage = yield* settings.storage.open(plan.pipeline, holder)
  const job: JobContext = {
    settings,
    plan,
    storage,
    holder,
    clock,
    operators: describeOperators(plan),
    stats: new CheckpointStats()
  }
  const actor = new JobActor(job)
  const outcome = actor.outcome
  for (const run of [actor.coordinator.run, actor.run]) {
    // A defect of an actor itself ends the job: nobody is left to decide.
    yield* Effect.forkScoped(
      Effect.tapCause(run, (cause) =>
        Effect.sync(() => {
          if (Cause.hasInterruptsOnly(cause)) return
          actor.coordinator.requests.end()
          Deferred.doneUnsafe(outcome, Effect.die(Cause.squash(cause)))
        })
      ),
      { startImmediately: true }
    )
  }
  actor.mailbox.post({ type: "job.start" })

  const report = (): RunReport => makeReport(job, actor, began)
  return {
    report,
    triggerCheckpoint: Effect.suspend(() => {
      const next = actor.coordinator.requests.next
      actor.coordinator.mailbox.post({ type: "trigger.request" })
      return next
    }),
    stop: Effect.sync(() => actor.mailbox.post({ type: "job.stop" })),
    cancel: Effect.sync(() => actor.mailbox.post({ type: "job.cancel" })),
    await: Effect.flatMap(Effect.exit(Deferred.await(outcome)), (exit) => {
      if (Exit.isSuccess(exit) && exit.value !== "failed") return Effect.succeed(report())
      const error = Exit.isSuccess(exit) ? actor.facts.log.lastFailure : Cause.squash(exit.cause)
      const detail = error instanceof Error ? error.message : String(error)
      return Effect.fail(new JobFailed({ job: plan.pipeline, detail, cause: error }))
    })
  }
})

const makeReport = (job: JobContext, actor: JobActor, began: number): RunReport => {
  const { facts, totals } = actor
  const { stats } = job
  const counts = totals.totals()
  const completed = stats.completedCount
  const invalidated = stats.invalidatedByReason
  const resolved = Object.values(invalidated).reduce((sum, count) => sum + count, completed)
  return {
    job: job.plan.pipeline,
    state: stateText(facts.state.value),
    outcome: facts.state.status === "done" ? facts.state.context.outcome : null,
    parallelism: job.settings.parallelism,
    threads: job.settings.threads,
    recordsIn: counts.recordsIn,
    position: { records: totals.position() },
    recordsOut: counts.recordsOut,
    lateRecords: Object.values(counts.lateByOperator).reduce((sum, count) => sum + count, 0),
    lateByOperator: counts.lateByOperator,
    skippedRecords: counts.skippedRecords,
    watermark: totals.watermark(),
    restored: facts.log.restored,
    restoreMs: facts.log.restoreMs,
    recoveries: facts.log.recoveries,
    restarts: facts.restarts,
    checkpoints: { completed, invalidated, history: stats.history, corrupt: facts.corrupt },
    reliability: resolved === 0 ? null : completed / resolved,
    nextTriggerAt: actor.coordinator.nextTriggerAt,
    durationMs: (facts.endedAt ?? nowOf(job)) - began,
    lastFailure: facts.log.lastFailure instanceof Error ? facts.log.lastFailure.message : null
  }
}

/** `running.flowing` for nested state values. */
const stateText = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Object.entries(value)
        .map(([state, inner]) => `${state}.${stateText(inner)}`)
        .join(" ")
    : String(value)
