/** A job that was started, in the hands of whoever started it. */
import { Deferred, Effect, Result, type Stream } from "effect"
import type { TerminalKind } from "../model/Barrier.ts"
import { CheckpointRefused, type JobFailed, SavepointRefused, type StopRefused } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { JobActor } from "./JobActor.ts"
import { type JobFact, type JobStatus, jobStatus, stateText } from "./JobFacts.ts"
import type { MetricFamily } from "./metrics/MetricFamily.ts"
import type { RunReport } from "./RunReport.ts"
import type { Savepoint } from "./SavepointRequests.ts"

export interface StopOptions {
  /**
   * Ends the data where the sources are, and event time with it: every window fires, everything is committed, and the job
   * has finished. For good: to go on later, stop without it.
   */
  readonly drain?: boolean
  /** The last checkpoint is a savepoint: the report names it. */
  readonly savepoint?: boolean
}

export interface JobHandle {
  readonly status: () => JobStatus
  /** What the job reports now. */
  readonly report: () => RunReport
  /** What the job measures of itself now; see `Metrics.text`. */
  readonly metrics: () => ReadonlyArray<MetricFamily>
  /** What happens from now on, and what happened last; ends with the job. */
  readonly events: Stream.Stream<JobFact>
  /** Asks for a checkpoint and waits until one that was triggered afterwards is completed. */
  readonly triggerCheckpoint: Effect.Effect<CheckpointId, CheckpointRefused>
  /** Asks for a savepoint and waits until it stands. The job runs on, and nothing of it is committed by the savepoint. */
  readonly savepoint: Effect.Effect<Savepoint, SavepointRefused>
  /**
   * One more checkpoint without end of data, then the end; asked a second time the job stops at once. Resumable. Answers
   * when the job has been told: `await` waits for its end. Fails: for a savepoint or a drain while no attempt runs.
   */
  readonly stop: (options?: StopOptions) => Effect.Effect<void, StopRefused>
  /** Ends the job and records that it was cancelled: `on-failure` does not resume it. */
  readonly cancel: Effect.Effect<void>
  /** Waits for the end of the job. Fails: `JobFailed`, whose cause is what the last attempt met. */
  readonly await: Effect.Effect<RunReport, JobFailed>
}

const terminalKind = ({ drain = false, savepoint = false }: StopOptions): TerminalKind => {
  if (drain) return savepoint ? "finalSavepoint" : "final"
  return savepoint ? "stopSavepoint" : "stop"
}

export const makeHandle = (
  actor: JobActor,
  given: Pick<JobHandle, "report" | "metrics" | "await" | "events">
): JobHandle => {
  const { coordinator, mailbox, outcome } = actor
  const isOver = (): boolean => Deferred.isDoneUnsafe(outcome)
  return {
    ...given,
    status: () => jobStatus(stateText(actor.facts.state.value), actor.facts.state.context),
    triggerCheckpoint: Effect.suspend(() => {
      if (isOver()) return Effect.fail(new CheckpointRefused({ checkpoint: null, reason: "the job has ended" }))
      const next = coordinator.requests.next
      coordinator.mailbox.post({ type: "trigger.request" })
      return next
    }),
    savepoint: Effect.suspend(() => {
      if (isOver()) return Effect.fail(new SavepointRefused({ savepoint: null, reason: "ended" }))
      return coordinator.savepoints.next(() => coordinator.mailbox.post({ type: "savepoint.request" }))
    }),
    stop: (options = {}) => {
      const ended = Effect.as(Effect.exit(Deferred.await(outcome)), Result.void)
      const asked = Effect.result(actor.stop(terminalKind(options)))
      return Effect.flatMap(Effect.raceFirst(asked, ended), Effect.fromResult)
    },
    cancel: Effect.sync(() => mailbox.post({ type: "job.cancel" }))
  }
}
