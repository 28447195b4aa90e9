/** HOT while a checkpoint is written or restored. Bytes one after the other; all numbers are little-endian. */
import { invariant } from "../../model/invariant.ts"

/** Smaller buffers are not worth it, and may be parts of Node's pool of this size. */
const freedMin = Math.max(65_536, Buffer.poolSize)

/**
 * Gives the memory of bytes back at once, where it is theirs alone and nobody reads them any more. V8 counts buffers that
 * wait for its collector; without this it would begin to collect, and to make records wait, with every other checkpoint.
 */
export const freeMemory = ({ buffer, byteOffset }: ArrayBufferView): void => {
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength > freedMin) buffer.transfer(0)
}

export class ByteWriter {
  bytes = new Uint8Array(1024)
  length = 0
  private view = new DataView(this.bytes.buffer)

  /** Makes room for more bytes, to be written from the place that it answers. */
  take(count: number): number {
    const start = this.length
    this.reserve(count)
    this.length = start + count
    return start
  }

  uint8(value: number): void {
    const at = this.take(1)
    this.bytes[at] = value
  }

  float64(value: number): void {
    const at = this.take(8)
    this.view.setFloat64(at, value, true)
  }

  uint32(value: number): void {
    const at = this.take(4)
    this.view.setUint32(at, value, true)
  }

  /** Makes room without using it: `length` tells later how much of it is. */
  reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  /** Valid until the next change. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }
}

export class ByteReader {
  readonly bytes: Uint8Array
  offset = 0
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Answers where the next bytes begin, and passes them. */
  take(count: number): number {
    const start = this.offset
    invariant(start + count <= this.bytes.length, "a chunk holds what it says", { start, count })
    this.offset = start + count
    return start
  }

  uint8(): number {
    return this.view.getUint8(this.take(1))
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), true)
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true)
  }
}
