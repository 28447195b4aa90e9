import type { Batch } from "../model/Batch.ts"
import type { ChannelId } from "../model/ids.ts"
import type { StreamElement } from "../model/StreamElement.ts"
import type { ChannelReceiver, ChannelSender } from "./ChannelEnds.ts"
import type { ChannelPosition } from "./Inspection.ts"
import type { Signal } from "./Signal.ts"

/** Batches kept for the sender to fill again: while the tasks take turns, more are never under way. */
const sparesMax = 2

/**
 * A bounded, in-order channel between two subtasks of one thread. HOT per batch.
 *
 * Records count against the capacity (in batches); barriers, watermarks and end of data always fit, so that a full
 * channel never holds them back at the sender.
 */
export class Channel implements ChannelSender, ChannelReceiver {
  readonly id: ChannelId
  readonly #capacity: number
  readonly #sender: Signal
  readonly #receiver: Signal
  readonly #elements: Array<StreamElement> = []
  readonly #spare: Array<Batch> = []
  #batches = 0
  #barriers = 0
  #sent = 0
  #taken = 0
  #recordsSent = 0
  #recordsTaken = 0

  constructor(options: {
    readonly id: ChannelId
    /** Batches. */
    readonly capacity: number
    readonly sender: Signal
    readonly receiver: Signal
  }) {
    this.id = options.id
    this.#capacity = options.capacity
    this.#sender = options.sender
    this.#receiver = options.receiver
  }

  get hasRoom(): boolean {
    return this.#batches < this.#capacity
  }

  get isEmpty(): boolean {
    return this.#elements.length === 0
  }

  get holdsBarrier(): boolean {
    return this.#barriers > 0
  }

  get sent(): ChannelPosition {
    return { channel: this.id, sequence: this.#sent, records: this.#recordsSent }
  }

  get taken(): ChannelPosition {
    return { channel: this.id, sequence: this.#taken, records: this.#recordsTaken }
  }

  put(element: StreamElement): void {
    if (element._tag === "Records") {
      this.#batches++
      this.#recordsSent += element.batch.length
    } else if (element._tag === "Barrier") this.#barriers++
    this.#elements.push(element)
    this.#sent++
    this.#receiver.notify()
  }

  take(): StreamElement | undefined {
    if (this.isEmpty) return undefined
    // Shifted, not only skipped: under back-pressure the channel is never empty, and what was taken must not stay.
    const element = this.#elements.shift()
    this.#taken++
    if (element?._tag === "Barrier") this.#barriers--
    if (element?._tag === "Records") {
      this.#batches--
      this.#recordsTaken += element.batch.length
      // After the count: a notification may run the sender at once, which then has to find the room.
      if (this.#batches === this.#capacity - 1) this.#sender.notify()
    }
    return element
  }

  /** The sender fills the arrays of a batch again. */
  recycle(batch: Batch): void {
    if (this.#spare.length < sparesMax) this.#spare.push(batch)
  }

  takeSpare(): Batch | undefined {
    return this.#spare.pop()
  }
}
