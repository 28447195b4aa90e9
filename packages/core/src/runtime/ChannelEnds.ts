/** The two ends of a channel, as sender and receiver see them: within a thread one object, between threads two. */
import type { Batch } from "../model/Batch.ts"
import type { ChannelId } from "../model/ids.ts"
import type { StreamElement } from "../model/StreamElement.ts"
import type { ChannelPosition } from "./Inspection.ts"

export interface ChannelSender {
  readonly id: ChannelId
  /** False while no more records may be put. Barriers, watermarks and end of data may be put at any time. HOT per slice. */
  readonly hasRoom: boolean
  /** What was sent so far, for the inspection stream. */
  readonly sent: ChannelPosition
  /** Sends an element, in order. Of a batch nothing is kept once the receiver has recycled it. */
  readonly put: (element: StreamElement) => void
  /** A batch whose arrays may be overwritten; undefined where none has come back. */
  readonly takeSpare: () => Batch | undefined
}

export interface ChannelReceiver {
  readonly id: ChannelId
  readonly isEmpty: boolean
  /** Whether a barrier is among what can be taken; left out where it cannot be told. */
  readonly holdsBarrier?: boolean
  readonly taken: ChannelPosition
  readonly take: () => StreamElement | undefined
  /** Gives a batch that was taken and has been run back. */
  readonly recycle: (batch: Batch) => void
}
