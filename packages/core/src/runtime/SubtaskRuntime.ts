/**
 * A subtask at work: the task loop, which takes elements one after the other and steps the machine between them.
 *
 * L1 A step and the data-plane commands it gives are done before the next element is taken.
 * L2 The mailbox is drained between two elements, never inside one.
 * L3 The loop gives way to other fibers after every batch, and waits where nothing can be done.
 */
import { Cause, Effect } from "effect"
import { type Barrier, endsData, isRestorePoint, isTerminal } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId } from "../model/ids.ts"
import { invariant } from "../model/invariant.ts"
import type { Prepared } from "../protocol/committerMachine.ts"
import { subtaskComponent } from "../protocol/components.ts"
import { committerKey, type SubtaskCommand, type SubtaskEvent } from "../protocol/subtaskMachine.ts"
import { performOn, type TaskPort } from "../protocol/TaskPort.ts"
import { type Activities, makeActivities } from "./Activities.ts"
import type { AttemptContext } from "./AttemptContext.ts"
import { CaptureWriter } from "./CaptureWriter.ts"
import { failureOf } from "./failureReport.ts"
import { inspectActivity, inspectStep } from "./Inspection.ts"
import { Mailbox } from "./Mailbox.ts"
import type { SubtaskHandle, SubtaskTotals, SubtaskUsage } from "./SubtaskHandle.ts"
import type { SubtaskParts } from "./SubtaskParts.ts"
import { releaseObjects } from "./stateObject.ts"
import type { SliceOutcome, TaskHost } from "./TaskInput.ts"
import { commitTransactions } from "./transactions.ts"

/** Timers of JavaScript reach no further than 24 days. */
const sleepMax = 3_600_000

type MachineState = ReturnType<typeof subtaskComponent.initial>[0]

/** The fibers that work for a running loop. */
interface Crew {
  readonly activities: Activities
  readonly captures: CaptureWriter
}

export class SubtaskRuntime implements SubtaskHandle {
  readonly parts: SubtaskParts
  readonly mailbox: Mailbox<SubtaskEvent>
  readonly #attempt: AttemptContext
  readonly #host: TaskHost
  readonly #port: TaskPort
  #state: MachineState
  #crew: Crew | null = null
  #isHalted = false
  #isIdle = false
  #alignmentBegan: number | null = null
  readonly #place: number

  constructor(parts: SubtaskParts, attempt: AttemptContext) {
    this.parts = parts
    this.#attempt = attempt
    this.#place = attempt.heartbeat?.placeOf(parts.id) ?? -1
    this.mailbox = new Mailbox(parts.signal)
    const [state] = subtaskComponent.initial({
      subtask: parts.id,
      channels: parts.input.channels.map((channel) => channel.id),
      hasCommitter: parts.sink?.isTwoPhase ?? false
    })
    this.#state = state
    this.#host = this.#makeHost()
    this.#port = this.#makePort()
  }

  get id(): SubtaskId {
    return this.parts.id
  }

  get task(): string {
    return this.parts.task
  }

  get index(): number {
    return this.parts.index
  }

  get isSource(): boolean {
    return this.parts.input.channels.length === 0
  }

  post(event: SubtaskEvent): void {
    this.mailbox.post(event)
  }

  totals(): SubtaskTotals {
    const { chain, input, output } = this.parts
    return {
      position: input.records(),
      recordsIn: input.emitted(),
      recordsOut: output.writer === null ? 0 : output.collected(),
      skipped: input.skipped(),
      watermark: chain.watermark(),
      isIdle: this.#isIdle,
      late: Object.fromEntries(chain.lateRecords())
    }
  }

  usage(): SubtaskUsage {
    const { input, output, state } = this.parts
    const taken = input.channels.map((channel) => channel.taken)
    const put = output.channels.map((channel) => channel.sent)
    const sent = output.emitted().reduce((sum, { records }) => sum + records, 0)
    const isBatching = sent > put.reduce((sum, { records }) => sum + records, 0)
    return {
      states: state.usage(),
      received: taken.reduce((sum, { records }) => sum + records, 0),
      sent,
      elements: {
        taken: taken.reduce((sum, { sequence }) => sum + sequence, 0),
        put: put.reduce((sum, { sequence }) => sum + sequence, isBatching ? 1 : 0)
      },
      isBackpressured: !output.hasRoom()
    }
  }

  /** Runs until the scope closes or something fails; a failure is told to the attempt. */
  get run() {
    return this.#loop().pipe(
      Effect.tapCause((cause) =>
        Effect.sync(() => {
          if (!Cause.hasInterruptsOnly(cause)) this.#attempt.fail(failureOf(cause))
        })
      )
    )
  }

  readonly #loop = Effect.fnUntraced(function* (this: SubtaskRuntime) {
    yield* this.#start()
    const { output, signal, turnsBeforeWaiting } = this.parts
    let turns = 0
    for (;;) {
      const outcome = yield* this.#slice
      if (output.writer?.isFull() === true) yield* output.writer.flush
      if (outcome === "continue") {
        turns = 0
        output.flushAged(this.#now())
        yield* Effect.yieldNow
      } else {
        output.flush()
        if (turns < turnsBeforeWaiting) {
          turns++
          yield* Effect.yieldNow
        } else if (this.mailbox.isEmpty) yield* this.#somethingToDo(signal)
      }
    }
  })

  readonly #start = Effect.fnUntraced(function* (this: SubtaskRuntime) {
    const activities = yield* makeActivities((cause) => this.#attempt.fail(failureOf(cause)))
    const captures = new CaptureWriter({
      parts: this.parts,
      attempt: this.#attempt,
      mailbox: this.mailbox,
      activities,
      prepared: () => this.#prepared()
    })
    this.#crew = { activities, captures }
    this.#dispatch({ type: "state.restore" })
    this.#dispatch({ type: "state.restored", lastId: this.#attempt.restored, prepared: this.parts.prepared })
  })

  /** Drains the mailbox and takes one element; what a chain or a source throws is a failure of the loop. */
  readonly #slice: Effect.Effect<SliceOutcome, unknown> = Effect.try({
    try: () => {
      const { heartbeat } = this.#attempt
      if (heartbeat === undefined || heartbeat === null) return this.#turn()
      heartbeat.begin(this.#place)
      try {
        return this.#turn()
      } finally {
        heartbeat.end()
      }
    },
    catch: (error) => error
  })

  #turn(): SliceOutcome {
    this.mailbox.drain((event) => this.#dispatch(event))
    if (!this.#canTake) {
      this.parts.input.paused()
      return "wait"
    }
    this.#advanceClock()
    return this.parts.input.slice(this.#host)
  }

  get #canTake(): boolean {
    return !this.#isHalted && this.#state.owner.matches("active") && this.parts.output.hasRoom()
  }

  /** Tells a chain that asks for it how late it is. What a timer emitted behind the end of data would reach nobody. */
  #advanceClock(): void {
    const { clock } = this.parts.chain
    if (clock !== undefined && this.#isFlowing) clock.advance(this.#now())
  }

  get #isFlowing(): boolean {
    return this.#state.owner.matches({ active: { data: "flowing" } })
  }

  /** Waits for the signal, or for the next processing-time timer that could fire. */
  #somethingToDo(signal: SubtaskParts["signal"]): Effect.Effect<void> {
    const { clock } = this.parts.chain
    if (clock === undefined || !this.#canTake || !this.#isFlowing) return signal.wait
    const due = clock.next() - this.#now()
    return due === Number.POSITIVE_INFINITY
      ? signal.wait
      : Effect.raceFirst(signal.wait, Effect.sleep(Math.min(Math.max(due, 0), sleepMax)))
  }

  #makeHost(): TaskHost {
    const { chain, output } = this.parts
    return {
      alignment: () => this.#state.owner.context,
      run: (columns) => chain.run(columns),
      takeMaxTimestamp: () => chain.takeMaxTimestamp(),
      advance: (watermark) => {
        if (watermark <= chain.watermark()) return
        chain.advance(watermark)
        output.broadcast({ _tag: "Watermark", timestamp: watermark })
      },
      setIdle: (isIdle) => {
        if (isIdle === this.#isIdle) return
        this.#isIdle = isIdle
        output.broadcast({ _tag: "WatermarkStatus", isIdle })
      },
      barrierReceived: (channel, barrier) => {
        this.#attempt.inspect?.({ _tag: "BarrierTaken", checkpoint: barrier.id, ...channel.taken })
        this.#dispatch({ type: "barrier.received", channel: channel.id, barrier })
      },
      dataEnded: (channel) => this.#dispatch({ type: "data.ended", channel }),
      sourceExhausted: () => this.#dispatch({ type: "source.exhausted" })
    }
  }

  #dispatch(event: SubtaskEvent): void {
    const [next, commands] = subtaskComponent.step(this.#state, event)
    this.#state = next
    inspectStep(this.#attempt.inspect, { actor: this.parts.id, event, state: next.owner.value, commands })
    for (const command of commands) this.#perform(command)
    if (event.type === "checkpoint.completed" && isRestorePoint(event.kind)) this.parts.input.completed(event.id)
  }

  #perform(command: SubtaskCommand): void {
    switch (command._tag) {
      case "Block":
      case "Unblock":
      case "Capture":
      case "Forward":
      case "EmitEndOfData":
        performOn(this.#port, command)
        return
      case "DrainSource":
        this.parts.input.drain()
        return
      case "AbandonCapture":
        this.#captures.abandon(command.id)
        return
      case "ReleaseState":
        this.#activities.start(
          `release ${command.objects.join()}`,
          releaseObjects(this.#attempt.storage, command.objects).pipe(
            inspectActivity(this.#attempt.inspect, {
              actor: this.parts.id,
              activity: "release",
              checkpoint: command.id,
              objects: command.objects
            })
          )
        )
        return
      case "Commit":
        this.#commit(command.upTo, command.transactions)
        return
      case "TellCoordinator":
        this.#attempt.tellCoordinator(command.event)
        return
      case "TellJob":
        this.#attempt.tellJob(command.event)
        return
    }
  }

  #makePort(): TaskPort {
    return {
      block: () => {
        this.#alignmentBegan ??= this.#now()
      },
      unblock: () => {
        this.#alignmentBegan = null
      },
      capture: (barrier) => {
        this.#captures.capture(barrier, this.#now() - (this.#alignmentBegan ?? this.#now()))
      },
      forward: (barrier) => this.#forward(barrier),
      emitEndOfData: () => {
        const { chain, output } = this.parts
        chain.lists?.end(chain.watermark())
        output.broadcast({ _tag: "EndOfData" })
      }
    }
  }

  #forward(barrier: Barrier): void {
    const { output } = this.parts
    output.broadcast({ _tag: "Barrier", barrier })
    for (const channel of output.channels) {
      this.#attempt.inspect?.({ _tag: "BarrierSent", checkpoint: barrier.id, ...channel.sent })
    }
    // What a source emitted behind the barrier of a stop would belong to no checkpoint of this run.
    const isStop = isTerminal(barrier.kind) && !endsData(barrier.kind)
    if (isStop && this.parts.input.channels.length === 0) this.#isHalted = true
  }

  #commit(upTo: CheckpointId, transactions: ReadonlyArray<string>): void {
    const { sink, id } = this.parts
    invariant(sink !== null, "only a sink has a committer", id)
    const at = { actor: id, activity: "commit", checkpoint: upTo, transactions } as const
    this.#activities.start(
      `commit ${upTo}`,
      commitTransactions(sink.session, transactions).pipe(
        inspectActivity(this.#attempt.inspect, at),
        Effect.match({
          onSuccess: () => this.mailbox.post({ type: "transactions.committed", upTo }),
          onFailure: (failure) => this.#attempt.fail({ error: failure, report: { retry: failure.retry, record: null } })
        })
      )
    )
  }

  #prepared(): ReadonlyArray<Prepared> {
    const committer = this.#state.parts.find((part) => part.key === committerKey)
    return committer?.snapshot.context.prepared ?? []
  }

  #now(): number {
    return this.#attempt.clock.currentTimeMillisUnsafe()
  }

  get #activities(): Activities {
    return this.#running.activities
  }

  get #captures(): CaptureWriter {
    return this.#running.captures
  }

  get #running(): Crew {
    invariant(this.#crew !== null, "a subtask performs commands only while its loop runs", this.parts.id)
    return this.#crew
  }
}
