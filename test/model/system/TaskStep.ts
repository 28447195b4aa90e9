/**
 * One step of a subtask of the model: its machine is stepped, and what it commands is done to the abstract data plane,
 * as `SubtaskRuntime` and `CaptureWriter` do it to the real one.
 *
 * T1 A data-plane command is performed at once and in order, through `TaskPort`.
 * T2 Captures are written one after the other; a transaction is prepared even for a checkpoint that was abandoned.
 */
import type { Effect, Step } from "../../../packages/checker/src/system/Effect.ts"
import { type Barrier, endsData, isTerminal } from "../../../packages/core/src/model/Barrier.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { StateHandle } from "../../../packages/core/src/protocol/checkpointMessages.ts"
import type { Prepared } from "../../../packages/core/src/protocol/committerMessages.ts"
import type { CoordinatorEvent } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { SubtaskCommand, SubtaskEvent } from "../../../packages/core/src/protocol/subtaskMessages.ts"
import { performOn, type TaskPort } from "../../../packages/core/src/protocol/TaskPort.ts"
import type { Element, Failing, LedgerOperation, StoreOperation, SubtaskMail } from "./messages.ts"
import { coordinatorOf, edgeOf, jobOf, mailboxOf, places, taskOf } from "./names.ts"
import {
  type CaptureState,
  countSent,
  noteBarrier,
  noteBase,
  noteCapture,
  noteForward,
  type Plane,
  takeRecord,
  writeRecord
} from "./Plane.ts"
import { type Edge, type Rec, recordAt } from "./plan.ts"
import {
  assembled,
  changedSince,
  type Delta,
  objectOf,
  type Position,
  type Snapshot,
  type Transaction,
  transactionText
} from "./snapshots.ts"
import type { TaskEnvironment, TaskState } from "./TaskState.ts"

const committerKey = 0

export const preparedBy = (machine: TaskState["machine"]): ReadonlyArray<Prepared> =>
  machine.parts.find(({ key }) => key === committerKey)?.snapshot.context.prepared ?? []

export class TaskStep implements TaskPort {
  readonly #env: TaskEnvironment
  readonly #effects: Array<Effect> = []
  #machine: TaskState["machine"]
  #plane: Plane

  constructor(env: TaskEnvironment, state: TaskState, effects: ReadonlyArray<Effect> = []) {
    this.#env = env
    this.#machine = state.machine
    this.#plane = state.plane
    this.#effects.push(...effects)
  }

  get result(): Step<TaskState> {
    return { state: { machine: this.#machine, plane: this.#plane }, effects: this.#effects }
  }

  take(mail: SubtaskMail): void {
    switch (mail.type) {
      case "record":
      case "barrier":
      case "end":
        this.#takeElement(mail)
        return
      case "told":
        if (mail.attempt === this.#plane.attempt) this.take(mail.event)
        return
      case "plane.compact":
        this.#plane = { ...this.#plane, isCompacting: true }
        return
      case "plane.emit":
        this.#emit()
        return
      case "plane.exhaust":
        this.#plane = { ...this.#plane, isExhausted: true }
        this.dispatch({ type: "source.exhausted" })
        return
      case "plane.fail":
        this.#plane = { ...this.#plane, isHalted: true }
        this.#send(this.#failing.job, {
          type: "attempt.failed",
          attempt: this.#plane.attempt,
          failure: { retry: "restart", record: null }
        })
        return
      case "transaction.prepared":
        this.dispatch(mail)
        this.#afterPrepare(mail.id)
        return
      case "capture.persisted":
      case "capture.failed":
        if (mail.type === "capture.persisted") this.#learn(mail.id, mail.handle)
        this.dispatch(mail)
        this.#endCapture(mail.id)
        return
      case "checkpoint.invalidated":
        this.#plane = { ...this.#plane, known: this.#plane.known.filter(({ id }) => id !== mail.id) }
        this.dispatch(mail)
        return
      default:
        this.dispatch(mail)
    }
  }

  dispatch(event: SubtaskEvent): void {
    const [next, commands] = this.#env.stepper.step(this.#machine, event)
    this.#machine = next
    for (const command of commands) this.#perform(command)
    this.#pumpCaptures()
  }

  #perform(command: SubtaskCommand): void {
    switch (command._tag) {
      case "Block":
      case "Unblock":
      case "Capture":
      case "Forward":
      case "EmitEndOfData":
        performOn(this, command)
        return
      case "DrainSource":
        this.#plane = { ...this.#plane, isDrained: true }
        return
      case "AbandonCapture":
        this.#abandon(command.id)
        return
      case "ReleaseState":
        this.#store({ op: "delete", objects: command.objects })
        return
      case "Commit":
        this.#ledger({
          op: "commit",
          ...{ upTo: command.upTo, transactions: command.transactions },
          ...{ to: this.#mailbox, failing: this.#failing }
        })
        return
      case "TellCoordinator":
        this.#send(mailboxOf(coordinatorOf(this.#env.process)), command.event)
        return
      case "TellJob":
        this.#send(mailboxOf(jobOf(this.#env.process)), command.event)
        return
    }
  }

  // Elements.

  #emit(): void {
    const { task, outputs } = this.#env
    const { position } = this.#plane
    const { record, edge } = recordAt(task, outputs, position.offset)
    this.#plane = { ...this.#plane, position: { ...position, offset: position.offset + 1 } }
    if (edge !== undefined) this.#sendRecord(edge, record)
  }

  #takeElement(element: Element): void {
    const { channel } = element
    switch (element.type) {
      case "record":
        this.#plane = takeRecord(this.#plane, channel)
        if (this.#env.isSink) this.#plane = writeRecord(this.#plane, element.record)
        for (const edge of this.#env.outputs) this.#sendRecord(edge, element.record)
        return
      case "barrier":
        this.#plane = noteBarrier(this.#plane, channel, element.barrier.id)
        this.dispatch({ type: "barrier.received", channel, barrier: element.barrier })
        return
      case "end":
        this.dispatch({ type: "data.ended", channel })
        return
    }
  }

  #sendRecord(edge: Edge, record: Rec): void {
    this.#plane = countSent(this.#plane, edge.id)
    this.#sendElement(edge, { type: "record", channel: edge.id, record })
  }

  // The port. Which channels are blocked is read from the machine, by `mayRead`.

  block(): void {}

  unblock(): void {}

  capture(barrier: Barrier): void {
    const { base, id } = barrier
    const { inputs, isSink, task, mutant } = this.#env
    const noted = noteCapture(noteBase(this.#plane, base), inputs, barrier)
    const from = noted.isCompacting ? undefined : noted.known.find((known) => known.id === base)
    const { position, written, term } = noted
    const name = mutant === "transactionNamesReused" ? `t${term} ${task}` : `t${term} c${id} ${task}`
    const transaction: Transaction | null =
      isSink && written.length > 0 ? { name, term, checkpoint: id, records: written } : null
    const capture: CaptureState = {
      id,
      position: mutant === "sourceOffsetOffByOne" ? tooFar(position, inputs.length) : position,
      transaction: transaction === null ? null : transactionText(transaction),
      shared: from?.objects ?? [],
      ...(from?.since === undefined ? {} : { since: from.since }),
      phase: "queued",
      isAbandoned: false
    }
    // Bases never go back: what has changed before this one is not asked for any more.
    const known = noted.known
      .filter((older) => base === null || older.id >= base)
      .map((older) => (mutant === "changesForgotten" ? { ...older, since: position } : older))
    const captures = [...noted.captures, capture]
    this.#plane = { ...noted, written: [], captures, known, isCompacting: false }
  }

  forward(barrier: Barrier): void {
    this.#plane = noteForward(this.#plane, barrier.id)
    for (const edge of this.#env.outputs) this.#sendElement(edge, { type: "barrier", channel: edge.id, barrier })
    // What a source emitted behind the barrier of a stop would belong to no checkpoint of this run.
    const isStop = isTerminal(barrier.kind) && !endsData(barrier.kind)
    if (isStop && this.#env.inputs.length === 0) this.#plane = { ...this.#plane, isHalted: true }
  }

  emitEndOfData(): void {
    for (const edge of this.#env.outputs) this.#sendElement(edge, { type: "end", channel: edge.id })
  }

  // Captures (T2).

  #pumpCaptures(): void {
    const [first] = this.#plane.captures
    if (first === undefined || first.phase !== "queued") return
    const { id, transaction } = first
    if (transaction === null) {
      if (first.isAbandoned) this.#endCapture(id)
      else this.#write(first)
      return
    }
    this.#setPhase(id, "preparing")
    if (this.#env.isPrompt) this.take({ type: "transaction.prepared", id, transaction })
    else this.#ledger({ op: "prepare", id, transaction, to: this.#mailbox, failing: this.#failing })
  }

  #afterPrepare(id: CheckpointId): void {
    const capture = this.#plane.captures.find((found) => found.id === id)
    if (capture === undefined) return
    if (capture.isAbandoned) this.#endCapture(id)
    else this.#write(capture)
  }

  #write(capture: CaptureState): void {
    const { task, isPrompt, mutant } = this.#env
    const { id, shared } = capture
    const prepared = mutant === "preparedNotInSnapshot" ? [] : preparedBy(this.#machine)
    const object = objectOf({ term: this.#plane.term, checkpoint: id, task }, contentOf(capture, prepared))
    this.#setPhase(id, "writing")
    if (isPrompt) this.take({ type: "capture.persisted", id, handle: { object, size: 1, shared } })
    else this.#store({ op: "put", id, object, shared, to: this.#mailbox })
  }

  /** What is stored may become a base. What the machine no longer waits for is released instead. */
  #learn(id: CheckpointId, { object, shared }: StateHandle): void {
    if (!this.#env.isIncremental || !this.#machine.owner.context.capturing.includes(id)) return
    const known = [...this.#plane.known, { id, objects: [...shared, object] }].sort((a, b) => a.id - b.id)
    this.#plane = { ...this.#plane, known }
  }

  #abandon(id: CheckpointId): void {
    const capture = this.#plane.captures.find((found) => found.id === id)
    if (capture === undefined) return
    if (capture.phase === "writing") this.#endCapture(id)
    else this.#replace({ ...capture, isAbandoned: true })
  }

  #setPhase(id: CheckpointId, phase: CaptureState["phase"]): void {
    for (const capture of this.#plane.captures) if (capture.id === id) this.#replace({ ...capture, phase })
  }

  #replace(capture: CaptureState): void {
    const captures = this.#plane.captures.map((other) => (other.id === capture.id ? capture : other))
    this.#plane = { ...this.#plane, captures }
  }

  #endCapture(id: CheckpointId): void {
    this.#plane = { ...this.#plane, captures: this.#plane.captures.filter((capture) => capture.id !== id) }
    this.#pumpCaptures()
  }

  // Effects.

  get #mailbox(): string {
    return mailboxOf(taskOf(this.#env.process, this.#env.task))
  }

  get #failing(): Failing {
    return { job: mailboxOf(jobOf(this.#env.process)), attempt: this.#plane.attempt }
  }

  #sendElement(edge: Edge, element: Element): void {
    this.#send(edgeOf(this.#env.process, edge.id), element)
  }

  #send(channel: string, message: Element | CoordinatorEvent | JobEvent): void {
    this.#effects.push({ _tag: "Send", channel, message })
  }

  #store(operation: StoreOperation): void {
    if (!this.#env.isPrompt) this.#effects.push({ _tag: "Request", resource: places.store, operation })
  }

  #ledger(operation: LedgerOperation): void {
    this.#effects.push({ _tag: "Request", resource: places.ledger, operation })
  }
}

const contentOf = ({ position, shared, since }: CaptureState, prepared: ReadonlyArray<Prepared>): Snapshot | Delta =>
  shared.length === 0
    ? { ...position, prepared }
    : { changed: changedSince(since ?? assembled(shared), position), prepared, at: position }

/** A source that says it has emitted one record more than it has. */
const tooFar = (position: Position, inputs: number): Position =>
  inputs === 0 ? { ...position, offset: position.offset + 1 } : position
