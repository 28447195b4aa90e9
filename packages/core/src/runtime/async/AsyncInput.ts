/**
 * The input of a task that begins with a `mapAsync`: takes records from its channels, calls the user's function for them,
 * and runs the results through the task's chain.
 *
 * A1 A barrier waits for no call: the records in work are part of the snapshot, and are called for again after a restore.
 *    So are those that stand before a barrier in a channel: they are taken for its sake, and wait for their turn here.
 * A2 The end of data waits for all calls: nothing is emitted behind it.
 * A3 No more than `capacity` records are in work; while records wait for their turn nothing is taken from the channels.
 * A4 All calls end with the attempt: they are interrupted, and their signals aborted.
 */
import { Cause, Effect, Exit, FiberSet, Schema, type Scope } from "effect"
import { type SnapshotCorrupt, UserFunctionFailed } from "../../model/errors.ts"
import type { ChannelId, CheckpointId } from "../../model/ids.ts"
import type { Json } from "../../model/Json.ts"
import { minWatermark, type Timestamp } from "../../model/time.ts"
import type { AsyncMap } from "../../operator/mapAsync.ts"
import { preview } from "../../pipeline/preview.ts"
import { type JsonItems, jsonItems } from "../../state/jsonItems.ts"
import type { OperatorList } from "../../state/OperatorList.ts"
import type { ChannelReceiver } from "../ChannelEnds.ts"
import { type SliceOutcome, type TaskHost, type TaskInput, watermarkLists } from "../TaskInput.ts"
import { type AsyncEntry, AsyncQueue } from "./AsyncQueue.ts"
import { asyncResult } from "./asyncResult.ts"

/** Lists of a snapshot: the records in work, and the watermark that was taken but may still wait behind them. */
export const inFlightList = "in-flight"
export const takenWatermarkList = "taken-watermark"

/** Records that may wait for their turn: beyond, a barrier waits as well. */
const unbegunMax = 20_000

interface AsyncInputOptions {
  readonly asyncMap: AsyncMap
  readonly subtask: number
  /** The task, and those that are part of it. */
  readonly tasks: ReadonlyArray<string>
  /** Takes from the channels; it knows the watermark that was taken. */
  readonly input: TaskInput
  /** Restored: the records in work, and the watermark behind them. */
  readonly inFlight: ReadonlyArray<AsyncEntry>
  readonly taken: Timestamp
  /** The watermark that the chain was told. */
  readonly emittedWatermark: () => Timestamp
  readonly wake: () => void
}

/** Calls live in the scope. */
export const openAsyncInput = Effect.fnUntraced(function* (
  options: AsyncInputOptions
): Effect.fn.Return<TaskInput, never, Scope.Scope> {
  const calls = yield* FiberSet.make<void>()
  const start = yield* FiberSet.runtime(calls)()
  return new AsyncInput(options, (call) => {
    start(call)
  })
})

class AsyncInput implements TaskInput {
  readonly channels: ReadonlyArray<ChannelReceiver>
  readonly #options: AsyncInputOptions
  readonly #start: (call: Effect.Effect<void>) => void
  readonly #queue: AsyncQueue
  readonly #encode: (value: unknown) => Json
  /** Channels whose end of data was taken and waits. */
  #ended: ReadonlyArray<ChannelId> = []
  #taken: Timestamp
  #isIdle = false
  #emitted = 0
  #failure: UserFunctionFailed | null = null

  constructor(options: AsyncInputOptions, start: (call: Effect.Effect<void>) => void) {
    this.channels = options.input.channels
    this.#options = options
    this.#start = start
    this.#queue = new AsyncQueue(options.asyncMap.isOrdered)
    this.#encode = valueItems(options.asyncMap).encode
    this.#taken = options.taken
    for (const entry of options.inFlight) this.#queue.add(entry)
    if (options.taken !== minWatermark && options.taken > options.emittedWatermark()) {
      this.#queue.addFence({ _tag: "Watermark", timestamp: options.taken })
    }
  }

  slice(host: TaskHost): SliceOutcome {
    if (this.#failure !== null) throw this.#failure
    const hasEmitted = this.#emit(host)
    this.#begin()
    if (!this.#mayTake()) return hasEmitted ? "continue" : "wait"
    const outcome = this.#options.input.slice(this.#hostOf(host))
    this.#begin()
    return hasEmitted ? "continue" : outcome
  }

  /** A3, A1. */
  #mayTake(): boolean {
    const { inWork, unbegun } = this.#queue
    if (unbegun === 0 && inWork < this.#options.asyncMap.capacity) return true
    return unbegun < unbegunMax && this.channels.some(({ holdsBarrier }) => holdsBarrier === true)
  }

  #emit(host: TaskHost): boolean {
    let hasEmitted = false
    for (let leaving = this.#queue.take(); leaving !== null; leaving = this.#queue.take()) {
      hasEmitted = true
      if (leaving._tag === "Watermark") host.advance(leaving.timestamp)
      else if (leaving._tag === "Idle") host.setIdle(leaving.isIdle)
      else this.#run(host, leaving)
    }
    // A2
    if (this.#ended.length > 0 && this.#queue.isEmpty) {
      hasEmitted = true
      const ended = this.#ended
      this.#ended = []
      for (const channel of ended) host.dataEnded(channel)
    }
    return hasEmitted
  }

  #run(
    host: TaskHost,
    { timestamps, values }: { readonly timestamps: Array<Timestamp>; readonly values: ReadonlyArray<unknown> }
  ): void {
    this.#emitted += values.length
    host.run({ values, timestamps, keys: values.map(() => ""), groups: values.map(() => 0) })
  }

  /** What comes from the channels is put into the queue; a barrier passes at once (A1). */
  #hostOf(host: TaskHost): TaskHost {
    return {
      ...host,
      run: ({ timestamps, values }) => {
        for (const [i, value] of values.entries()) this.#queue.add({ value, timestamp: timestamps[i] ?? minWatermark })
      },
      advance: (watermark) => {
        if (watermark <= this.#taken) return
        this.#taken = watermark
        this.#queue.addFence({ _tag: "Watermark", timestamp: watermark })
      },
      setIdle: (isIdle) => {
        if (isIdle === this.#isIdle) return
        this.#isIdle = isIdle
        this.#queue.addFence({ _tag: "Idle", isIdle })
      },
      dataEnded: (channel) => {
        this.#ended = [...this.#ended, channel]
      }
    }
  }

  #begin(): void {
    const { asyncMap, wake } = this.#options
    while (this.#queue.inWork < asyncMap.capacity) {
      const begun = this.#queue.begin()
      if (begun === null) return
      const { done, entry } = begun
      this.#start(
        Effect.map(Effect.exit(asyncResult(asyncMap, entry.value)), (exit) => {
          if (Exit.isSuccess(exit)) done(exit.value)
          else if (!Cause.hasInterruptsOnly(exit.cause)) this.#failure ??= this.#failed(entry, Cause.squash(exit.cause))
          wake()
        })
      )
    }
  }

  #failed({ value }: AsyncEntry, cause: unknown): UserFunctionFailed {
    const { asyncMap, subtask } = this.#options
    const record = preview(value)
    return new UserFunctionFailed({ operator: asyncMap.uid, subtask, position: "one of its calls", record, cause })
  }

  lists(): ReadonlyArray<OperatorList> {
    const { asyncMap, emittedWatermark, tasks } = this.#options
    const items = this.#queue.entries().map(
      ({ timestamp, value }): Json => ({
        value: this.#encode(value),
        timestamp: timestamp === minWatermark ? null : timestamp
      })
    )
    return [
      ...watermarkLists(tasks, emittedWatermark()),
      { operator: asyncMap.uid, name: inFlightList, items },
      { operator: asyncMap.uid, name: takenWatermarkList, items: Number.isFinite(this.#taken) ? [this.#taken] : [] }
    ]
  }

  position(index: number): string {
    return `result ${index + 1} of those ready at once, after ${this.#emitted} results in this attempt`
  }

  records(): number {
    return this.#options.input.records()
  }

  emitted(): number {
    return this.#options.input.emitted()
  }

  skipped(): number {
    return this.#options.input.skipped()
  }

  paused(): void {
    this.#options.input.paused()
  }

  drain(): void {
    this.#options.input.drain()
  }

  cut(checkpoint: CheckpointId): void {
    this.#options.input.cut(checkpoint)
  }

  completed(checkpoint: CheckpointId): void {
    this.#options.input.completed(checkpoint)
  }
}

const Item = Schema.Struct({ value: Schema.Json, timestamp: Schema.NullOr(Schema.Number) })

const valueItems = ({ record, uid }: AsyncMap): JsonItems<unknown> =>
  jsonItems(record, { operator: uid, name: inFlightList })

/** The records in work that a snapshot has listed. Fails: for records of another schema. */
export const restoredInFlight = (
  asyncMap: AsyncMap,
  items: ReadonlyArray<Json>
): Effect.Effect<ReadonlyArray<AsyncEntry>, SnapshotCorrupt> => {
  const entries = jsonItems(Item, { operator: asyncMap.uid, name: inFlightList })
  const values = valueItems(asyncMap)
  return Effect.forEach(
    items,
    Effect.fnUntraced(function* (item) {
      const { timestamp, value } = yield* entries.decode(item)
      return { value: yield* values.decode(value), timestamp: timestamp ?? minWatermark }
    })
  )
}
