/**
 * Where a task's elements come from: its splits, or its input channels. One slice takes one element, and never waits.
 */
import type { Barrier } from "../model/Barrier.ts"
import type { Columns } from "../model/Batch.ts"
import type { ChannelId, CheckpointId } from "../model/ids.ts"
import type { Json } from "../model/Json.ts"
import { maxWatermark, type Timestamp } from "../model/time.ts"
import type { Alignment } from "../protocol/alignment.ts"
import type { OperatorList } from "../state/OperatorList.ts"
import type { ChannelReceiver } from "./ChannelEnds.ts"
import { ChannelWatermarks } from "./ChannelWatermarks.ts"
import { InputGate } from "./InputGate.ts"
import type { RecordCounter } from "./RecordCounter.ts"
import type { SplitReader } from "./SplitReader.ts"

/** What an input may ask of its task. */
export interface TaskHost {
  readonly alignment: () => Alignment
  readonly run: (columns: Columns) => void
  /** The highest event time of what was just run. */
  readonly takeMaxTimestamp: () => Timestamp
  readonly advance: (watermark: Timestamp) => void
  /** Whether nobody behind the task shall wait for its watermark; told at every change, or more often. */
  readonly setIdle: (isIdle: boolean) => void
  readonly barrierReceived: (channel: ChannelReceiver, barrier: Barrier) => void
  readonly dataEnded: (channel: ChannelId) => void
  readonly sourceExhausted: () => void
}

/** `wait`: nothing can be taken before the next signal. */
export type SliceOutcome = "continue" | "wait"

export interface TaskInput {
  readonly channels: ReadonlyArray<ChannelReceiver>
  /** Takes one element. Fails: throws what the chain throws, and a `SourceFailure`. */
  readonly slice: (host: TaskHost) => SliceOutcome
  /** What a snapshot holds of the input. */
  readonly lists: () => ReadonlyArray<OperatorList>
  readonly position: (index: number) => string
  /** Records that the splits have emitted since the job began; 0 without splits. */
  readonly records: () => number
  /** Records emitted in this attempt. */
  readonly emitted: () => number
  readonly skipped: () => number
  /** The task cannot take anything for a while: there is no room behind it. */
  readonly paused: () => void
  /** Takes nothing more: the next element is the end of data. Without splits it comes from the inputs. */
  readonly drain: () => void
  /** The barrier of a checkpoint passes. */
  readonly cut: (checkpoint: CheckpointId) => void
  /** A checkpoint that a recovery would resume from is complete. */
  readonly completed: (checkpoint: CheckpointId) => void
}

export const splitsList = "splits"
export const watermarkList = "watermark"

const watermarkOf = (task: string, watermark: Timestamp): OperatorList => ({
  ...{ operator: task, name: watermarkList },
  items: Number.isFinite(watermark) ? [watermark] : []
})

/** The watermark of some tasks that are one, for each of them. */
export const watermarkLists = (tasks: ReadonlyArray<string>, watermark: Timestamp): ReadonlyArray<OperatorList> =>
  tasks.map((task) => watermarkOf(task, watermark))

const drained = { _tag: "Exhausted" } as const

export class SourceInput implements TaskInput {
  readonly channels: ReadonlyArray<ChannelReceiver> = []
  readonly #uid: string
  readonly #splits: SplitReader
  readonly #hasEventTime: boolean
  readonly #recordsMax: number
  readonly #counter: Pick<RecordCounter, "add">
  readonly #fused: ReadonlyArray<string>
  readonly #watermark: () => Timestamp
  #isExhausted = false
  #isDrained: boolean

  constructor(options: {
    readonly uid: string
    readonly splits: SplitReader
    readonly hasEventTime: boolean
    /** Records per slice. */
    readonly recordsMax: number
    readonly counter: Pick<RecordCounter, "add">
    /** Nothing is taken from the first moment on. */
    readonly isDrained: boolean
    /** Tasks that are part of this one, and the watermark that has passed through them. */
    readonly fused: ReadonlyArray<string>
    readonly watermark: () => Timestamp
  }) {
    this.#uid = options.uid
    this.#splits = options.splits
    this.#hasEventTime = options.hasEventTime
    this.#recordsMax = options.recordsMax
    this.#counter = options.counter
    this.#isDrained = options.isDrained
    this.#fused = options.fused
    this.#watermark = options.watermark
  }

  slice(host: TaskHost): SliceOutcome {
    if (this.#isExhausted) return "wait"
    const polled = this.#isDrained ? drained : this.#splits.poll(this.#recordsMax)
    switch (polled._tag) {
      case "Records":
        host.setIdle(false)
        host.run({ values: polled.values, timestamps: [], keys: [], groups: [] })
        this.#splits.observe(host.takeMaxTimestamp())
        this.#counter.add(polled.values.length)
        this.#advance(host)
        return "continue"
      case "SplitFinished":
      case "SplitsFound":
        this.#advance(host)
        return "continue"
      case "Pending":
        this.#advance(host)
        return "wait"
      case "Exhausted":
        this.#isExhausted = true
        host.setIdle(false)
        if (this.#hasEventTime) host.advance(maxWatermark)
        host.sourceExhausted()
        return "continue"
      case "Failed":
        throw polled.failure
    }
  }

  #advance(host: TaskHost): void {
    if (!this.#hasEventTime) return
    host.advance(this.#splits.watermark())
    host.setIdle(this.#splits.isIdle)
  }

  lists(): ReadonlyArray<OperatorList> {
    const items = this.#splits.states().map((state): Json => ({ ...state }))
    const watermarks = this.#fused.map((task) => watermarkOf(task, this.#watermark()))
    return [{ operator: this.#uid, name: splitsList, items }, ...watermarks]
  }

  position(index: number): string {
    return this.#splits.position(index)
  }

  records(): number {
    return this.#splits.records()
  }

  emitted(): number {
    return this.#splits.emitted()
  }

  skipped(): number {
    return this.#splits.skipped()
  }

  drain(): void {
    this.#isDrained = true
  }

  paused(): void {
    this.#splits.paused()
  }

  cut(checkpoint: CheckpointId): void {
    this.#splits.cut(checkpoint)
  }

  completed(checkpoint: CheckpointId): void {
    this.#splits.completed(checkpoint)
  }
}

export class ExchangeInput implements TaskInput {
  readonly channels: ReadonlyArray<ChannelReceiver>
  readonly #tasks: ReadonlyArray<string>
  readonly #gate: InputGate
  readonly #watermarks: ChannelWatermarks
  #batches = 0

  constructor(options: {
    /** The task, and those that are part of it. */
    readonly tasks: ReadonlyArray<string>
    readonly channels: ReadonlyArray<ChannelReceiver>
    /** The restored watermark; -Infinity at first. */
    readonly watermark: Timestamp
  }) {
    this.channels = options.channels
    this.#tasks = options.tasks
    this.#gate = new InputGate(options.channels)
    const channels = options.channels.map(({ id }) => id)
    this.#watermarks = new ChannelWatermarks(channels, options.watermark)
  }

  slice(host: TaskHost): SliceOutcome {
    const taken = this.#gate.take(host.alignment())
    if (taken === null) return "wait"
    const { channel, element } = taken
    switch (element._tag) {
      case "Records":
        this.#batches++
        host.run(element.batch)
        channel.recycle(element.batch)
        return "continue"
      case "Watermark":
        this.#watermarks.advance(channel.id, element.timestamp)
        this.#tell(host)
        return "continue"
      case "WatermarkStatus":
        this.#watermarks.setIdle(channel.id, element.isIdle)
        this.#tell(host)
        return "continue"
      case "Barrier":
        host.barrierReceived(channel, element.barrier)
        return "continue"
      case "EndOfData":
        host.dataEnded(channel.id)
        return "continue"
    }
  }

  #tell(host: TaskHost): void {
    host.advance(this.#watermarks.watermark)
    host.setIdle(this.#watermarks.isIdle)
  }

  lists(): ReadonlyArray<OperatorList> {
    return this.#tasks.map((task) => watermarkOf(task, this.#watermarks.watermark))
  }

  position(index: number): string {
    return `record ${index + 1} of input batch ${this.#batches}`
  }

  records(): number {
    return 0
  }

  emitted(): number {
    return 0
  }

  skipped(): number {
    return 0
  }

  drain(): void {}

  paused(): void {}

  cut(): void {}

  completed(): void {}
}
