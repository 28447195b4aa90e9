/**
 * The coordinator at work: steps its component with every event of its mailbox and performs the commands.
 *
 * A1 A manifest is written under the claim whose subtasks acknowledged it, and outlives the attempt: its outcome is
 *    reported whenever it is known (rule 2).
 */
import { Effect, Result, Schedule } from "effect"
import { type Barrier, type CheckpointKind, isSavepoint } from "../model/Barrier.ts"
import type { CheckpointId } from "../model/ids.ts"
import { invariant } from "../model/invariant.ts"
import { keyGroupCount } from "../model/keyGroups.ts"
import { type Acknowledgement, expiredCheckpoint } from "../protocol/checkpointMachine.ts"
import { coordinatorComponent } from "../protocol/components.ts"
import type { CoordinatorCommand, CoordinatorEvent } from "../protocol/coordinatorMachine.ts"
import type { JobEvent } from "../protocol/jobMachine.ts"
import type { SubtaskEvent } from "../protocol/subtaskMachine.ts"
import type { LogWriter, Manifest } from "../storage/index.ts"
import { type Activities, makeActivities } from "./Activities.ts"
import { AdaptiveInterval } from "./AdaptiveInterval.ts"
import { CheckpointRequests } from "./CheckpointRequests.ts"
import type { ChosenInterval } from "./chooseInterval.ts"
import type { EncodingGauge } from "./EncodingGauge.ts"
import { type Failure, failureOf } from "./failureReport.ts"
import { type Activity, inspectActivity, inspectStep } from "./Inspection.ts"
import { type JobContext, nowOf, timeOf } from "./JobContext.ts"
import { Mailbox } from "./Mailbox.ts"
import { ManifestIndex, objectsOf } from "./ManifestIndex.ts"
import { RecordCounter } from "./RecordCounter.ts"
import { runActor } from "./runActor.ts"
import { type Savepoint, SavepointRequests } from "./SavepointRequests.ts"
import type { SubtaskHandle } from "./SubtaskHandle.ts"
import { releaseObjects } from "./stateObject.ts"
import { makeTimers, type Timers } from "./Timers.ts"

/** What the coordinator works on while an attempt runs. */
export interface CoordinatedAttempt {
  readonly writer: LogWriter
  readonly subtasks: ReadonlyArray<SubtaskHandle>
  readonly encoding: EncodingGauge
}

interface Crew {
  readonly activities: Activities
  readonly timers: Timers
}

/** How long a trigger waits for the views of an earlier checkpoint. */
const encodingPatience = "5 seconds"

export class CoordinatorActor {
  readonly mailbox = new Mailbox<CoordinatorEvent>()
  readonly counter: RecordCounter
  readonly requests = new CheckpointRequests()
  readonly savepoints = new SavepointRequests()
  readonly #job: JobContext
  readonly #tellJob: (event: JobEvent) => void
  readonly #fail: (failure: Failure) => void
  readonly #manifests = new ManifestIndex()
  #state: ReturnType<typeof coordinatorComponent.initial>[0]
  #crew: Crew | null = null
  /** The attempt between `coordinator.start` and `coordinator.suspend`, and the one to start. */
  #attempt: CoordinatedAttempt | null = null
  #next: CoordinatedAttempt | null = null
  readonly #adaptive: AdaptiveInterval | null
  #nextTriggerAt: number | null = null
  #newestSavepoint: Savepoint | null = null

  constructor(options: {
    readonly job: JobContext
    readonly tellJob: (event: JobEvent) => void
    /** Fails the running attempt. */
    readonly fail: (failure: Failure) => void
  }) {
    this.#job = options.job
    this.#tellJob = options.tellJob
    this.#fail = options.fail
    const { checkpointPolicy, trigger } = options.job.settings
    this.counter = new RecordCounter(trigger.records, () => this.mailbox.post({ type: "count.reached" }))
    this.#adaptive = trigger.adaptive === null ? null : new AdaptiveInterval(trigger.adaptive)
    this.#state = coordinatorComponent.initial({ policy: checkpointPolicy })[0]
  }

  /** When the next periodic trigger is due, milliseconds since the epoch; null without one. */
  get nextTriggerAt(): number | null {
    return this.#nextTriggerAt
  }

  /** What an adaptive trigger has chosen; null without one. */
  get chosenInterval(): ChosenInterval | null {
    return this.#adaptive?.chosen ?? null
  }

  /** Records can flow again, so long after a failure or the start. */
  recovered(recoveryMs: number): void {
    if (this.#adaptive?.recovered(recoveryMs) === true) this.#adapted()
  }

  /** Of those that this process has taken. */
  get newestSavepoint(): Savepoint | null {
    return this.#newestSavepoint
  }

  get run() {
    return this.#run()
  }

  readonly #run = Effect.fnUntraced(function* (this: CoordinatorActor) {
    const activities = yield* makeActivities((cause) => this.#fail(failureOf(cause)))
    const timers = yield* makeTimers((timer) => {
      const expired = expiredCheckpoint(timer)
      this.mailbox.post(expired === null ? { type: "timer.fired", timer } : { type: "checkpoint.expired", id: expired })
    })
    this.#crew = { activities, timers }
    return yield* runActor(this.mailbox, (event) => this.#handle(event))
  })

  /** The job has ended. */
  endRequests(): void {
    this.requests.end()
    this.savepoints.end()
  }

  /** Waits, for a while, until retired and invalidated checkpoints are cleaned up: a job that has ended never cleans again. */
  get idle(): Effect.Effect<void> {
    return Effect.asVoid(Effect.timeoutOption(this.#running.activities.idle, "5 seconds"))
  }

  /** Begins to coordinate an attempt. */
  begin(attempt: CoordinatedAttempt, event: Extract<CoordinatorEvent, { readonly type: "coordinator.start" }>): void {
    this.#next = attempt
    this.#manifests.addAll(attempt.writer.before)
    this.mailbox.post(event)
  }

  #handle(event: CoordinatorEvent): void {
    if (event.type === "coordinator.start") {
      this.#attempt = this.#next
      this.counter.restart()
    }
    const [next, commands] = coordinatorComponent.step(this.#state, event)
    this.#state = next
    inspectStep(this.#job.settings.inspect, { actor: "coordinator", event, state: next.owner.value, commands })
    for (const command of commands) this.#perform(command)
    if (event.type === "coordinator.suspend") this.#attempt = null
  }

  #perform(command: CoordinatorCommand): void {
    const { activities, timers } = this.#running
    switch (command._tag) {
      case "TriggerSources":
        this.#trigger(command.barrier)
        return
      case "WriteManifest":
        this.#writeManifest(command.barrier, command.acknowledged)
        return
      case "NotifyCompleted":
        this.#noteCompleted(command.id, command.kind)
        this.#measure()
        this.requests.completed(command.id)
        if (isSavepoint(command.kind)) this.#savepoint(command.id)
        this.#tellSubtasks({ type: "checkpoint.completed", id: command.id, kind: command.kind })
        return
      case "NotifySavepoint":
        this.#noteCompleted(command.id, "savepoint")
        this.savepoints.completed(this.#savepoint(command.id))
        return
      case "NotifyInvalidated":
        this.#job.stats.invalidated(command.id, command.reason)
        this.#job.told.tell({ _tag: "CheckpointInvalidated", checkpoint: command.id, reason: command.reason })
        this.requests.invalidated(command.id, command.reason)
        this.savepoints.invalidated(command.id, command.reason)
        this.#tellSubtasks({ type: "checkpoint.invalidated", id: command.id, reason: command.reason })
        return
      case "ReleaseState":
        activities.start(
          `release ${command.objects.join()}`,
          releaseObjects(this.#job.storage, command.objects).pipe(
            this.#inspected("release", command.id, command.objects)
          )
        )
        return
      case "RetireCheckpoint":
        this.#retire(command.id)
        return
      case "ReserveIds":
        this.#reserve()
        return
      case "RefuseRequest":
        this.requests.refused(command.reason)
        return
      case "RefuseSavepoint":
        this.savepoints.refused(command.reason)
        return
      case "DrainSources":
        for (const subtask of this.#current.subtasks) if (subtask.isSource) subtask.post({ type: "source.drain" })
        return
      case "SetTimer": {
        const { delays } = this.#job.settings
        const delayMs =
          (command.delay === "interval" ? this.#adaptive?.chosen.intervalMs : null) ?? delays[command.delay]
        if (command.timer === "interval") this.#nextTriggerAt = nowOf(this.#job) + delayMs
        timers.set(command.timer, delayMs)
        return
      }
      case "CancelTimer":
        if (command.timer === "interval") this.#nextTriggerAt = null
        timers.cancel(command.timer)
        return
      case "TellJob":
        this.#tellJob(command.event)
        return
    }
  }

  /** What the last checkpoint cost decides about the interval from now on. */
  #measure(): void {
    const { history } = this.#job.stats
    const durationMs = history.at(-1)?.durationMs
    if (durationMs !== undefined && this.#adaptive?.completed(durationMs) === true) this.#adapted()
  }

  #adapted(): void {
    this.mailbox.post({ type: "interval.adapted", policy: this.#adaptive?.chosen.rule ?? "" })
  }

  #trigger(barrier: Barrier): void {
    this.#job.stats.triggered(barrier.id, nowOf(this.#job))
    this.#job.told.tell({ _tag: "CheckpointTriggered", checkpoint: barrier.id, kind: barrier.kind })
    if (barrier.kind === "savepoint") this.savepoints.triggered(barrier.id)
    else this.requests.triggered(barrier.id)
    this.counter.restart()
    const { encoding, subtasks } = this.#current
    const tellSources = (): void => {
      for (const subtask of subtasks) {
        if (subtask.isSource) subtask.post({ type: "trigger.received", barrier })
      }
    }
    if (encoding.isIdle) {
      tellSources()
      return
    }
    // Records flow on while the views of an earlier checkpoint are encoded; the barriers start a little later, in order.
    this.#running.activities.start(`trigger ${barrier.id}`, encoding.actWhenIdle(tellSources, encodingPatience))
  }

  #tellSubtasks(event: SubtaskEvent): void {
    for (const subtask of this.#attempt?.subtasks ?? []) subtask.post(event)
  }

  #noteCompleted(id: CheckpointId, kind: CheckpointKind): void {
    const { stats, told } = this.#job
    stats.completed(id, kind, nowOf(this.#job))
    const { bytes = 0, durationMs = 0, records = 0 } = stats.history.at(-1) ?? {}
    told.tell({ _tag: "CheckpointCompleted", checkpoint: id, kind, durationMs, bytes, records })
  }

  /** Notes it as the newest one. */
  #savepoint(id: CheckpointId): Savepoint {
    const slot = this.#manifests.slotOf(id)
    invariant(slot !== null, "a completed savepoint stands in the log", id)
    this.#newestSavepoint = { id, path: this.#job.storage.pathOf({ slot }) }
    return this.#newestSavepoint
  }

  #writeManifest(barrier: Barrier, acknowledged: ReadonlyArray<Acknowledgement>): void {
    const attempt = this.#current
    const manifest = this.#manifest(barrier, acknowledged, attempt)
    this.#running.activities.start(
      `manifest ${barrier.id}`,
      Effect.gen({ self: this }, function* () {
        const append = attempt.writer.append(manifest)
        const inspected = this.#inspected("manifest", barrier.id, objectsOf(manifest))
        const appended = yield* Effect.result(inspected(append))
        if (Result.isSuccess(appended)) {
          this.#manifests.add(appended.success, manifest)
          this.mailbox.post({ type: "manifest.recorded", id: barrier.id })
          return
        }
        const failure = appended.failure
        // A1: a newer claim of our own fences the manifest of an older attempt; that is no failure of the new one.
        const isCurrent = this.#attempt === attempt
        const reason = failure._tag === "StorageFailure" ? "storageFailed" : isCurrent ? "fenced" : "restarted"
        this.mailbox.post({ type: "manifest.refused", id: barrier.id, reason })
        if (reason === "storageFailed") yield* Effect.logWarning(failure.message)
        if (reason === "fenced") this.#fail({ error: failure, report: { retry: "never", record: null } })
      })
    )
  }

  #manifest(barrier: Barrier, acknowledged: ReadonlyArray<Acknowledgement>, attempt: CoordinatedAttempt): Manifest {
    const { plan, operators, settings, stats } = this.#job
    const handles = new Map(acknowledged.map(({ subtask, handle }) => [subtask, handle]))
    return {
      _tag: "Manifest",
      term: attempt.writer.term,
      id: barrier.id,
      kind: barrier.kind,
      at: timeOf(this.#job),
      pipeline: plan.pipeline,
      keyGroups: keyGroupCount,
      parallelism: settings.parallelism,
      ...stats.totals(barrier.id, nowOf(this.#job)),
      tasks: plan.tasks.map(({ id }) => ({
        task: id,
        subtasks: attempt.subtasks
          .filter((subtask) => subtask.task === id)
          .map((subtask) => {
            const handle = handles.get(subtask.id)
            invariant(handle !== undefined, "a manifest names the state of every subtask", subtask.id)
            const { object, shared, size, held } = handle
            return {
              ...{ index: subtask.index, object, size },
              ...(shared.length > 0 ? { shared } : {}),
              ...(held === undefined ? {} : { held })
            }
          })
      })),
      operators: operators.map(({ uid, kind, states }) => ({
        uid,
        kind,
        states: states.map((state) => ({ ...state }))
      }))
    }
  }

  #retire(id: CheckpointId): void {
    // Between two attempts the next claim may be loading this very checkpoint; its entry stands until a later completion.
    if (this.#attempt === null) return
    const objects = this.#manifests.objectsOf(id)
    const retire = Effect.suspend(() => this.#manifests.retire(this.#job.storage, id))
    this.#running.activities.start(`retire ${id}`, retire.pipe(this.#inspected("retire", id, objects)))
  }

  #reserve(): void {
    const attempt = this.#current
    this.#running.activities.start(
      "reserve ids",
      attempt.writer.reserve.pipe(
        Effect.retry({
          schedule: Schedule.exponential("100 millis"),
          times: 10,
          while: (failure) => failure._tag === "StorageFailure"
        }),
        Effect.match({
          onSuccess: ({ to }) => this.mailbox.post({ type: "ids.reserved", end: to }),
          onFailure: (failure) => {
            // A1: an older attempt that was fenced by our own newer claim is no failure of the new one.
            if (this.#attempt === attempt)
              this.#fail({ error: failure, report: { retry: failure.retry, record: null } })
          }
        })
      )
    )
  }

  #inspected(activity: Activity, checkpoint: CheckpointId, objects: ReadonlyArray<string>) {
    return inspectActivity(this.#job.settings.inspect, {
      actor: coordinatorComponent.id,
      activity,
      checkpoint,
      objects
    })
  }

  get #current(): CoordinatedAttempt {
    invariant(this.#attempt !== null, "a coordinator acts only on an attempt")
    return this.#attempt
  }

  get #running(): Crew {
    invariant(this.#crew !== null, "a coordinator performs commands only while it runs")
    return this.#crew
  }
}
