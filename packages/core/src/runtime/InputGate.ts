import type { ChannelId } from "../model/ids.ts"
import type { StreamElement } from "../model/StreamElement.ts"
import { minWatermark, type Timestamp } from "../model/time.ts"
import { type Alignment, mayRead } from "../protocol/alignment.ts"
import type { ChannelReceiver } from "./ChannelEnds.ts"

/**
 * The inputs of a subtask: takes elements in turn from the channels that may be read, and keeps the minimum watermark.
 * HOT per element.
 */
export class InputGate {
  readonly #channels: ReadonlyArray<ChannelReceiver>
  readonly #watermarks: Map<ChannelId, Timestamp>
  #next = 0

  constructor(channels: ReadonlyArray<ChannelReceiver>) {
    this.#channels = channels
    this.#watermarks = new Map(channels.map((channel) => [channel.id, minWatermark]))
  }

  /** The next element of a channel that is neither empty nor blocked, or null. */
  take(
    alignment: Pick<Alignment, "blocked">
  ): { readonly channel: ChannelReceiver; readonly element: StreamElement } | null {
    const count = this.#channels.length
    for (let tried = 0; tried < count; tried++) {
      const channel = this.#channels[this.#next]
      this.#next = (this.#next + 1) % count
      if (channel === undefined || channel.isEmpty || !mayRead(alignment, channel.id)) continue
      const element = channel.take()
      if (element !== undefined) return { channel, element }
    }
    return null
  }

  /** Notes a channel's watermark and answers the minimum over all channels. */
  advance(channel: ChannelId, timestamp: Timestamp): Timestamp {
    this.#watermarks.set(channel, Math.max(timestamp, this.#watermarks.get(channel) ?? minWatermark))
    let minimum = Number.POSITIVE_INFINITY
    for (const watermark of this.#watermarks.values()) minimum = Math.min(minimum, watermark)
    return minimum
  }
}
