/**
 * Where a task's elements come from: its splits, or its input channels. One slice takes one element, and never waits.
 */
import type { Barrier } from "../model/Barrier.ts"
import type { Columns } from "../model/Batch.ts"
import type { ChannelId } from "../model/ids.ts"
import type { Json } from "../model/Json.ts"
import { maxWatermark, type Timestamp } from "../model/time.ts"
import type { Alignment } from "../protocol/alignment.ts"
import type { OperatorList } from "../state/OperatorList.ts"
import type { ChannelReceiver } from "./ChannelEnds.ts"
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
}

export const splitsList = "splits"
export const watermarkList = "watermark"

const watermarkOf = (task: string, watermark: Timestamp): OperatorList => ({
  ...{ operator: task, name: watermarkList },
  items: Number.isFinite(watermark) ? [watermark] : []
})

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

  constructor(options: {
    readonly uid: string
    readonly splits: SplitReader
    readonly hasEventTime: boolean
    /** Records per slice. */
    readonly recordsMax: number
    readonly counter: Pick<RecordCounter, "add">
    /** Tasks that are part of this one, and the watermark that has passed through them. */
    readonly fused: ReadonlyArray<string>
    readonly watermark: () => Timestamp
  }) {
    this.#uid = options.uid
    this.#splits = options.splits
    this.#hasEventTime = options.hasEventTime
    this.#recordsMax = options.recordsMax
    this.#counter = options.counter
    this.#fused = options.fused
    this.#watermark = options.watermark
  }

  slice(host: TaskHost): SliceOutcome {
    if (this.#isExhausted) return "wait"
    const polled = this.#splits.poll(this.#recordsMax)
    switch (polled._tag) {
      case "Records":
        host.run({ values: polled.values, timestamps: [], keys: [], groups: [] })
        this.#splits.observe(host.takeMaxTimestamp())
        this.#counter.add(polled.values.length)
        this.#advance(host)
        return "continue"
      case "SplitFinished":
        this.#advance(host)
        return "continue"
      case "Pending":
        return "wait"
      case "Exhausted":
        this.#isExhausted = true
        if (this.#hasEventTime) host.advance(maxWatermark)
        host.sourceExhausted()
        return "continue"
      case "Failed":
        throw polled.failure
    }
  }

  #advance(host: TaskHost): void {
    if (this.#hasEventTime) host.advance(this.#splits.watermark())
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
}

export class ExchangeInput implements TaskInput {
  readonly channels: ReadonlyArray<ChannelReceiver>
  readonly #tasks: ReadonlyArray<string>
  readonly #gate: InputGate
  #watermark: Timestamp
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
    this.#watermark = options.watermark
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
      case "Watermark": {
        const minimum = this.#gate.advance(channel.id, element.timestamp)
        if (minimum > this.#watermark) {
          this.#watermark = minimum
          host.advance(minimum)
        }
        return "continue"
      }
      case "Barrier":
        host.barrierReceived(channel, element.barrier)
        return "continue"
      case "EndOfData":
        host.dataEnded(channel.id)
        return "continue"
    }
  }

  lists(): ReadonlyArray<OperatorList> {
    return this.#tasks.map((task) => watermarkOf(task, this.#watermark))
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
}
