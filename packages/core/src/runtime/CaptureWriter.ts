/**
 * The captures of one subtask: fixed at the barrier, written while records flow.
 *
 * K1 What was prepared is never dropped: abandoning a checkpoint ends its encoding, not the transaction (rule 5).
 * K2 Captures are written one after the other, so that a snapshot holds every transaction prepared before it.
 * K3 What was written for an abandoned checkpoint is answered for like any other, and released: nothing stays behind.
 */
import { Deferred, Effect, Result, Semaphore } from "effect"
import { type Barrier, type CheckpointKind, isSavepoint } from "../model/Barrier.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { Json } from "../model/Json.ts"
import type { StateHandle } from "../protocol/checkpointMachine.ts"
import type { Prepared } from "../protocol/committerMachine.ts"
import type { SubtaskEvent } from "../protocol/subtaskMachine.ts"
import type { OperatorList } from "../state/OperatorList.ts"
import type { Capture, EncodedSnapshot } from "../state/SubtaskState.ts"
import type { Activities } from "./Activities.ts"
import type { AttemptContext } from "./AttemptContext.ts"
import { failureOf } from "./failureReport.ts"
import { activityFact } from "./Inspection.ts"
import type { Mailbox } from "./Mailbox.ts"
import type { SubtaskParts } from "./SubtaskParts.ts"
import { stateObjectName, writeObject } from "./stateObject.ts"
import { transactionsList } from "./transactions.ts"

interface Running {
  readonly checkpoint: CheckpointId
  readonly kind: CheckpointKind
  readonly capture: Capture
  readonly object: string
  /** Tells the gauge that the view is no longer needed. */
  readonly encoded: () => void
  readonly abandoned: Deferred.Deferred<void>
  /** The sink's cut, made durable. */
  readonly prepare: Effect.Effect<Json | null, unknown>
  readonly alignmentMs: number
  readonly syncMs: number
  readonly records: number
}

/** A capture whose object is being encoded and written. */
interface Snapshot {
  readonly running: Running
  /** Transactions that it holds. */
  readonly prepared: ReadonlyArray<Prepared>
}

export class CaptureWriter {
  readonly #parts: SubtaskParts
  readonly #attempt: AttemptContext
  readonly #mailbox: Mailbox<SubtaskEvent>
  readonly #activities: Activities
  readonly #prepared: () => ReadonlyArray<Prepared>
  readonly #oneByOne = Semaphore.makeUnsafe(1)
  readonly #running = new Map<CheckpointId, Running>()

  constructor(options: {
    readonly parts: SubtaskParts
    readonly attempt: AttemptContext
    readonly mailbox: Mailbox<SubtaskEvent>
    readonly activities: Activities
    /** Transactions that are prepared and not yet committed, as the committer knows them. */
    readonly prepared: () => ReadonlyArray<Prepared>
  }) {
    this.#parts = options.parts
    this.#attempt = options.attempt
    this.#mailbox = options.mailbox
    this.#activities = options.activities
    this.#prepared = options.prepared
  }

  /** Fixes view and positions at the barrier, synchronously, and begins to write them. */
  capture(barrier: Barrier, alignmentMs: number): void {
    const { clock, inspect } = this.#attempt
    const { chain, input, output, state, id } = this.#parts
    const began = clock.currentTimeMillisUnsafe()
    const object = this.#objectOf(barrier.id)
    input.cut(barrier.id)
    const capture = state.capture([...input.lists(), ...(chain.lists?.lists() ?? [])], {
      checkpoint: barrier.id,
      base: barrier.base,
      object
    })
    const running: Running = {
      checkpoint: barrier.id,
      kind: barrier.kind,
      capture,
      object,
      encoded: capture.isExclusive ? this.#attempt.encoding.begin() : () => {},
      abandoned: Deferred.makeUnsafe<void>(),
      prepare:
        this.#parts.sink?.isTwoPhase === true && output.writer !== null
          ? output.writer.prepare(barrier.id)
          : output.writer !== null
            ? Effect.as(output.writer.flush, null) // at least once: what a checkpoint covers has left
            : Effect.succeed(null),
      alignmentMs,
      syncMs: clock.currentTimeMillisUnsafe() - began,
      records: input.records()
    }
    this.#running.set(barrier.id, running)
    inspect?.({
      _tag: "Captured",
      subtask: id,
      checkpoint: barrier.id,
      taken: input.channels.map((channel) => channel.taken),
      emitted: output.emitted()
    })
    this.#activities.start(`persist ${barrier.id}`, this.#oneByOne.withPermits(1)(this.#persist(running)))
  }

  abandon(checkpoint: CheckpointId): void {
    const running = this.#running.get(checkpoint)
    if (running !== undefined) Deferred.doneUnsafe(running.abandoned, Effect.void)
  }

  #persist(running: Running): Effect.Effect<void> {
    const { checkpoint } = running
    const inspect = this.#attempt.inspect
    const at = { actor: this.#parts.id, activity: "persist", checkpoint } as const
    return Effect.suspend(() => {
      inspect?.(activityFact("ActivityStarted", at))
      return this.#prepareAndWrite(running)
    }).pipe(
      Effect.catchCause((cause) => Effect.sync(() => this.#attempt.fail(failureOf(cause)))),
      Effect.ensuring(
        Effect.sync(() => {
          running.capture.release()
          running.encoded()
          this.#running.delete(checkpoint)
          inspect?.(activityFact("ActivityEnded", at))
        })
      )
    )
  }

  readonly #prepareAndWrite = Effect.fnUntraced(function* (this: CaptureWriter, running: Running) {
    const { checkpoint } = running
    const transaction = yield* running.prepare
    if (transaction !== null) {
      const event = { type: "transaction.prepared", id: checkpoint, transaction: JSON.stringify(transaction) } as const
      yield* this.#mailbox.ask(event)
    }
    const began = this.#attempt.clock.currentTimeMillisUnsafe()
    const abandoned = Effect.as(Deferred.await(running.abandoned), null)
    const prepared = this.#prepared()
    const snapshot: Snapshot = { running, prepared }
    this.#inspectWrite("ActivityStarted", snapshot)
    const encoded = yield* Effect.raceFirst(running.capture.encode(this.#lateLists(prepared)), abandoned)
    running.encoded()
    if (encoded === null) return
    // K3: a write that has begun is not interrupted; abandoning only stops waiting for it.
    const written = Deferred.makeUnsafe<null>()
    const write = Effect.ensuring(this.#write(snapshot, encoded, began), Deferred.succeed(written, null))
    this.#activities.start(`write ${checkpoint}`, write)
    yield* Effect.raceFirst(Deferred.await(written), abandoned)
  })

  readonly #write = Effect.fnUntraced(function* (
    this: CaptureWriter,
    snapshot: Snapshot,
    encoded: EncodedSnapshot,
    began: number
  ) {
    const { running } = snapshot
    const { checkpoint, object } = running
    const { clock, stats, storage } = this.#attempt
    const { length: bytes } = encoded.bytes // Once written, their memory is given back.
    const written = yield* Effect.result(writeObject(storage, object, encoded))
    if (Result.isSuccess(written)) this.#inspectWrite("ActivityEnded", snapshot)
    stats.measured(checkpoint, this.#parts.id, {
      alignmentMs: running.alignmentMs,
      syncMs: running.syncMs,
      asyncMs: clock.currentTimeMillisUnsafe() - began,
      bytes,
      records: running.records
    })
    this.#mailbox.post(
      Result.isSuccess(written)
        ? { type: "capture.persisted", id: checkpoint, handle: { ...written.success, ...this.#held(snapshot) } }
        : { type: "capture.failed", id: checkpoint }
    )
    if (Result.isFailure(written)) yield* Effect.logWarning(written.failure.message)
  })

  /** A restore that goes on from elsewhere must not roll back what a savepoint holds: its manifest says what that is. */
  #held({ prepared, running }: Snapshot): Pick<StateHandle, "held"> {
    const { sink } = this.#parts
    if (sink === null || prepared.length === 0 || !isSavepoint(running.kind)) return {}
    return { held: { sink: sink.uid, transactions: prepared.map(({ transaction }) => transaction) } }
  }

  #objectOf(checkpoint: CheckpointId): string {
    const { task, index } = this.#parts
    return stateObjectName({ term: this.#attempt.term, checkpoint, task, index })
  }

  #lateLists(prepared: ReadonlyArray<Prepared>): ReadonlyArray<OperatorList> {
    const { sink } = this.#parts
    return sink === null ? [] : [transactionsList(sink.uid, prepared)]
  }

  #inspectWrite(tag: "ActivityStarted" | "ActivityEnded", { prepared, running }: Snapshot): void {
    this.#attempt.inspect?.(
      activityFact(tag, {
        actor: this.#parts.id,
        activity: "write",
        checkpoint: running.checkpoint,
        objects: [running.object],
        transactions: prepared.map(({ transaction }) => transaction)
      })
    )
  }
}
