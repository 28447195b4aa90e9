/**
 * Room for numbers that grows without standing still: small arrays double and are copied, a large one lies in reserved
 * address space and takes more of it.
 *
 * A growable `SharedArrayBuffer` serves because it never shrinks: views of fixed length on it are as fast as others, those
 * on a resizable `ArrayBuffer` are not.
 */
import { invariant } from "../../model/invariant.ts"

/** Cells of the largest array that is copied to grow. */
const copiedMax = 262_144

/** Indexes of cells stay 32-bit integers. */
const cellsMax = 2 ** 31 - 1

const reservedBytesMax = 2 ** 32
const reservedBytesMin = 2 ** 26

/** Cells are added in steps of a quarter of what is there, but not more than these. */
const stepMax = 2 ** 20

/** An array of at least `length` cells that begins with the old ones; what follows may be anything. */
export const grownCells = (old: Float64Array, length: number, spare: CellPool): Float64Array => {
  invariant(length <= cellsMax, "a namespace holds two thousand million numbers", { length })
  if (length <= copiedMax) {
    const cells = new Float64Array(Math.min(copiedMax, Math.max(length, old.length * 2)))
    cells.set(old)
    return cells
  }
  const wanted = length + Math.min(stepMax, old.length >>> 2)
  const { buffer } = old
  if (buffer instanceof SharedArrayBuffer && buffer.growable && wanted * 8 <= buffer.maxByteLength) {
    if (wanted * 8 > buffer.byteLength) buffer.grow(wanted * 8)
    return new Float64Array(buffer, 0, Math.min(cellsMax, wanted))
  }
  const cells = new Float64Array(spare.take(wanted * 8), 0, wanted)
  cells.set(old)
  return cells
}

/** Large buffers of namespaces that are gone, for the next ones: V8 is slow to notice what they hold. */
export class CellPool {
  readonly #buffers: Array<SharedArrayBuffer> = []

  take(bytes: number): SharedArrayBuffer {
    const spare = this.#buffers.pop()
    if (spare === undefined || bytes > spare.maxByteLength) return reserve(bytes)
    if (bytes > spare.byteLength) spare.grow(bytes)
    return spare
  }

  /** Nobody may use these cells any more. */
  giveBack({ buffer }: Float64Array): void {
    if (buffer instanceof SharedArrayBuffer && this.#buffers.length < sparesMax) this.#buffers.push(buffer)
  }
}

const sparesMax = 2

/** Reserves as much as the system grants: address space, no memory. */
const reserve = (bytes: number): SharedArrayBuffer => {
  for (let most = Math.max(reservedBytesMax, bytes * 2); most > bytes && most >= reservedBytesMin; most /= 2) {
    try {
      return new SharedArrayBuffer(bytes, { maxByteLength: most })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return new SharedArrayBuffer(bytes)
}
