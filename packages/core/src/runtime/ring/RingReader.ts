import { align8, type WireMemory } from "../wire/WireMemory.ts"
import { frameHeader, type OpenRing, paddingTag, ringIndex } from "./ringMemory.ts"

/** The reading end of a ring. HOT per frame. */
export class RingReader {
  readonly data: WireMemory
  /** Of the frame that `peek` has found. */
  offset = 0
  length = 0
  tag = paddingTag
  private readonly indices: Int32Array
  private readonly capacity: number
  private released: number

  constructor({ capacity, data, indices }: OpenRing) {
    this.capacity = capacity
    this.data = data
    this.indices = indices
    this.released = Atomics.load(indices, ringIndex.released)
  }

  /** Whether there is a frame; it stays where it is until `release`. */
  peek(): boolean {
    const written = Atomics.load(this.indices, ringIndex.written)
    while (this.released !== written) {
      const at = this.released & (this.capacity - 1)
      const { u32 } = this.data
      this.length = u32[at >>> 2] ?? 0
      this.tag = u32[(at >>> 2) + 1] ?? 0
      this.offset = at + frameHeader
      if (this.tag !== paddingTag) return true
      this.release()
    }
    return false
  }

  /** Gives the room of the frame back. */
  release(): void {
    this.released = (this.released + frameHeader + align8(this.length)) | 0
    Atomics.store(this.indices, ringIndex.released, this.released)
  }
}
