/** One step of a job of the model: its machine is stepped, and its commands are done as `JobActor` does them. */
import type { Effect, Message, Step } from "../../../packages/checker/src/system/Effect.ts"
import type { Claimed, JobCommand, JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { FailureReport } from "../../../packages/core/src/protocol/policy.ts"
import { beginClaim, type ClaimProgress, continueClaim, standingAfter } from "./claims.ts"
import { endEntry, invalidationEntry, objectsFor, snapshotFor } from "./entries.ts"
import type { Activity, HeldWriter, JobEnvironment, JobState, Point } from "./JobState.ts"
import type { Asked, CoordinatorMail, Fact, JobMail, LedgerOperation, StoreOperation, Writer } from "./messages.ts"
import { coordinatorOf, mailboxOf, places, taskOf } from "./names.ts"
import { assembled, type Snapshot } from "./snapshots.ts"
import type { TaskInput } from "./TaskState.ts"
import { answer, append, type Tail } from "./tail.ts"
import { cancelTimer, setTimer } from "./timers.ts"

const writeFailed: FailureReport = { retry: "restart", record: null }
const hopeless: FailureReport = { retry: "never", record: null }

type Ending = Extract<Activity, { readonly of: "end" }>

export class JobStep {
  readonly #env: JobEnvironment
  readonly #effects: Array<Effect> = []
  #state: JobState

  constructor(env: JobEnvironment, state: JobState) {
    this.#env = env
    this.#state = state
  }

  get result(): Step<JobState> {
    return { state: this.#state, effects: this.#effects }
  }

  take(mail: JobMail): void {
    switch (mail.type) {
      case "log.answered":
      case "log.read":
      case "log.listed":
      case "store.loaded":
      case "ledger.shown":
      case "ledger.rolledBack":
      case "asked.failed":
        this.#hear(mail)
        return
      case "attempt.failed":
        // Only the first failure of an attempt counts: the others follow from it.
        if (mail.attempt === this.#state.failedAttempt) return
        this.#set({ failedAttempt: mail.attempt })
        this.#dispatch(mail)
        return
      default:
        this.#dispatch(mail)
    }
  }

  #dispatch(event: JobEvent): void {
    const [next, commands] = this.#env.stepper.step(this.#state.machine, event)
    this.#set({ machine: next })
    for (const command of commands) this.#perform(command)
  }

  #perform(command: JobCommand): void {
    const { settings, process } = this.#env
    switch (command._tag) {
      case "ClaimLog":
        this.#set({ isClaimOpen: true })
        this.#claim({ activity: "claim", attempt: command.attempt })
        return
      case "RestoreAttempt":
        this.#restore(command.attempt)
        return
      case "StartCoordinator":
        this.#startCoordinator(command.subtasks, command.claim)
        return
      case "RunAttempt":
        this.#runAttempt(command.attempt)
        return
      case "SuspendCoordinator":
        this.#tellCoordinator({ type: "coordinator.suspend", reason: command.reason })
        return
      case "StopCoordinator":
        this.#tellCoordinator({ type: "coordinator.stop", kind: command.kind })
        return
      case "RefuseStop":
        return
      case "CancelAttempt":
        this.#closeAttempt()
        this.#send(this.#env.mailbox, { type: "attempt.cancelled" })
        return
      case "RecordEnd":
        this.#recordEnd(command.end)
        return
      case "SetTimer":
        this.#effects.push(...setTimer(settings, command.timer))
        return
      case "CancelTimer":
        this.#effects.push(...cancelTimer(command.timer))
        return
      case "EndJob":
        // Everything that the process still does ends with the job; what it knew no longer matters.
        this.#set({ activity: null, writer: null, point: null, corrupt: [], isClaimOpen: false, failedAttempt: 0 })
        this.#effects.push({ _tag: "Stop", component: coordinatorOf(process) })
        return
    }
  }

  #hear(mail: JobMail): void {
    const { activity, machine, writer, run } = this.#state
    if (mail.type === "log.answered" && mail.nonce === writer?.nonce) {
      this.#hearTail(writer, mail)
      return
    }
    if (activity === null) return
    const of: Asked = { activity: activity.of, attempt: activity.attempt }
    if ("of" in mail && (mail.of.activity !== of.activity || mail.of.attempt !== of.attempt)) return
    if (activity.of === "restore") {
      this.#hearRestore(mail)
      return
    }
    const { phase } = activity
    if (phase.at === "recording") return
    const nonce = nonceOf(this.#env.process, run, of)
    const { restores } = this.#env.settings.config
    const named = writer === null && this.#env.process === "b" && restores !== undefined ? restores : null
    const mode = named?.mode ?? null
    const resume = named ?? (writer === null ? this.#env.settings.resume : "latest")
    const progress = continueClaim({ env: this.#env, of, nonce, resume, mode, phase }, mail)
    if (progress !== null) this.#progress(of, progress)
    if (machine.status === "done") this.#set({ activity: null })
  }

  // Claim.

  #claim(of: Asked): void {
    this.#progress(of, beginClaim(this.#env, of))
  }

  #progress(of: Asked, progress: ClaimProgress): void {
    if (progress._tag === "Goes") {
      const { activity } = this.#state
      const { attempt } = of
      const next: Activity =
        activity?.of === "end"
          ? { ...activity, phase: progress.phase }
          : { of: "claim", attempt, phase: progress.phase }
      this.#set({ activity: next })
      this.#effects.push(...progress.effects)
      return
    }
    const { activity } = this.#state
    if (activity?.of === "end") {
      this.#endClaimed(activity, progress)
      return
    }
    this.#set({ activity: null, isClaimOpen: false })
    if (progress._tag === "Unneeded") this.#dispatch({ type: "claim.unneeded" })
    else if (progress._tag === "Failed") this.#dispatch({ type: "claim.failed", failure: progress.failure })
    else {
      this.#set({ writer: writerOf(progress), point: progress.point })
      this.#note({ _tag: "Led", term: progress.claim.term, slot: progress.base.slot })
      const { base, claim } = progress
      const { from, to } = claim.idsReserved
      const standing = standingAfter(base, claim)
      this.#dispatch({ type: "claim.appended", term: claim.term, nextId: from, idsEnd: to, ...standing })
    }
  }

  // Restore and run.

  #restore(attempt: number): void {
    const { point } = this.#state
    if (point === null) throw new Error("What an attempt restores was loaded before its claim.")
    this.#set({ activity: { of: "restore", attempt, phase: point.corrupt.length > 0 ? "showing" : "rollingBack" } })
    const of: Asked = { activity: "restore", attempt }
    if (point.corrupt.length > 0) this.#ledger({ op: "show", of, to: this.#env.mailbox })
    else this.#rollBack(point, attempt)
  }

  #hearRestore(mail: JobMail): void {
    const { activity, point, writer } = this.#state
    const { settings } = this.#env
    if (activity?.of !== "restore" || point === null || writer === null) return
    const { attempt } = activity
    if (mail.type === "asked.failed") {
      this.#fail(attempt, writeFailed)
      return
    }
    if (mail.type === "ledger.shown") {
      if (mail.visible > (point.manifest?.id ?? 0)) {
        this.#fail(attempt, hopeless)
        return
      } // OutputAhead
      this.#set({ activity: { ...activity, phase: "invalidating" } })
      for (const id of point.corrupt) this.#append(invalidationEntry(writer.term, id))
    }
    if (mail.type === "ledger.rolledBack") {
      const isAhead = mail.visible > (point.manifest?.id ?? 0)
      if (isAhead && settings.mutant !== "witnessAskedOnce") {
        this.#fail(attempt, hopeless)
        return
      } // OutputAhead
      this.#set({ activity: null, point: { ...point, unheld: mail.open } })
      this.#dispatch({ type: "attempt.restored", subtasks: this.#env.tasks })
    }
  }

  #rollBack(point: Point, attempt: number): void {
    const of: Asked = { activity: "restore", attempt }
    const term = this.#state.writer?.term ?? 0
    const restored = this.#env.tasks.flatMap((task) => preparedIn(point, task).map(({ transaction }) => transaction))
    const held = this.#env.settings.mutant === "rollbackForgetsSavepoints" ? [] : (this.#state.writer?.held ?? [])
    const keep = [...new Set([...restored, ...held])]
    this.#ledger({ op: "rollback", term, keep, of, to: this.#env.mailbox })
  }

  #startCoordinator(subtasks: ReadonlyArray<string>, claim: Claimed): void {
    const { writer, machine, corrupt } = this.#state
    if (writer === null) throw new Error("Nothing runs before the claim stands.")
    const { tail, isHandedOver: _, named: __, held: ___, ...held } = writer
    this.#set({ writer: { ...writer, isHandedOver: true } })
    this.#tellCoordinator({
      ...{ type: "coordinator.start", subtasks, nextId: claim.nextId, idsEnd: claim.idsEnd },
      recorded: claim.recorded.filter((id) => !corrupt.includes(id)),
      kept: this.#env.settings.mutant === "keptIsForgotten" ? [] : claim.kept,
      attempt: machine.context.attempt,
      writer: { ...held, lastSlot: tail.lastSlot }
    })
  }

  #runAttempt(attempt: number): void {
    const { point, writer } = this.#state
    const { process, tasks } = this.#env
    if (point === null || writer === null) throw new Error("An attempt runs after it was restored.")
    for (const task of tasks) {
      const { prepared, ...position } = this.#restored(point, task)
      const restored = point.manifest?.id ?? 0
      const unheld = point.unheld.map((transaction) => ({ id: restored, transaction }))
      const { isDrained } = point
      const input: TaskInput = {
        ...{ attempt, term: writer.term, restored, isDrained, position },
        prepared: [...prepared, ...unheld]
      }
      this.#effects.push({ _tag: "Start", component: taskOf(process, task), input })
    }
    this.#set({ point: null, isRunning: true })
    if (writer.term > 1) this.#store({ op: "sweep", term: writer.term, named: writer.named })
  }

  #restored({ manifest }: Point, task: string): Snapshot {
    const objects = manifest === null ? [] : objectsFor(manifest, task)
    return assembled(this.#env.settings.mutant === "restoreForgetsShared" ? objects.slice(-1) : objects)
  }

  #closeAttempt(): void {
    const { process, tasks } = this.#env
    if (this.#state.isRunning) {
      for (const task of tasks) this.#effects.push({ _tag: "Stop", component: taskOf(process, task) })
    }
    this.#set({ activity: null, point: null, isRunning: false })
  }

  // End.

  #recordEnd(end: "finished" | "cancelled"): void {
    const { writer, isClaimOpen, machine } = this.#state
    const { attempt } = machine.context
    if (writer === null || isClaimOpen) {
      this.#set({ activity: { of: "end", attempt, end, phase: { at: "reading" } } })
      this.#claim({ activity: "end", attempt })
      return
    }
    this.#set({ activity: { of: "end", attempt, end, phase: { at: "recording" } } })
    if (writer.isHandedOver) this.#tellCoordinator({ type: "end.append", end })
    else this.#append(endEntry(writer.term, end))
  }

  #endClaimed(activity: Ending, progress: Exclude<ClaimProgress, { readonly _tag: "Goes" }>): void {
    if (progress._tag !== "Holds") {
      this.#dispatch({ type: "end.failed", failure: writeFailed })
      return
    }
    this.#note({ _tag: "Led", term: progress.claim.term, slot: progress.base.slot })
    this.#set({ writer: writerOf(progress), activity: { ...activity, phase: { at: "recording" } } })
    this.#append(endEntry(progress.claim.term, activity.end))
  }

  // The job's own appends, before the coordinator has the tail or without one.

  #append(entry: Parameters<typeof append>[1]): void {
    const { writer } = this.#state
    if (writer === null) throw new Error("Nothing is appended before the claim stands.")
    const appended = append(writer.tail, entry, this.#env.mailbox)
    this.#set({ writer: { ...writer, tail: appended.tail } })
    this.#effects.push(...appended.effects)
  }

  #hearTail(writer: HeldWriter, mail: Extract<JobMail, { readonly type: "log.answered" }>): void {
    const { tail, settled, effects } = answer(writer.tail, mail, this.#env.mailbox)
    this.#set({ writer: { ...writer, tail } })
    this.#effects.push(...effects)
    const { activity, point, corrupt } = this.#state
    if (settled === null || activity === null) return
    const stands = settled._tag === "Stands"
    if (settled.entry._tag === "End" && activity.of === "end") {
      this.#dispatch(stands ? { type: "end.recorded" } : { type: "end.failed", failure: writeFailed })
    }
    if (settled.entry._tag !== "Invalidation" || activity.of !== "restore" || point === null) return
    if (!stands) {
      this.#fail(activity.attempt, settled.isFenced ? hopeless : writeFailed)
      return
    }
    this.#set({ corrupt: [...corrupt, settled.entry.id].sort((a, b) => a - b) })
    if (tail.queue.length > 0) return
    this.#set({ activity: { ...activity, phase: "rollingBack" } })
    this.#rollBack(point, activity.attempt)
  }

  // Effects.

  #fail(attempt: number, failure: FailureReport): void {
    this.#set({ activity: null })
    this.take({ type: "attempt.failed", attempt, failure })
  }

  #set(change: Partial<JobState>): void {
    this.#state = { ...this.#state, ...change }
  }

  #tellCoordinator(mail: CoordinatorMail): void {
    this.#send(mailboxOf(coordinatorOf(this.#env.process)), mail)
  }

  #send(channel: string, message: Message): void {
    this.#effects.push({ _tag: "Send", channel, message })
  }

  #note(fact: Fact): void {
    this.#effects.push({ _tag: "Note", fact })
  }

  #store(operation: StoreOperation): void {
    if (!this.#env.isPrompt) this.#effects.push({ _tag: "Request", resource: places.store, operation })
  }

  #ledger(operation: LedgerOperation): void {
    this.#effects.push({ _tag: "Request", resource: places.ledger, operation })
  }
}

const preparedIn = ({ manifest }: Point, task: string) =>
  manifest === null ? [] : (snapshotFor(manifest, task)?.prepared ?? [])

const writerOf = ({ base, claim }: Extract<ClaimProgress, { readonly _tag: "Holds" }>): HeldWriter => {
  const { term, nonce, idsReserved, resumesFrom } = claim
  const tail: Tail = { nonce, lastSlot: base.slot, queue: [] }
  const { kept } = standingAfter(base, claim)
  const writer: Writer = {
    ...{ term, nonce, resumesFrom, lastSlot: base.slot, idsEnd: idsReserved.to },
    ...{ before: base.before, kept }
  }
  const held = base.savepoints.flatMap((manifest) =>
    manifest.tasks.flatMap(({ task }) =>
      (snapshotFor(manifest, task)?.prepared ?? []).map(({ transaction }) => transaction)
    )
  )
  return { ...writer, tail, isHandedOver: false, named: base.named, held }
}

/** Tells the claims of all processes, runs and attempts apart. */
const nonceOf = (process: string, run: number, { activity, attempt }: Asked): number =>
  (process === "a" ? 1 : 2) * 10_000 + run * 1_000 + attempt * 10 + (activity === "end" ? 1 : 0)
