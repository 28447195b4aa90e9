import type { SinkWriter } from "../connector/Sink.ts"
import { Batch } from "../model/Batch.ts"
import type { KeyValue } from "../model/keyGroups.ts"
import { keyGroupCount, ownerOf } from "../model/keyGroups.ts"
import type { StreamElement } from "../model/StreamElement.ts"
import type { Timestamp } from "../model/time.ts"
import type { ChainOutput, DirectOutput } from "../operator/ChainInstance.ts"
import type { Channel } from "./Channel.ts"

/** Records in an exchanged batch; larger batches amortise the hop, smaller ones keep latency and memory low. */
export const batchSize = 2_048

/** What the task loop needs of its output, whatever it is. */
export interface TaskOutput extends ChainOutput {
  /** False while a record may not be taken: a channel is full, or the sink has to be flushed. */
  readonly hasRoom: () => boolean
  /** Sends what is batched; before every element that is not a record, and after every slice. */
  readonly flush: () => void
  readonly broadcast: (element: StreamElement) => void
  readonly channels: ReadonlyArray<Channel>
  /** Records collected in this attempt. */
  readonly collected: () => number
}

/** Routes records to the subtask that owns their key group. HOT. */
export class ExchangeOutput implements TaskOutput {
  readonly channels: ReadonlyArray<Channel>
  readonly #owners: Uint16Array
  readonly #batches: Array<Batch>
  #collected = 0

  constructor(channels: ReadonlyArray<Channel>) {
    this.channels = channels
    this.#owners = Uint16Array.from({ length: keyGroupCount }, (_, group) => ownerOf(group, channels.length))
    this.#batches = channels.map(() => new Batch())
  }

  collect(value: unknown, timestamp: Timestamp, key: KeyValue, group: number): void {
    const target = this.#owners[group] ?? 0
    const batch = this.#batches[target] ?? new Batch()
    batch.values.push(value)
    batch.timestamps.push(timestamp)
    batch.keys.push(key)
    batch.groups.push(group)
    if (batch.values.length >= batchSize) this.#send(target)
  }

  hasRoom(): boolean {
    for (const channel of this.channels) if (!channel.hasRoom) return false
    return true
  }

  flush(): void {
    for (let target = 0; target < this.#batches.length; target++) this.#send(target)
  }

  broadcast(element: StreamElement): void {
    this.flush()
    for (const channel of this.channels) channel.put(element)
  }

  collected(): number {
    return this.#collected
  }

  #send(target: number): void {
    const batch = this.#batches[target]
    if (batch === undefined || batch.length === 0) return
    this.#collected += batch.length
    this.#batches[target] = new Batch()
    this.channels[target]?.put({ _tag: "Records", batch })
  }
}

/** Hands records to a sink's writer. HOT. */
export class SinkOutput implements TaskOutput {
  readonly channels: ReadonlyArray<Channel> = []
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

  broadcast(): void {}

  collected(): number {
    return this.#collected
  }
}
