import { align8, WireMemory } from "./WireMemory.ts"

/** What is written no longer fits into memory whose offsets are 32 bits. */
export class BatchTooLarge extends Error {
  override readonly name = "BatchTooLarge"
  /** At least. */
  readonly bytes: number
  readonly bytesMax: number

  constructor(bytes: number, bytesMax: number) {
    super(`a batch takes at least ${bytes} bytes, at most ${bytesMax} fit`)
    this.bytes = bytes
    this.bytesMax = bytesMax
  }
}

/** Memory that grows as columns are written to it, used again for every batch. What is reserved is not cleared. */
export class WireWriter {
  memory = new WireMemory(new ArrayBuffer(initialBytes), 0, initialBytes)
  length = 0
  readonly #bytesMax: number

  constructor(bytesMax = batchBytesMax) {
    this.#bytesMax = bytesMax
  }

  /**
   * Begins a column: the offset of room for `bytes`. Views taken from `memory` before are void. Fails: throws
   * `BatchTooLarge`.
   */
  reserve(bytes: number): number {
    const at = this.length
    // Asked before `align8`, which knows 32 bits only.
    if (bytes > this.memory.u8.length - at) this.#grow(at + bytes)
    this.length = at + align8(bytes)
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
    if (needed > this.#bytesMax) throw new BatchTooLarge(needed, this.#bytesMax)
    const size = align8(Math.max(needed, Math.min(this.memory.u8.length * 2, this.#bytesMax)))
    const grown = new WireMemory(new ArrayBuffer(size), 0, size)
    grown.u8.set(this.memory.u8.subarray(0, this.length))
    this.memory = grown
  }
}

/** Small: of many receivers each has one for long frames, and most never see any. */
const initialBytes = 1_024
const keptBytes = 8_388_608
/** A multiple of 8, and twice that is still within 32 bits. */
const batchBytesMax = 1_073_741_824
