/** How messages travel between components. */
import type { Message } from "./Effect.ts"

export interface Channel {
  readonly name: string
  /**
   * `fifo`: in order. `bag`: in any order. `set`: in any order, each message is there once and stays there to be
   * received again and again, by each of its receivers.
   */
  readonly kind: "fifo" | "bag" | "set"
  /**
   * Who receives; several only for a `set`: then the end of any of them clears it, and it takes messages while any runs.
   */
  readonly to: string | ReadonlyArray<string>
  /** Who sends, where a crash or stop of the sender must clear the channel. */
  readonly from?: string
  /**
   * What becomes of its messages when an end goes down; default `clear`: and while no receiver runs, it takes none.
   */
  readonly whenDown?: "clear" | "keep"
  /**
   * Messages that may be lost, at the price of a `lose` fault, whether or not the receiver runs; default none. A `fifo`
   * loses its first message only, where each of them comes to be; a `set` loses and duplicates nothing.
   */
  readonly loses?: (message: Message) => boolean
  /** Messages that may come once more, at the price of a `duplicate` fault; in a `fifo` the copy goes to the end. */
  readonly duplicates?: (message: Message) => boolean
  /** States in which it holds more messages than this are not explored, and counted as cut off. */
  readonly capacity?: number
}

/** Describes a channel; checks its type only. */
export const channel = (spec: Channel): Channel => spec
