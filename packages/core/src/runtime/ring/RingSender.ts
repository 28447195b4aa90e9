import type { Batch } from "../../model/Batch.ts"
import type { ChannelId } from "../../model/ids.ts"
import type { StreamElement } from "../../model/StreamElement.ts"
import type { ChannelSender } from "../ChannelEnds.ts"
import type { ChannelPosition } from "../Inspection.ts"
import type { Signal } from "../Signal.ts"
import type { BatchCodec } from "../wire/compileBatchCodec.ts"
import { WireWriter } from "../wire/WireWriter.ts"
import { type BellMemory, BellRope, type Doorbell } from "./Doorbell.ts"
import { continues, frameTag, writeControl } from "./frames.ts"
import { RingWriter } from "./RingWriter.ts"
import { openRing, type RingMemory, ringIndex } from "./ringMemory.ts"

/** What has not found room: the bytes of a frame from `sent` on. */
interface Waiting {
  readonly tag: number
  readonly bytes: Uint8Array
  sent: number
}

/** Where an element is encoded before it is sent: one for all senders of a thread, for none keeps anything in it. */
const scratch = new WireWriter()

export interface RingSenderOptions {
  readonly id: ChannelId
  readonly memory: RingMemory
  /** Batches that may be on their way. */
  readonly capacity: number
  readonly codec: BatchCodec
  /** Wakes the subtask when there is room again. */
  readonly signal: Signal
  /** Of the sender's thread. */
  readonly bell: Doorbell
  /** Of the receiver's thread. */
  readonly receiverBell: BellMemory
}

/**
 * The sending end of a channel between threads. HOT per batch.
 *
 * Records count against the credits (batches that the receiver has not taken) and need room in the ring. What finds none
 * waits here, in order; `hasRoom` and every ring of the bell pump it into the ring.
 */
export class RingSender implements ChannelSender {
  readonly id: ChannelId
  readonly #capacity: number
  readonly #codec: BatchCodec
  readonly #ring: RingWriter
  readonly #indices: Int32Array
  readonly #receiverBell: BellRope
  readonly #unsubscribe: () => void
  readonly #waiting: Array<Waiting> = []
  #spare: Batch | undefined
  #waitingRecords = 0
  #batches = 0
  #sent = 0
  #recordsSent = 0

  constructor(options: RingSenderOptions) {
    const ring = openRing(options.memory)
    this.id = options.id
    this.#capacity = options.capacity
    this.#codec = options.codec
    this.#ring = new RingWriter(ring)
    this.#indices = ring.indices
    this.#receiverBell = new BellRope(options.receiverBell)
    this.#unsubscribe = options.bell.onRing(() => {
      if (this.hasRoom) options.signal.notify()
    })
  }

  get hasRoom(): boolean {
    this.pump()
    if (this.#waiting.length === 0 && this.#mayPut()) return true
    // Marked first, then looked again (D1); also for a barrier that waits behind records that have gone.
    Atomics.store(this.#indices, ringIndex.senderWaits, 1)
    this.pump()
    return this.#mayPut()
  }

  get sent(): ChannelPosition {
    return { channel: this.id, sequence: this.#sent, records: this.#recordsSent }
  }

  /** Fails: throws `RecordMismatch` for a record that does not fit its schema; nothing of the batch is sent then. */
  put(element: StreamElement): void {
    scratch.reset()
    if (element._tag !== "Records") this.#send(writeControl(element, scratch))
    else {
      this.#codec.encode(element.batch, scratch)
      this.#batches = (this.#batches + 1) | 0
      this.#recordsSent += element.batch.length
      this.#spare = element.batch
      this.#send(frameTag.records)
    }
    this.#sent++
  }

  takeSpare(): Batch | undefined {
    const spare = this.#spare
    this.#spare = undefined
    return spare
  }

  /** Moves what waits into the ring, as far as there is room. */
  pump(): void {
    let isMoved = false
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const before = next.sent
      const isDone = this.#write(next)
      isMoved ||= isDone || next.sent > before
      if (!isDone) break
      this.#waiting.shift()
      if (next.tag === frameTag.records) this.#waitingRecords--
    }
    if (isMoved) this.#wakeReceiver()
  }

  /** The bell wakes it no more. */
  close(): void {
    this.#unsubscribe()
  }

  #mayPut(): boolean {
    if (this.#waitingRecords > 0) return false
    return ((this.#batches - Atomics.load(this.#indices, ringIndex.taken)) | 0) < this.#capacity
  }

  #send(tag: number): void {
    const bytes = scratch.memory.u8.subarray(0, scratch.length)
    if (this.#waiting.length === 0) {
      const frame = { tag, bytes, sent: 0 }
      const isDone = this.#write(frame)
      if (isDone || frame.sent > 0) this.#wakeReceiver()
      if (isDone) return
      this.#waiting.push({ tag, bytes: bytes.slice(frame.sent), sent: 0 })
    } else this.#waiting.push({ tag, bytes: bytes.slice(), sent: 0 })
    if (tag === frameTag.records) this.#waitingRecords++
    // A barrier may wait although nobody asks for room.
    Atomics.store(this.#indices, ringIndex.senderWaits, 1)
    this.pump()
  }

  /** Writes what fits, in pieces of at most a quarter of the ring; true when all of it stands. */
  #write(frame: Waiting): boolean {
    const { bytes, tag } = frame
    const { frameMax } = this.#ring
    do {
      const length = Math.min(frameMax, bytes.length - frame.sent)
      const offset = this.#ring.reserve(length)
      if (offset === -1) return false
      this.#ring.data.u8.set(bytes.subarray(frame.sent, frame.sent + length), offset)
      frame.sent += length
      this.#ring.commit(frame.sent < bytes.length ? tag | continues : tag)
    } while (frame.sent < bytes.length)
    return true
  }

  #wakeReceiver(): void {
    if (Atomics.load(this.#indices, ringIndex.receiverWaits) === 0) return
    if (Atomics.exchange(this.#indices, ringIndex.receiverWaits, 0) === 1) this.#receiverBell.ring()
  }
}
