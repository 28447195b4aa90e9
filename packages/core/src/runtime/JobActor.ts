/**
 * The job at work: claims, restores, runs and cancels attempts as its machine says.
 *
 * A1 Every attempt has a scope of its own; it is closed before the next begins (K2 of the machine).
 * A2 Whatever fails, the job's machine hears of it, with the attempt that it belongs to.
 */
import { Deferred, Effect, Exit, Scope } from "effect"
import type { TerminalKind } from "../model/Barrier.ts"
import { StopRefused } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import { invariant } from "../model/invariant.ts"
import { jobComponent } from "../protocol/components.ts"
import { type Claimed, type JobCommand, type JobEvent, type JobOutcome, jobMachine } from "../protocol/jobMachine.ts"
import { claimLog, type LogWriter } from "../storage/index.ts"
import { type Activities, makeActivities } from "./Activities.ts"
import { heedWitnesses, openSinks, planSplits, rollBackSinks } from "./Attempt.ts"
import type { AttemptContext } from "./AttemptContext.ts"
import { backoffDelay } from "./backoff.ts"
import { CoordinatorActor } from "./CoordinatorActor.ts"
import { AlreadyEnded, decideClaim } from "./claimDecision.ts"
import { invalidateCorrupt, isDrained, standing } from "./claimed.ts"
import { EncodingGauge } from "./EncodingGauge.ts"
import { type Failure, failureOf } from "./failureReport.ts"
import { inlineHost } from "./host/inlineHost.ts"
import type { HostedSubtasks, SubtaskHost } from "./host/SubtaskHost.ts"
import { openThreadHost } from "./host/threads/threadHost.ts"
import { type Activity, inspectActivity, inspectStep } from "./Inspection.ts"
import { type JobContext, nowOf, timeOf } from "./JobContext.ts"
import { jobStatus, stateText } from "./JobFacts.ts"
import type { ResumeChoice } from "./JobOptions.ts"
import { Mailbox } from "./Mailbox.ts"
import { removeOrphans } from "./ManifestIndex.ts"
import { RecoveryLog } from "./RecoveryLog.ts"
import { RunTotals } from "./RunTotals.ts"
import { recordEnd } from "./recordEnd.ts"
import type { RestorePoint } from "./restorePoint.ts"
import { runActor } from "./runActor.ts"
import { makeTimers, type Timers } from "./Timers.ts"

interface Crew {
  readonly activities: Activities
  readonly timers: Timers
}

/** What exists of the running attempt. */
interface RunningAttempt {
  readonly number: number
  readonly scope: Scope.Closeable
  /** Null until they are built. */
  readonly hosted: HostedSubtasks | null
}

export class JobActor {
  readonly mailbox = new Mailbox<JobEvent>()
  readonly coordinator: CoordinatorActor
  readonly totals = new RunTotals()
  readonly outcome = Deferred.makeUnsafe<JobOutcome>()
  readonly #job: JobContext
  #state: ReturnType<typeof jobComponent.initial>[0]
  #crew: Crew | null = null
  #host: SubtaskHost = inlineHost
  #writer: LogWriter | null = null
  /** Loaded for the claim, handed to the restore. */
  #point: RestorePoint | null = null
  /** A claim was begun and its outcome is not known. */
  #isClaimOpen = false
  #failedAttempt = 0
  #encoding = new EncodingGauge()
  #attempt: RunningAttempt | null = null
  readonly #log = new RecoveryLog()
  #endedAt: number | null = null
  /** The machine refused the stop that it is hearing. */
  #refusedStop = false
  readonly #corrupt: Array<CheckpointId> = []

  constructor(job: JobContext) {
    this.#job = job
    this.#state = jobComponent.initial({ policy: job.settings.restartPolicy })[0]
    this.coordinator = new CoordinatorActor({
      job,
      tellJob: (event) => this.mailbox.post(event),
      fail: (failure) => this.#fail(this.#state.context.attempt, failure)
    })
  }

  get run() {
    return this.#run()
  }

  readonly #run = Effect.fnUntraced(function* (this: JobActor) {
    const { settings } = this.#job
    if (settings.threads > 0) this.#host = yield* openThreadHost(settings)
    // A1: whatever ends the actor ends its attempt, after the activities and before the storage is given back.
    yield* Effect.addFinalizer(() => this.#closeAttempt)
    const activities = yield* makeActivities((cause) => this.#fail(this.#state.context.attempt, failureOf(cause)))
    const timers = yield* makeTimers((timer) => this.mailbox.post({ type: "timer.fired", timer }))
    this.#crew = { activities, timers }
    return yield* runActor(this.mailbox, (event) => this.#handle(event))
  })

  /** Asks the job to stop. Answers when its machine has heard it. */
  stop(kind: TerminalKind): Effect.Effect<void, StopRefused> {
    let isRefused = false
    const asked = this.mailbox.ask({ type: "job.stop", kind }, () => {
      isRefused = this.#refusedStop
      this.#refusedStop = false
    })
    return Effect.andThen(
      asked,
      Effect.suspend(() => (isRefused ? new StopRefused({ job: this.#job.plan.pipeline }) : Effect.void))
    )
  }

  /** For the report. */
  get facts() {
    return {
      state: this.#state,
      endedAt: this.#endedAt,
      restarts: Math.max(0, this.#state.context.attempt - 1),
      log: this.#log,
      corrupt: this.#corrupt
    }
  }

  #handle(event: JobEvent): void {
    const [next, commands] = jobComponent.step(this.#state, event)
    this.#state = next
    inspectStep(this.#job.settings.inspect, { actor: jobMachine.id, event, state: next.value, commands })
    this.#job.told.noteStatus(jobStatus(stateText(next.value), next.context))
    for (const command of commands) this.#perform(command)
  }

  #perform(command: JobCommand): void {
    const { activities, timers } = this.#running
    switch (command._tag) {
      case "ClaimLog":
        this.#host.prepare()
        activities.start("claim", this.#claim())
        return
      case "RestoreAttempt":
        activities.start("restore", this.#restore(command.attempt, command.claim))
        return
      case "RunAttempt":
        activities.start("run", this.#runAttempt())
        return
      case "StartCoordinator":
        this.#startCoordinator(command.claim)
        return
      case "SuspendCoordinator":
        this.coordinator.mailbox.post({ type: "coordinator.suspend", reason: command.reason })
        return
      case "StopCoordinator":
        this.coordinator.mailbox.post({ type: "coordinator.stop", kind: command.kind })
        return
      case "RefuseStop":
        this.#refusedStop = true
        return
      case "CancelAttempt":
        activities.start("cancel", this.#cancel())
        return
      case "RecordEnd":
        activities.start("end", this.#recordEnd(command.end))
        return
      case "SetTimer":
        if (command.delay === "backoff") this.#host.prepare()
        timers.set(
          command.timer,
          command.delay === "backoff"
            ? backoffDelay(this.#job.settings.backoff, command.step)
            : this.#job.settings.delays[command.delay]
        )
        return
      case "CancelTimer":
        timers.cancel(command.timer)
        return
      case "EndJob":
        this.#endedAt = nowOf(this.#job)
        this.coordinator.endRequests()
        this.#job.told.tell({ _tag: "Ended", outcome: command.outcome })
        Deferred.doneUnsafe(this.outcome, Effect.succeed(command.outcome))
        return
    }
  }

  // Claim.

  #claim(): Effect.Effect<void> {
    const { plan, storage, holder } = this.#job
    const inspected = this.#inspected("claim", null)
    this.#log.began(nowOf(this.#job))
    this.#isClaimOpen = true
    return claimLog(storage, {
      job: plan.pipeline,
      holder: holder.name,
      since: timeOf(this.#job),
      decide: (content) =>
        Effect.map(decideClaim(this.#job, content, this.#resume), ({ point, ...choice }) => {
          this.#point = point
          return choice
        })
    }).pipe(
      inspected,
      Effect.matchCause({
        onSuccess: (writer) => {
          this.#isClaimOpen = false
          this.#writer = writer
          this.mailbox.post({
            type: "claim.appended",
            term: writer.term,
            nextId: writer.idsReserved.from,
            idsEnd: writer.idsReserved.to,
            ...standing(writer)
          })
        },
        onFailure: (cause) => {
          this.#isClaimOpen = false
          const failure = failureOf(cause)
          if (failure.error instanceof AlreadyEnded) {
            this.totals.noteEnded(failure.error.records)
            return this.mailbox.post({ type: "claim.unneeded" })
          }
          this.#note(failure)
          this.mailbox.post({ type: "claim.failed", failure: failure.report })
        }
      })
    )
  }

  /** The user's choice holds until a claim of this process stands; from then on attempts go on from the latest. */
  get #resume(): ResumeChoice {
    return this.#writer === null ? this.#job.settings.resume : "latest"
  }

  // Restore and run.

  #restore(attempt: number, claim: Claimed): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const scope = yield* Scope.make()
      this.#attempt = { number: attempt, scope, hosted: null }
      const { point, hosted } = yield* Scope.provide(this.#build(attempt, claim), scope)
      const { subtasks } = hosted
      this.#attempt = { number: attempt, scope, hosted }
      this.totals.begin(subtasks)
      this.#log.restoredFrom(point.manifest?.id ?? null, nowOf(this.#job))
      this.#job.told.tell({ _tag: "Restored", checkpoint: point.manifest?.id ?? null })
      this.coordinator.recovered(this.#log.lastRecoveryMs)
      this.mailbox.post({ type: "attempt.restored", subtasks: subtasks.map((subtask) => subtask.id) })
    }).pipe(
      this.#inspected("restore", this.#leadership.resumesFrom),
      Effect.catchCause((cause) => Effect.sync(() => this.#fail(attempt, failureOf(cause))))
    )
  }

  readonly #build = Effect.fnUntraced(function* (this: JobActor, attempt: number, claim: Claimed) {
    const { plan, settings, storage, stats, clock } = this.#job
    const point = this.#point
    invariant(point !== null, "what an attempt restores was loaded before its claim")
    this.#point = null
    const restored = point.manifest?.id ?? null
    const sessions = yield* openSinks(plan, claim.term)
    const witnesses = heedWitnesses({ plan, sessions, restored, rewindOutput: settings.rewindOutput })
    yield* witnesses
    this.#corrupt.push(...(yield* invalidateCorrupt(this.#job, this.#leadership, point)))
    const splits = yield* planSplits(plan, point)
    const savepoints = this.#leadership.view.savepoints.map(({ manifest }) => manifest)
    yield* rollBackSinks(plan, sessions, point, savepoints).pipe(this.#inspected("rollback", restored))
    yield* witnesses // A2 of Attempt
    this.#encoding = new EncodingGauge()
    const context: AttemptContext = {
      job: plan.pipeline,
      attempt,
      term: claim.term,
      restored: restored ?? 0,
      isDrained: isDrained(this.#leadership, point),
      storage,
      stats,
      clock,
      counter: this.coordinator.counter,
      encoding: this.#encoding,
      inspect: settings.inspect,
      tellCoordinator: (event) => this.#whileCurrent(attempt, () => this.coordinator.mailbox.post(event)),
      tellJob: (event) => this.#whileCurrent(attempt, () => this.mailbox.post(event)),
      fail: (failure) => this.#fail(attempt, failure)
    }
    return { point, hosted: yield* this.#host.build({ plan, settings, attempt: context, point, sessions, splits }) }
  })

  #startCoordinator(claim: Claimed): void {
    const subtasks = this.#attempt?.hosted?.subtasks ?? []
    this.coordinator.begin(
      { writer: this.#leadership, subtasks, encoding: this.#encoding },
      {
        type: "coordinator.start",
        subtasks: subtasks.map((subtask) => subtask.id),
        nextId: claim.nextId,
        idsEnd: claim.idsEnd,
        recorded: claim.recorded.filter((id) => !this.#corrupt.includes(id)),
        kept: claim.kept
      }
    )
  }

  #runAttempt(): Effect.Effect<void> {
    const attempt = this.#attempt
    const hosted = attempt?.hosted ?? null
    invariant(attempt !== null && hosted !== null, "an attempt runs after it was restored")
    const orphans = removeOrphans(this.#job.storage, this.#leadership.before, this.#leadership.term).pipe(
      Effect.catch((failure) => Effect.logWarning(`Left behind: ${failure.message}`))
    )
    return Effect.andThen(Scope.provide(hosted.run, attempt.scope), Effect.forkIn(orphans, attempt.scope))
  }

  #cancel(): Effect.Effect<void> {
    const { activities } = this.#running
    return Effect.gen({ self: this }, function* () {
      yield* activities.end("claim")
      yield* activities.end("restore")
      yield* activities.end("run")
      yield* this.#closeAttempt
      this.mailbox.post({ type: "attempt.cancelled" })
    })
  }

  /** A finalizer of a source or sink that fails is reported; it keeps nobody from going on. */
  readonly #closeAttempt: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    const attempt = this.#attempt
    if (attempt === null) return
    this.totals.end()
    this.#attempt = null
    const closed = yield* Effect.exit(Scope.close(attempt.scope, Exit.void))
    if (Exit.isFailure(closed)) yield* Effect.logWarning("An attempt did not close in good order.", closed.cause)
  })

  // End.

  #recordEnd(end: "finished" | "cancelled"): Effect.Effect<void> {
    // Ours, or a new one if the last was interrupted and may land yet.
    const recorded = recordEnd(this.#job, this.#isClaimOpen ? null : this.#writer, end)
    return Effect.andThen(this.coordinator.idle, recorded).pipe(
      Effect.timeout("2 minutes"),
      this.#inspected("end", null),
      Effect.matchCause({
        onSuccess: () => this.mailbox.post({ type: "end.recorded" }),
        onFailure: (cause) => {
          const failure = failureOf(cause)
          this.#note(failure)
          this.mailbox.post({ type: "end.failed", failure: failure.report })
        }
      })
    )
  }

  // Failures.

  /** Only the first failure of an attempt counts: the others follow from it. */
  #fail(attempt: number, failure: Failure): void {
    if (attempt !== this.#state.context.attempt || attempt === this.#failedAttempt) return
    this.#failedAttempt = attempt
    this.#note(failure)
    this.mailbox.post({ type: "attempt.failed", attempt, failure: failure.report })
  }

  #note(failure: Failure): void {
    this.#log.failed(failure, nowOf(this.#job))
    const { error } = failure
    const message = error instanceof Error ? error.message : String(error)
    this.#job.told.tell({ _tag: "AttemptFailed", attempt: this.#state.context.attempt, message })
  }

  #whileCurrent(attempt: number, act: () => void): void {
    if (this.#attempt?.number === attempt) act()
  }

  #inspected(activity: Activity, checkpoint: CheckpointId | null) {
    return inspectActivity(this.#job.settings.inspect, { actor: jobMachine.id, activity, checkpoint })
  }

  get #leadership(): LogWriter {
    invariant(this.#writer !== null, "nothing is restored or run before the claim stands")
    return this.#writer
  }

  get #running(): Crew {
    invariant(this.#crew !== null, "a job performs commands only while it runs")
    return this.#crew
  }
}
