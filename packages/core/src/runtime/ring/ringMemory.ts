/**
 * The shared memory of a ring: indices, each on a cache line of its own, then frames. Plain data that a thread may be
 * given.
 */
import { WireMemory } from "../wire/WireMemory.ts"

/** A ring's memory as threads pass it on. */
export type RingMemory = SharedArrayBuffer

/** Places in the `Int32Array` of a ring. */
export const ringIndex = {
  /** Bytes ever committed, modulo 2^32; of the sender. */
  written: 0,
  /** Bytes ever released, modulo 2^32; of the receiver. */
  released: 16,
  /** Batches ever taken, modulo 2^32; of the receiver. */
  taken: 32,
  /** 1 while the receiver waits for a frame. */
  receiverWaits: 48,
  /** 1 while the sender waits for room. */
  senderWaits: 64
} as const

const headerBytes = 512

/** `capacity` is a power of two, at least 256 bytes. `origin` is where the counts of bytes begin: tests let them overflow. */
export const makeRingMemory = (capacity: number = ringBytesMax, origin = 0): RingMemory => {
  const memory = new SharedArrayBuffer(headerBytes + capacity)
  const indices = new Int32Array(memory, 0, headerBytes / 4)
  indices[ringIndex.written] = origin
  indices[ringIndex.released] = origin
  return memory
}

/** Four batches of 2,048 records of 128 bytes. */
const ringBytesMax = 1_048_576

/** Batches of rare keys are short; longer ones cross in pieces. */
const ringBytesMin = 16_384

/** What the rings of one attempt may take together, while each has its least. */
const allRingsBytes = 134_217_728

/** The capacity of each of so many rings: the more there are, the less goes through each. */
export const ringCapacity = (rings: number): number => {
  const share = allRingsBytes / Math.max(1, rings)
  return Math.min(ringBytesMax, Math.max(ringBytesMin, 2 ** Math.floor(Math.log2(share))))
}

export const openRing = (memory: RingMemory): OpenRing => {
  const capacity = memory.byteLength - headerBytes
  return {
    capacity,
    indices: new Int32Array(memory, 0, headerBytes / 4),
    data: new WireMemory(memory, headerBytes, capacity)
  }
}

export interface OpenRing {
  /** Bytes. */
  readonly capacity: number
  readonly indices: Int32Array
  readonly data: WireMemory
}

/** A frame: its length and its tag, 4 bytes each, then its bytes, up to a multiple of 8. */
export const frameHeader = 8

/** Tag of a frame that only fills the end of the memory, for no frame may wrap. */
export const paddingTag = 0
