/**
 * The watermark of a task with several input channels.
 *
 * G1 It is the minimum over the channels, without those that are idle; it never goes back.
 * G2 A channel that comes back from idleness is waited for again once its watermark has caught up with the task's.
 * G3 Where every channel that is not at its end is left out, the watermark stays where it is.
 * Source: Flink StatusWatermarkValve.
 */
import type { ChannelId } from "../model/ids.ts"
import { maxWatermark, minWatermark, type Timestamp } from "../model/time.ts"

interface ChannelTime {
  watermark: Timestamp
  isIdle: boolean
  /** G2: false from the return until it has caught up. */
  isAligned: boolean
}

/** HOT per watermark. */
export class ChannelWatermarks {
  readonly #channels: Map<ChannelId, ChannelTime>
  #watermark: Timestamp

  constructor(channels: ReadonlyArray<ChannelId>, watermark: Timestamp) {
    this.#channels = new Map(channels.map((id) => [id, { watermark: minWatermark, isIdle: false, isAligned: true }]))
    this.#watermark = watermark
  }

  get watermark(): Timestamp {
    return this.#watermark
  }

  /** Nobody shall wait for this task's watermark: some channel is idle, and all others are idle or at their end. */
  get isIdle(): boolean {
    let isIdle = false
    for (const channel of this.#channels.values()) {
      if (channel.watermark >= maxWatermark) continue
      if (!channel.isIdle) return false
      isIdle = true
    }
    return isIdle
  }

  advance(id: ChannelId, timestamp: Timestamp): void {
    const channel = this.#channels.get(id)
    if (channel === undefined) return
    channel.watermark = Math.max(channel.watermark, timestamp)
    channel.isAligned ||= channel.watermark >= this.#watermark
    this.#advance()
  }

  setIdle(id: ChannelId, isIdle: boolean): void {
    const channel = this.#channels.get(id)
    if (channel === undefined || channel.isIdle === isIdle) return
    channel.isIdle = isIdle
    channel.isAligned = isIdle || channel.watermark >= this.#watermark
    this.#advance()
  }

  #advance(): void {
    let minimum = maxWatermark
    let isAnyLeftOut = false
    for (const channel of this.#channels.values()) {
      if (channel.isIdle || !channel.isAligned) isAnyLeftOut ||= channel.watermark < maxWatermark
      else minimum = Math.min(minimum, channel.watermark)
    }
    if (isAnyLeftOut && minimum >= maxWatermark) return // G3
    this.#watermark = Math.max(this.#watermark, minimum)
  }
}
