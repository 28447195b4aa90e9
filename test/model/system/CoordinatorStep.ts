/** One step of a coordinator of the model: its machine is stepped, and its commands are done as `CoordinatorActor` does them. */
import type { Effect, Message, Step } from "../../../packages/checker/src/system/Effect.ts"
import type { Barrier } from "../../../packages/core/src/model/Barrier.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { Acknowledgement } from "../../../packages/core/src/protocol/checkpointMessages.ts"
import type { CoordinatorCommand, CoordinatorEvent } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { FailureReport } from "../../../packages/core/src/protocol/policy.ts"
import type { SubtaskEvent } from "../../../packages/core/src/protocol/subtaskMessages.ts"
import type { LogEntry, Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import type { CoordinatorEnvironment, CoordinatorState, HeldTail } from "./CoordinatorState.ts"
import { claimEntry, endEntry, manifestEntry, objectsOf, ownObjectsOf } from "./entries.ts"
import type {
  CoordinatorMail,
  CoordinatorStart,
  Fact,
  JobMail,
  LogAnswer,
  LogOperation,
  Place,
  StoreOperation,
  Told
} from "./messages.ts"
import { jobOf, mailboxOf, places, taskOf } from "./names.ts"
import { answer, append, type Settled } from "./tail.ts"
import { cancelTimer, setTimer } from "./timers.ts"

const fencedForGood: FailureReport = { retry: "never", record: null }
const writeFailed: FailureReport = { retry: "restart", record: null }

export class CoordinatorStep {
  readonly #env: CoordinatorEnvironment
  readonly #effects: Array<Effect> = []
  #state: CoordinatorState

  constructor(env: CoordinatorEnvironment, state: CoordinatorState) {
    this.#env = env
    this.#state = state
  }

  get result(): Step<CoordinatorState> {
    return { state: this.#state, effects: this.#effects }
  }

  take(mail: CoordinatorMail): void {
    switch (mail.type) {
      case "log.answered":
        this.#hearLog(mail)
        return
      case "entry.deleted":
        this.#release(mail)
        return
      case "end.append":
        this.#append((tail) => endEntry(tail.term, mail.end))
        return
      case "coordinator.start":
        this.#start(mail)
        return
      case "coordinator.suspend":
        this.#dispatch(mail)
        this.#state = { ...this.#state, attempt: null }
        return
      default:
        this.#dispatch(mail)
    }
  }

  #start({ writer, attempt, ...event }: CoordinatorStart): void {
    const { before, ...claimed } = writer
    const tail: HeldTail = { ...claimed, queue: [] }
    this.#state = {
      ...this.#state,
      attempt: { number: attempt, nonce: writer.nonce },
      tails: [...this.#state.tails.filter(({ queue }) => queue.length > 0), tail],
      places: placesWith(this.#state.places, before)
    }
    const { mutant } = this.#env.settings
    this.#dispatch(mutant === "planMissesSubtask" ? { ...event, subtasks: event.subtasks.slice(1) } : event)
  }

  #dispatch(event: CoordinatorEvent): void {
    const [next, commands] = this.#env.stepper.step(this.#state.machine, event)
    this.#state = { ...this.#state, machine: next }
    for (const command of commands) this.#perform(command)
  }

  #perform(command: CoordinatorCommand): void {
    const { settings, tasks, sinks } = this.#env
    switch (command._tag) {
      case "TriggerSources":
        this.#note({ _tag: "Triggered", id: command.barrier.id, term: this.#state.tails.at(-1)?.term ?? 0 })
        this.#tell(
          tasks.filter((task) => settings.plan[task]?.inputs.length === 0),
          { type: "trigger.received", barrier: command.barrier }
        )
        return
      case "WriteManifest":
        this.#writeManifest(command.barrier, command.acknowledged)
        return
      case "NotifyCompleted": {
        this.#note({ _tag: "Completed", id: command.id })
        const areAll = settings.config.allAreNotified || command.kind !== "checkpoint"
        this.#tell(areAll ? tasks : sinks, { type: "checkpoint.completed", id: command.id, kind: command.kind })
        return
      }
      case "NotifySavepoint":
        this.#note({ _tag: "Saved", id: command.id })
        if (settings.mutant === "savepointCommits") {
          this.#tell(sinks, { type: "checkpoint.completed", id: command.id, kind: "savepoint" })
        }
        return
      case "DrainSources":
        this.#tell(
          tasks.filter((task) => settings.plan[task]?.inputs.length === 0),
          { type: "source.drain" }
        )
        return
      case "NotifyInvalidated":
        this.#note({ _tag: "Invalidated", id: command.id })
        if (settings.mutant === "invalidationNotSent") return
        this.#tell(tasks, { type: "checkpoint.invalidated", id: command.id, reason: command.reason })
        return
      case "ReleaseState":
        this.#store({ op: "delete", objects: command.objects })
        return
      case "RetireCheckpoint":
        this.#retire(command.id)
        return
      case "ReserveIds":
        this.#append(({ term, nonce, idsEnd, resumesFrom }) => {
          const idsReserved = { from: idsEnd, to: idsEnd + settings.idBlock }
          return claimEntry({ term, holder: this.#env.process, nonce, idsReserved, resumesFrom })
        })
        return
      case "RefuseRequest":
      case "RefuseSavepoint":
        return
      case "SetTimer":
        this.#effects.push(...setTimer(settings, command.timer))
        return
      case "CancelTimer":
        this.#effects.push(...cancelTimer(command.timer))
        return
      case "TellJob":
        this.#tellJob(command.event)
        return
    }
  }

  // The log.

  #writeManifest(barrier: Barrier, acknowledged: ReadonlyArray<Acknowledgement>): void {
    this.#append((tail) => manifestEntry(tail.term, barrier, acknowledged))
    if (this.#env.settings.mutant === "notifiedBeforeManifest") {
      this.#dispatch({ type: "manifest.recorded", id: barrier.id })
    }
  }

  /** Appends under the newest claim. */
  #append(entryFor: (tail: HeldTail) => LogEntry): void {
    const { tails } = this.#state
    const tail = tails.at(-1)
    if (tail === undefined) throw new Error("A coordinator appends only after it was started.")
    const appended = append(tail, entryFor(tail), this.#env.mailbox)
    this.#replaceTail({ ...tail, ...appended.tail })
    this.#effects.push(...appended.effects)
  }

  #hearLog(answered: LogAnswer): void {
    const tail = this.#state.tails.find(({ nonce }) => nonce === answered.nonce)
    if (tail === undefined) return
    const step = answer(tail, answered, this.#env.mailbox)
    this.#replaceTail({ ...tail, ...step.tail })
    this.#effects.push(...step.effects)
    if (step.settled !== null) this.#settle(step.settled, answered.nonce)
    const [first] = step.tail.queue
    const isDiscarded = this.#env.settings.mutant === "unknownOutcomeDiscards" && first?.isUnsure
    if (isDiscarded && first?.entry._tag === "Manifest") this.#discard(first.entry)
  }

  #settle(settled: Settled, nonce: number): void {
    const isCurrent = this.#state.attempt?.nonce === nonce
    const { entry } = settled
    switch (entry._tag) {
      case "Manifest":
        if (settled._tag === "Stands") this.#recorded(entry, settled.slot)
        else this.#refused(entry.id, settled.isFenced ? (isCurrent ? "fenced" : "restarted") : "storageFailed")
        return
      case "Claim":
        if (settled._tag === "Stands") {
          const tail = this.#state.tails.find((found) => found.nonce === nonce)
          const idsEnd = Math.max(entry.idsReserved.to, tail?.idsEnd ?? 0)
          if (tail !== undefined) this.#replaceTail({ ...tail, idsEnd })
          this.#dispatch({ type: "ids.reserved", end: entry.idsReserved.to })
        } else if (isCurrent) this.#fail(settled.isFenced ? fencedForGood : writeFailed)
        return
      case "End":
        this.#tellJob(
          settled._tag === "Stands" ? { type: "end.recorded" } : { type: "end.failed", failure: writeFailed }
        )
        return
      case "Invalidation":
        return
    }
  }

  #recorded(manifest: Manifest, slot: number): void {
    const place = { id: manifest.id, slot, objects: objectsOf(manifest) }
    this.#state = { ...this.#state, places: placesWith(this.#state.places, [place]) }
    this.#dispatch({ type: "manifest.recorded", id: manifest.id })
  }

  #refused(id: CheckpointId, reason: "fenced" | "restarted" | "storageFailed"): void {
    this.#dispatch({ type: "manifest.refused", id, reason })
    if (reason === "fenced") this.#fail(fencedForGood)
  }

  /** A mutant takes an unknown outcome for a failure. */
  #discard(manifest: Manifest): void {
    this.#store({ op: "delete", objects: ownObjectsOf(manifest) })
    this.#refused(manifest.id, "storageFailed")
  }

  #replaceTail(tail: HeldTail): void {
    const { tails } = this.#state
    const kept = tails.map((other) => (other.nonce === tail.nonce ? tail : other))
    this.#state = { ...this.#state, tails: kept.filter((held, i) => held.queue.length > 0 || i === kept.length - 1) }
  }

  /** The entry goes first, then the objects; nothing is retired while no attempt runs. */
  #retire(id: CheckpointId): void {
    const { attempt, places: known } = this.#state
    const place = known.find((found) => found.id === id)
    if (attempt === null || place === undefined) return
    const retiring = this.#env.settings.policy.incremental ? placesWith(this.#state.retiring, [place]) : []
    this.#state = { ...this.#state, places: known.filter((found) => found.id !== id), retiring }
    const { objects, slot } = place
    const operation: LogOperation = { op: "delete", id, slot, objects, to: this.#env.mailbox }
    this.#effects.push({ _tag: "Request", resource: places.log, operation })
    if (this.#env.settings.mutant === "releasedBeforeEntry") this.#store({ op: "delete", objects })
  }

  /** A retired entry is gone: what no other one refers to follows. */
  #release({ id, objects }: Extract<CoordinatorMail, { readonly type: "entry.deleted" }>): void {
    const { settings } = this.#env
    this.#state = { ...this.#state, retiring: this.#state.retiring.filter((place) => place.id !== id) }
    const { places: known, retiring } = this.#state
    // An attempt that began meanwhile may know the entry again: it is gone all the same.
    const others = [
      ...known.filter((place) => place.id !== id),
      ...(settings.mutant === "entryBeingRemovedDoesNotCount" ? [] : retiring)
    ]
    const isShared = (object: string): boolean => others.some((place) => place.objects.includes(object))
    const isKept = settings.mutant === "retirementReleasesShared" ? () => false : isShared
    const unneeded = objects.filter((object) => !isKept(object))
    if (unneeded.length > 0) this.#store({ op: "delete", objects: unneeded })
  }

  // Effects.

  #fail(failure: FailureReport): void {
    const { attempt } = this.#state
    if (attempt !== null) this.#tellJob({ type: "attempt.failed", attempt: attempt.number, failure })
  }

  /** Subtasks of an attempt that is over are gone. */
  #tell(tasks: ReadonlyArray<string>, event: SubtaskEvent): void {
    const { attempt } = this.#state
    if (attempt === null) return
    const told: Told = { type: "told", attempt: attempt.number, event }
    for (const task of tasks) this.#send(mailboxOf(taskOf(this.#env.process, task)), told)
  }

  #tellJob(event: JobMail): void {
    this.#send(mailboxOf(jobOf(this.#env.process)), event)
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
}

const placesWith = (known: ReadonlyArray<Place>, added: ReadonlyArray<Place>): ReadonlyArray<Place> =>
  [...known.filter(({ id }) => !added.some((place) => place.id === id)), ...added].sort((a, b) => a.id - b.id)
