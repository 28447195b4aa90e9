import type { StreamElement } from "../model/StreamElement.ts"
import { type Alignment, mayRead } from "../protocol/alignment.ts"
import type { ChannelReceiver } from "./ChannelEnds.ts"

/** The inputs of a subtask: takes elements in turn from the channels that may be read. HOT per element. */
export class InputGate {
  readonly #channels: ReadonlyArray<ChannelReceiver>
  #next = 0

  constructor(channels: ReadonlyArray<ChannelReceiver>) {
    this.#channels = channels
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
}
