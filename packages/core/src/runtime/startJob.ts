/**
 * Starting a job: checks what can be checked, opens the storage, lets the actors run, and answers a handle.
 */
import { Cause, Clock, Deferred, Effect, Exit, type Scope } from "effect"
import { JobFailed, type PipelineInvalid, type StorageFailure, type StorageLocked } from "../model/errors.ts"
import { compilePipeline } from "../pipeline/compilePipeline.ts"
import { describeOperators } from "../pipeline/describeOperators.ts"
import { fuseExchanges } from "../pipeline/fuseExchanges.ts"
import type { PhysicalPlan } from "../pipeline/PhysicalPlan.ts"
import { CheckpointStats } from "./CheckpointStats.ts"
import { JobActor } from "./JobActor.ts"
import { type JobContext, nowOf } from "./JobContext.ts"
import { JobFacts, stateText } from "./JobFacts.ts"
import { type JobHandle, makeHandle } from "./JobHandle.ts"
import { type JobOptions, resolveOptions } from "./JobOptions.ts"
import { jobMetrics } from "./metrics/jobMetrics.ts"
import { memoryReport } from "./metrics/memoryReport.ts"
import type { RunReport } from "./RunReport.ts"
import type { Totals } from "./RunTotals.ts"
import { thisProcess } from "./thisProcess.ts"
import { traceCheckpoints } from "./tracing/traceCheckpoints.ts"

/** Fails: for options, pipelines and directories that cannot work; what happens later is told by the handle. */
export const startJob = Effect.fnUntraced(function* (
  options: JobOptions
): Effect.fn.Return<JobHandle, PipelineInvalid | StorageFailure | StorageLocked, Scope.Scope> {
  const clock = yield* Clock.Clock
  const resolved = yield* Effect.fromResult(resolveOptions(options))
  const inspect = yield* traceCheckpoints(resolved.inspect, { job: resolved.pipeline.name, clock })
  const settings = { ...resolved, inspect }
  const compiled = yield* Effect.fromResult(compilePipeline(settings.pipeline))
  const plan = fuseExchanges(compiled, settings.parallelism)
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
    stats: new CheckpointStats(),
    told: new JobFacts(() => clock.currentTimeMillisUnsafe())
  }
  const actor = new JobActor(job)
  const outcome = actor.outcome
  for (const run of [actor.coordinator.run, actor.run]) {
    // A defect of an actor itself ends the job: nobody is left to decide.
    yield* Effect.forkScoped(
      Effect.tapCause(run, (cause) =>
        Effect.sync(() => {
          if (Cause.hasInterruptsOnly(cause)) return
          actor.coordinator.endRequests()
          Deferred.doneUnsafe(outcome, Effect.die(Cause.squash(cause)))
        })
      ),
      { startImmediately: true }
    )
  }
  actor.mailbox.post({ type: "job.start" })

  const report = (): RunReport => makeReport(job, actor, began)
  return makeHandle(actor, {
    report,
    metrics: () =>
      jobMetrics({
        ...{ report: report(), subtasks: actor.totals.subtasks() },
        ...{ completedSums: job.stats.completedSums, now: nowOf(job) }
      }),
    events: job.told.stream,
    await: Effect.flatMap(Effect.exit(Deferred.await(outcome)), (exit) => {
      if (Exit.isSuccess(exit) && exit.value !== "failed") return Effect.succeed(report())
      const error = Exit.isSuccess(exit) ? actor.facts.log.lastFailure : Cause.squash(exit.cause)
      const detail = error instanceof Error ? error.message : String(error)
      return Effect.fail(new JobFailed({ job: plan.pipeline, detail, cause: error }))
    })
  })
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
    ...endsReport(job.plan, counts),
    lateRecords: Object.values(counts.lateByOperator).reduce((sum, count) => sum + count, 0),
    lateByOperator: counts.lateByOperator,
    skippedRecords: counts.skippedRecords,
    watermark: totals.watermark(),
    restored: facts.log.restored,
    restoreMs: facts.log.restoreMs,
    recoveries: facts.log.recoveries,
    restarts: facts.restarts,
    checkpoints: {
      ...{ completed, invalidated, history: stats.history, corrupt: facts.corrupt },
      mode: job.settings.checkpointPolicy.mode ?? "exactly-once",
      interval: actor.coordinator.chosenInterval
    },
    reliability: resolved === 0 ? null : completed / resolved,
    savepoint: actor.coordinator.newestSavepoint,
    memory: memoryReport(totals.states()),
    nextTriggerAt: actor.coordinator.nextTriggerAt,
    durationMs: (facts.endedAt ?? nowOf(job)) - began,
    lastFailure: facts.log.lastFailure instanceof Error ? facts.log.lastFailure.message : null
  }
}

const endsReport = ({ tasks }: PhysicalPlan, { byTask }: Totals): Pick<RunReport, "sources" | "sinks"> => ({
  sources: Object.fromEntries(
    tasks.flatMap(({ id, input }) => {
      const { recordsIn = 0, skippedRecords = 0 } = byTask.get(id) ?? {}
      return input._tag === "Source" ? [[input.uid, { recordsIn, skippedRecords }]] : []
    })
  ),
  sinks: Object.fromEntries(
    tasks.flatMap(({ id, output }) =>
      output._tag === "Sink" ? [[output.uid, { recordsOut: byTask.get(id)?.recordsOut ?? 0 }]] : []
    )
  )
})
