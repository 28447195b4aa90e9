import { invariant } from "../../model/invariant.ts"
import { align8, type WireMemory } from "../wire/WireMemory.ts"
import { frameHeader, type OpenRing, paddingTag, ringIndex } from "./ringMemory.ts"

/**
 * The writing end of a ring: one writer, one reader. HOT per frame.
 *
 * R1 A frame is seen whole or not at all: `written` moves when all its bytes stand.
 * R2 What was not released is never overwritten.
 * Both rest on `written` and `released` being moved by one side each, with sequentially consistent atomics.
 */
export class RingWriter {
  readonly data: WireMemory
  /** Bytes of a frame at most; a quarter of the ring, so that with padding before it one always fits into an empty ring. */
  readonly frameMax: number
  private readonly indices: Int32Array
  private readonly capacity: number
  private written: number
  private reserved = 0
  private at = 0
  private bytes = 0

  constructor({ capacity, data, indices }: OpenRing) {
    this.capacity = capacity
    this.data = data
    this.indices = indices
    this.frameMax = capacity / 4 - frameHeader
    this.written = Atomics.load(indices, ringIndex.written)
  }

  /** Where the bytes of a frame go, or -1 where there is no room. The reader sees nothing before `commit`. */
  reserve(bytes: number): number {
    invariant(bytes <= this.frameMax, "a frame is no longer than a quarter of the ring", { bytes })
    const needed = frameHeader + align8(bytes)
    const start = this.written & (this.capacity - 1)
    const toEnd = this.capacity - start
    const padding = needed > toEnd ? toEnd : 0
    const used = (this.written - Atomics.load(this.indices, ringIndex.released)) | 0
    if (padding + needed > this.capacity - used) return -1
    if (padding > 0) this.head(start, padding - frameHeader, paddingTag)
    this.at = padding > 0 ? 0 : start
    this.reserved = padding + needed
    this.bytes = bytes
    return this.at + frameHeader
  }

  /** Shows the reserved frame to the reader. */
  commit(tag: number): void {
    this.head(this.at, this.bytes, tag)
    this.written = (this.written + this.reserved) | 0
    Atomics.store(this.indices, ringIndex.written, this.written)
  }

  private head(at: number, bytes: number, tag: number): void {
    const { u32 } = this.data
    u32[at >>> 2] = bytes
    u32[(at >>> 2) + 1] = tag
  }
}
