import type { SinkWriter } from "../connector/Sink.ts"
import { Batch } from "../model/Batch.ts"
import type { ChannelId } from "../model/ids.ts"
import { invariant } from "../model/invariant.ts"
import type { KeyValue } from "../model/keyGroups.ts"
import { keyGroupCount, ownerOf } from "../model/keyGroups.ts"
import type { StreamElement } from "../model/StreamElement.ts"
import type { Timestamp } from "../model/time.ts"
import type { ChainOutput, DirectOutput } from "../operator/ChainInstance.ts"
import type { ChannelSender } from "./ChannelEnds.ts"

/** Records in an exchanged batch; larger batches amortise the hop, smaller ones keep latency and memory low. */
export const batchSize = 2_048

/** Milliseconds that a record waits in a batch at most, while its sender goes on: a rare key must not wait for a full batch. */
const batchAgeMax = 5

/** What the task loop needs of its output, whatever it is. */
export interface TaskOutput extends ChainOutput {
  /** Of a sink; null where records go to other tasks. */
  readonly writer: SinkWriter<unknown> | null
  /** False while a record may not be taken: a channel is full, or the sink has to be flushed. */
  readonly hasRoom: () => boolean
  /** Sends what is batched; before every element that is not a record, and after every slice. */
  readonly flush: () => void
  /** Sends batches that have waited for {@link batchAgeMax}; `now` in milliseconds. HOT per slice. */
  readonly flushAged: (now: number) => void
  readonly broadcast: (element: StreamElement) => void
  readonly channels: ReadonlyArray<ChannelSender>
  /** Records collected in this attempt. */
  readonly collected: () => number
  /** Records collected for each channel in this attempt, sent or still batched. */
  readonly emitted: () => ReadonlyArray<{ readonly channel: ChannelId; readonly records: number }>
}

/**
 * Routes records to the subtask that owns their key group; a forward exchange has one receiver only. HOT.
 *
 * Batches are filled again once they have been run: growing new arrays took a third of the time of an exchange.
 */
export class ExchangeOutput implements TaskOutput {
  readonly writer = null
  readonly channels: ReadonlyArray<ChannelSender>
  readonly isSingle: boolean
  readonly #owners: Uint16Array
  readonly #filling: ReadonlyArray<Filling>
  #collected = 0

  constructor(channels: ReadonlyArray<ChannelSender>) {
    this.channels = channels
    this.isSingle = channels.length === 1
    this.#owners = Uint16Array.from({ length: keyGroupCount }, (_, group) => ownerOf(group, channels.length))
    this.#filling = channels.map((channel) => new Filling(channel))
  }

  collect(value: unknown, timestamp: Timestamp, key: KeyValue, group: number): void {
    const filling = this.#filling[this.#owners[group] ?? 0]
    invariant(filling !== undefined, "every key group has an owner", group)
    const at = filling.length
    filling.values[at] = value
    filling.timestamps[at] = timestamp
    filling.keys[at] = key
    filling.groups[at] = group
    filling.length = at + 1
    if (at + 1 === batchSize) this.#send(filling)
  }

  hasRoom(): boolean {
    for (const channel of this.channels) if (!channel.hasRoom) return false
    return true
  }

  flush(): void {
    for (const filling of this.#filling) if (filling.length > 0) this.#send(filling)
  }

  flushAged(now: number): void {
    for (const filling of this.#filling) if (filling.isAged(now)) this.#send(filling)
  }

  broadcast(element: StreamElement): void {
    this.flush()
    for (const channel of this.channels) channel.put(element)
  }

  collected(): number {
    return this.#collected
  }

  emitted(): ReadonlyArray<{ readonly channel: ChannelId; readonly records: number }> {
    return this.#filling.map(({ channel, length }) => ({ channel: channel.id, records: channel.sent.records + length }))
  }

  #send(filling: Filling): void {
    this.#collected += filling.length
    filling.send()
  }
}

/** The batch being filled for one channel. Its arrays may be longer than what is filled; they are cut when it is sent. */
class Filling {
  length = 0
  values: Array<unknown>
  timestamps: Array<Timestamp>
  keys: Array<KeyValue>
  groups: Array<number>
  readonly channel: ChannelSender
  #batch: Batch
  /** When the batch was first seen with records; null until then. */
  #since: number | null = null

  constructor(channel: ChannelSender) {
    this.channel = channel
    this.#batch = new Batch()
    this.values = this.#batch.values
    this.timestamps = this.#batch.timestamps
    this.keys = this.#batch.keys
    this.groups = this.#batch.groups
  }

  isAged(now: number): boolean {
    if (this.length === 0) return false
    this.#since ??= now
    return now - this.#since >= batchAgeMax
  }

  send(): void {
    const batch = this.#batch
    this.#since = null
    batch.values.length = this.length
    batch.timestamps.length = this.length
    batch.keys.length = this.length
    batch.groups.length = this.length
    this.channel.put({ _tag: "Records", batch })
    const next = this.channel.takeSpare() ?? new Batch()
    this.#batch = next
    this.values = next.values
    this.timestamps = next.timestamps
    this.keys = next.keys
    this.groups = next.groups
    this.length = 0
  }
}

/** Hands records to a sink's writer. HOT. */
export class SinkOutput implements TaskOutput {
  readonly channels: ReadonlyArray<ChannelSender> = []
  readonly writer: SinkWriter<unknown>
  readonly direct: DirectOutput
  #collected = 0

  constructor(writer: SinkWriter<unknown>) {
    this.writer = writer
    this.direct = {
      writer,
      wrote: (values) => {
        this.#collected += values
      }
    }
  }

  collect(value: unknown): void {
    this.#collected++
    this.writer.write(value)
  }

  hasRoom(): boolean {
    return !this.writer.isFull()
  }

  flush(): void {}

  flushAged(): void {}

  broadcast(): void {}

  collected(): number {
    return this.#collected
  }

  emitted(): ReadonlyArray<never> {
    return []
  }
}
