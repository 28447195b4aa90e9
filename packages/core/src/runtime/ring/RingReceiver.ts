import { Batch } from "../../model/Batch.ts"
import type { ChannelId } from "../../model/ids.ts"
import type { StreamElement } from "../../model/StreamElement.ts"
import type { ChannelReceiver } from "../ChannelEnds.ts"
import type { ChannelPosition } from "../Inspection.ts"
import type { Signal } from "../Signal.ts"
import type { BatchCodec } from "../wire/compileBatchCodec.ts"
import type { WireMemory } from "../wire/WireMemory.ts"
import { WireWriter } from "../wire/WireWriter.ts"
import { type BellMemory, BellRope, type Doorbell } from "./Doorbell.ts"
import { continues, frameTag, readControl } from "./frames.ts"
import { RingReader } from "./RingReader.ts"
import { openRing, type RingMemory, ringIndex } from "./ringMemory.ts"

/** Batches kept to be filled again. */
const sparesMax = 2

export interface RingReceiverOptions {
  readonly id: ChannelId
  readonly memory: RingMemory
  readonly codec: BatchCodec
  /** Wakes the subtask when something has come. */
  readonly signal: Signal
  /** Of the receiver's thread. */
  readonly bell: Doorbell
  /** Of the sender's thread. */
  readonly senderBell: BellMemory
}

/** The receiving end of a channel between threads. HOT per batch. */
export class RingReceiver implements ChannelReceiver {
  readonly id: ChannelId
  readonly #codec: BatchCodec
  readonly #ring: RingReader
  readonly #indices: Int32Array
  readonly #senderBell: BellRope
  readonly #unsubscribe: () => void
  /** The pieces of a long frame that have come, without its last. */
  readonly #pieces = new WireWriter()
  readonly #spare: Array<Batch> = []
  #batches = 0
  #taken = 0
  #recordsTaken = 0

  constructor(options: RingReceiverOptions) {
    const ring = openRing(options.memory)
    this.id = options.id
    this.#codec = options.codec
    this.#ring = new RingReader(ring)
    this.#indices = ring.indices
    this.#senderBell = new BellRope(options.senderBell)
    this.#unsubscribe = options.bell.onRing(() => {
      if (!this.isEmpty) options.signal.notify()
    })
  }

  /** Marks the receiver as waiting where nothing has come: the sender then rings (D1). */
  get isEmpty(): boolean {
    if (this.#hasElement()) return false
    Atomics.store(this.#indices, ringIndex.receiverWaits, 1)
    return !this.#hasElement()
  }

  get taken(): ChannelPosition {
    return { channel: this.id, sequence: this.#taken, records: this.#recordsTaken }
  }

  take(): StreamElement | undefined {
    if (this.isEmpty) return undefined
    const { tag } = this.#ring
    if (this.#pieces.length > 0) {
      this.#keepPiece()
      const element = this.#read(tag, this.#pieces.memory, 0)
      this.#pieces.reset()
      this.#noteTaken(element)
      return element
    }
    const element = this.#read(tag, this.#ring.data, this.#ring.offset)
    this.#ring.release()
    this.#noteTaken(element)
    return element
  }

  recycle(batch: Batch): void {
    if (this.#spare.length < sparesMax) this.#spare.push(batch)
  }

  /** The bell wakes it no more. */
  close(): void {
    this.#unsubscribe()
  }

  /** Whether a whole element has come. Pieces of a longer one are taken out of the ring, which it would fill. */
  #hasElement(): boolean {
    while (this.#ring.peek()) {
      if ((this.#ring.tag & continues) === 0) return true
      this.#keepPiece()
      this.#wakeSender()
    }
    return false
  }

  #keepPiece(): void {
    const { data, length, offset } = this.#ring
    const at = this.#pieces.reserve(length)
    this.#pieces.memory.u8.set(data.u8.subarray(offset, offset + length), at)
    this.#ring.release()
  }

  #read(tag: number, memory: WireMemory, offset: number): StreamElement {
    if (tag !== frameTag.records) return readControl(tag, memory, offset)
    const batch = this.#spare.pop() ?? new Batch()
    this.#codec.decode(memory, offset, batch)
    return { _tag: "Records", batch }
  }

  #noteTaken(element: StreamElement): void {
    this.#taken++
    if (element._tag === "Records") {
      this.#recordsTaken += element.batch.length
      this.#batches = (this.#batches + 1) | 0
      Atomics.store(this.#indices, ringIndex.taken, this.#batches)
    }
    this.#wakeSender()
  }

  #wakeSender(): void {
    if (Atomics.load(this.#indices, ringIndex.senderWaits) === 0) return
    if (Atomics.exchange(this.#indices, ringIndex.senderWaits, 0) === 1) this.#senderBell.ring()
  }
}
