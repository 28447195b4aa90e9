import { align8, WireMemory } from "./WireMemory.ts"

/** Memory that grows as columns are written to it, used again for every batch. What is reserved is not cleared. */
export class WireWriter {
  memory = new WireMemory(new ArrayBuffer(initialBytes), 0, initialBytes)
  length = 0

  /** Begins a column: the offset of room for `bytes`. Views taken from `memory` before are void. */
  reserve(bytes: number): number {
    const at = this.length
    const end = at + align8(bytes)
    if (end > this.memory.u8.length) this.#grow(end)
    this.length = end
    return at
  }

  /** Gives back what a column does not need of the room reserved last. */
  endAt(end: number): void {
    this.length = align8(end)
  }

  reset(): void {
    this.length = 0
    // One giant record must not keep its memory for ever.
    if (this.memory.u8.length > keptBytes) this.memory = new WireMemory(new ArrayBuffer(initialBytes), 0, initialBytes)
  }

  #grow(needed: number): void {
    const size = align8(Math.max(needed, this.memory.u8.length * 2))
    const grown = new WireMemory(new ArrayBuffer(size), 0, size)
    grown.u8.set(this.memory.u8.subarray(0, this.length))
    this.memory = grown
  }
}

/** Small: of many receivers each has one for long frames, and most never see any. */
const initialBytes = 1_024
const keptBytes = 8_388_608
