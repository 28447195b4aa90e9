import {
  type Acknowledgement,
  type CheckpointPolicy,
  type CoordinatorCommand,
  type CoordinatorEvent,
  coordinatorComponent,
  expiredCheckpoint,
  mayRead,
  type SubtaskEvent,
  subtaskComponent
} from "../../../../packages/core/src/protocol/index.ts"
import type { Random } from "../../../support/random.ts"
import { Driven } from "./Driven.ts"
import {
  type Capture,
  type Commit,
  type Element,
  type Fact,
  idBlock,
  type ManifestWrite,
  names,
  outputOf,
  plan,
  type Running,
  recordsPerSource,
  type Snapshot,
  type SubtaskName
} from "./worldParts.ts"

export class World {
  readonly #random: Random
  readonly #tell: (fact: Fact) => void
  readonly coordinator: Driven<ReturnType<typeof coordinatorComponent.initial>[0], CoordinatorEvent, CoordinatorCommand>
  readonly objects = new Map<string, Snapshot>()
  /** Manifests that stand, in the order of the log. */
  log: ReadonlyArray<{ readonly id: number; readonly acknowledged: ReadonlyArray<Acknowledgement> }> = []
  readonly transactions = new Map<string, ReadonlyArray<string>>()
  readonly committed = new Set<string>()
  visible: ReadonlyArray<string> = []
  /** What may still go wrong. */
  faults: number
  #term = 0
  #isDown = true
  #subtasks: Partial<Record<SubtaskName, Running>> = {}
  #channels: Record<string, ReadonlyArray<Element>> = {}
  #toCoordinator: ReadonlyArray<CoordinatorEvent> = []
  #timers: ReadonlyArray<string> = []
  #writes: ReadonlyArray<ManifestWrite> = []

  constructor(options: {
    readonly random: Random
    readonly policy: CheckpointPolicy
    readonly faults: number
    readonly tell: (fact: Fact) => void
  }) {
    this.#random = options.random
    this.#tell = options.tell
    this.faults = options.faults
    this.coordinator = new Driven(coordinatorComponent.step, coordinatorComponent.initial({ policy: options.policy }))
  }

  get isFinished(): boolean {
    return names.every((name) => this.#subtasks[name]?.isFinished)
  }

  /** Does one of the things that can be done now. */
  step(): void {
    const random = this.#random
    if (this.faults > 0 && !this.#isDown && random.chance(0.02)) {
      this.#fail()
      return
    }
    const act = random.pick(this.#isDown ? [...this.#news(), () => this.#restore()] : this.#enabled())
    act?.()
  }

  /** A checkpoint expires when nothing else can happen; otherwise that is a fault (L2). */
  #enabled(): ReadonlyArray<() => void> {
    const subtasks = names.flatMap((name) => {
      const subtask = this.#subtasks[name]
      return subtask === undefined ? [] : this.#enabledIn(name, subtask)
    })
    const request = this.#random.chance(0.02) ? [() => this.#coordinate({ type: "trigger.request" })] : []
    const others = [...this.#news(), ...subtasks]
    const timers = this.#timers
      .filter((timer) => expiredCheckpoint(timer) === null || others.length === 0 || this.#spendFault(0.02))
      .map((timer) => () => this.#fireTimer(timer))
    return [...others, ...timers, ...request]
  }

  /** What the coordinator may hear next, also while no attempt runs. */
  #news(): ReadonlyArray<() => void> {
    return [
      ...this.#toCoordinator.slice(0, 1).map((event) => () => this.#hear(event)),
      ...this.#writes.map((write) => () => this.#settleWrite(write))
    ]
  }

  #enabledIn(name: SubtaskName, subtask: Running): ReadonlyArray<() => void> {
    const canTake = subtask.machine.state.owner.matches("active")
    return [
      ...subtask.mailbox.slice(0, 1).map((mail) => () => this.#takeMail(name, subtask, mail)),
      ...subtask.captures.slice(0, 1).map((capture) => () => this.#stepCapture(name, subtask, capture)),
      ...subtask.commits.slice(0, 1).map((commit) => () => this.#stepCommit(name, subtask, commit)),
      ...(canTake ? this.#elements(name, subtask) : [])
    ]
  }

  #spendFault(probability: number): boolean {
    if (this.faults === 0 || !this.#random.chance(probability)) return false
    this.faults--
    return true
  }

  // Coordinator.

  #coordinate(event: CoordinatorEvent): void {
    for (const command of this.coordinator.send(event)) {
      switch (command._tag) {
        case "TriggerSources":
          this.#tell({ _tag: "Triggered", id: command.barrier.id })
          for (const name of ["source#0", "source#1"] as const) {
            if (!this.#spendFault(0.1)) this.#post(name, { type: "trigger.received", barrier: command.barrier })
          }
          break
        case "WriteManifest":
          this.#writes = [...this.#writes, { ...command, term: this.#term, hasLanded: false }]
          break
        case "NotifyCompleted":
          this.#tell({ _tag: "Completed", id: command.id })
          this.#postAll({ type: "checkpoint.completed", id: command.id, kind: command.kind })
          break
        case "NotifyInvalidated":
          this.#tell({ _tag: "Invalidated", id: command.id })
          this.#postAll({ type: "checkpoint.invalidated", id: command.id, reason: command.reason })
          break
        case "ReleaseState":
          this.#release(command.objects)
          break
        case "RetireCheckpoint":
          this.#tell({ _tag: "Retired", id: command.id })
          this.log = this.log.filter(({ id }) => id !== command.id)
          break
        case "SetTimer":
          this.#timers = [...this.#timers.filter((timer) => timer !== command.timer), command.timer]
          break
        case "CancelTimer":
          this.#timers = this.#timers.filter((timer) => timer !== command.timer)
          break
        case "ReserveIds":
          this.#toCoordinator = [...this.#toCoordinator, { type: "ids.reserved", end: command.from + idBlock }]
          break
        case "TellJob":
          this.#fail()
          break
        case "RefuseRequest":
          break
      }
    }
  }

  #fireTimer(timer: string): void {
    const expired = expiredCheckpoint(timer)
    this.#timers = this.#timers.filter((other) => other !== timer)
    this.#coordinate(expired === null ? { type: "timer.fired", timer } : { type: "checkpoint.expired", id: expired })
  }

  #hear(event: CoordinatorEvent): void {
    const rest = this.#toCoordinator.slice(1)
    this.#toCoordinator = this.#spendFault(0.05) ? [...rest, event] : rest // now, and once more later
    this.#coordinate(event)
  }

  /** A manifest lands, is refused, or lands without anybody noticing yet. */
  #settleWrite(write: ManifestWrite): void {
    const isFenced = write.term !== this.#term
    if (!write.hasLanded && !isFenced) {
      if (this.#spendFault(0.1)) {
        this.#answer(write, false)
        return
      }
      write.hasLanded = true
      const { barrier, acknowledged } = write
      this.log = [...this.log, { id: barrier.id, acknowledged }]
      this.#tell({ _tag: "Recorded", id: barrier.id, acknowledged })
      if (this.#spendFault(0.3)) return // the answer comes later, or the restart settles it
    }
    this.#answer(write, write.hasLanded)
  }

  #answer(write: ManifestWrite, isRecorded: boolean): void {
    this.#writes = this.#writes.filter((other) => other !== write)
    const { id } = write.barrier
    const reason = write.term === this.#term ? "storageFailed" : "restarted"
    this.#coordinate(isRecorded ? { type: "manifest.recorded", id } : { type: "manifest.refused", id, reason })
  }

  #release(objects: ReadonlyArray<string>): void {
    this.#tell({ _tag: "Released", objects })
    for (const object of objects) this.objects.delete(object)
  }

  // Subtasks.

  #post(name: SubtaskName, event: SubtaskEvent): void {
    const subtask = this.#subtasks[name]
    if (subtask !== undefined) subtask.mailbox = [...subtask.mailbox, event]
  }

  #postAll(event: SubtaskEvent): void {
    // The last completion is the only one that no later notification covers.
    const mayBeLost = event.type !== "checkpoint.completed" || event.kind === "checkpoint"
    for (const name of names) if (!(mayBeLost && this.#spendFault(0.05))) this.#post(name, event)
  }

  #takeMail(name: SubtaskName, subtask: Running, mail: SubtaskEvent): void {
    subtask.mailbox = subtask.mailbox.slice(1)
    this.#dispatch(name, subtask, mail)
  }

  /** What the task loop may take next: a source's record or end, or the first element of a channel that is not blocked. */
  #elements(name: SubtaskName, subtask: Running): ReadonlyArray<() => void> {
    const channels: ReadonlyArray<string> = plan[name]
    if (channels.length > 0) {
      return channels
        .filter((channel) => mayRead(subtask.machine.state.owner.context, channel))
        .flatMap((channel) => (this.#channels[channel] ?? []).slice(0, 1).map((element) => ({ channel, element })))
        .map(
          ({ channel, element }) =>
            () =>
              this.#takeElement(name, subtask, channel, element)
        )
    }
    if (subtask.seen.length < recordsPerSource) {
      return [() => this.#process(name, subtask, `${name}/${subtask.seen.length}`)]
    }
    return subtask.isExhausted ? [] : [() => this.#exhaust(name, subtask)]
  }

  #exhaust(name: SubtaskName, subtask: Running): void {
    subtask.isExhausted = true
    this.#dispatch(name, subtask, { type: "source.exhausted" })
  }

  #takeElement(name: SubtaskName, subtask: Running, channel: string, element: Element): void {
    this.#channels[channel] = (this.#channels[channel] ?? []).slice(1)
    if (element._tag === "Record") this.#process(name, subtask, element.record)
    else if (element._tag === "End") this.#dispatch(name, subtask, { type: "data.ended", channel })
    else this.#dispatch(name, subtask, { type: "barrier.received", channel, barrier: element.barrier })
  }

  #process(name: SubtaskName, subtask: Running, record: string): void {
    subtask.seen = [...subtask.seen, record]
    if (name === "sink#0") subtask.written = [...subtask.written, record]
    this.#send(name, { _tag: "Record", record })
  }

  #send(name: SubtaskName, element: Element): void {
    const channel = outputOf[name]
    if (channel === null) return
    this.#channels[channel] = [...(this.#channels[channel] ?? []), element]
    if (element._tag === "Barrier") {
      this.#tell({ _tag: "BarrierSent", channel, id: element.barrier.id, term: this.#term })
    }
  }

  #dispatch(name: SubtaskName, subtask: Running, event: SubtaskEvent): void {
    for (const command of subtask.machine.send(event)) {
      switch (command._tag) {
        case "Capture":
          this.#capture(name, subtask, command.barrier.id)
          break
        case "Forward":
          this.#send(name, { _tag: "Barrier", barrier: command.barrier })
          break
        case "EmitEndOfData":
          this.#send(name, { _tag: "End" })
          break
        case "AbandonCapture":
          // What was prepared stays prepared; only the upload is over.
          subtask.captures = subtask.captures.filter(({ id, isPrepared }) => id !== command.id || !isPrepared)
          break
        case "ReleaseState":
          this.#release(command.objects)
          break
        case "Commit":
          subtask.commits = [...subtask.commits, command]
          break
        case "TellCoordinator":
          this.#toCoordinator = [...this.#toCoordinator, command.event]
          break
        case "TellJob":
          subtask.isFinished = true
          break
        case "Block":
        case "Unblock":
          break
      }
    }
  }

  #capture(name: SubtaskName, subtask: Running, id: number): void {
    const transaction = name === "sink#0" ? `${this.#term}/${id}` : null
    if (transaction !== null) this.transactions.set(transaction, subtask.written)
    subtask.written = []
    subtask.captures = [...subtask.captures, { id, seen: subtask.seen, transaction, isPrepared: false }]
  }

  /** Captures are written one after the other: first the transaction is prepared, then the snapshot is stored. */
  #stepCapture(name: SubtaskName, subtask: Running, capture: Capture): void {
    const { id, transaction } = capture
    if (!capture.isPrepared) {
      capture.isPrepared = true
      if (transaction !== null) this.#dispatch(name, subtask, { type: "transaction.prepared", id, transaction })
      return
    }
    subtask.captures = subtask.captures.filter((other) => other !== capture)
    if (this.#spendFault(0.1)) {
      this.#dispatch(name, subtask, { type: "capture.failed", id })
      return
    }
    const object = `${this.#term}/${id}/${name}`
    const prepared = subtask.machine.state.parts[0]?.snapshot.context.prepared ?? []
    this.objects.set(object, { seen: capture.seen, prepared })
    this.#dispatch(name, subtask, { type: "capture.persisted", id, handle: { object, size: 1 } })
  }

  #stepCommit(name: SubtaskName, subtask: Running, commit: Commit): void {
    this.#tell({ _tag: "Committed", upTo: commit.upTo, transactions: commit.transactions })
    for (const transaction of commit.transactions) {
      if (this.committed.has(transaction)) continue // committing is idempotent
      this.committed.add(transaction)
      this.visible = [...this.visible, ...(this.transactions.get(transaction) ?? [])]
    }
    if (this.#spendFault(0.1)) return // done, but nobody knows: it is done again
    subtask.commits = subtask.commits.filter((other) => other !== commit)
    this.#dispatch(name, subtask, { type: "transactions.committed", upTo: commit.upTo })
  }

  // Attempts.

  #fail(): void {
    if (this.faults > 0) this.faults--
    this.#isDown = true
    this.#subtasks = {}
    this.#channels = {}
    // Acknowledgements that are under way may arrive in the next attempt; other news of the old one does not.
    this.#toCoordinator = this.#toCoordinator.filter(({ type }) => type === "subtask.acknowledged")
    this.#coordinate({ type: "coordinator.suspend", reason: "restarted" })
  }

  /** Claims, settles, loads the newest checkpoint, rolls back what it does not hold, and starts again. */
  #restore(): void {
    this.#term++
    this.#isDown = false
    const newest = [...this.log].sort((a, b) => a.id - b.id).at(-1)
    const snapshotOf = (name: SubtaskName): Snapshot => {
      const handle = newest?.acknowledged.find(({ subtask }) => subtask === name)?.handle
      return (handle === undefined ? undefined : this.objects.get(handle.object)) ?? { seen: [], prepared: [] }
    }
    const { prepared } = snapshotOf("sink#0")
    const kept = new Set(prepared.map(({ transaction }) => transaction))
    for (const transaction of this.transactions.keys()) {
      if (!kept.has(transaction) && !this.committed.has(transaction)) this.transactions.delete(transaction)
    }
    this.#tell({ _tag: "Restored", id: newest?.id ?? 0, prepared })
    const recorded = this.log.map(({ id }) => id).sort((a, b) => a - b)
    const nextId = (this.#term - 1) * 1_000 + 1
    this.#coordinate({ type: "coordinator.start", subtasks: names, nextId, idsEnd: nextId + idBlock, recorded })
    for (const name of names) {
      const subtask: Running = {
        machine: new Driven(
          subtaskComponent.step,
          subtaskComponent.initial({ subtask: name, channels: plan[name], hasCommitter: name === "sink#0" })
        ),
        seen: snapshotOf(name).seen,
        written: [],
        mailbox: [],
        captures: [],
        commits: [],
        isExhausted: false,
        isFinished: false
      }
      this.#subtasks[name] = subtask
      this.#dispatch(name, subtask, { type: "state.restore" })
      const transactions = name === "sink#0" ? prepared : []
      this.#dispatch(name, subtask, { type: "state.restored", lastId: newest?.id ?? 0, prepared: transactions })
    }
  }
}
