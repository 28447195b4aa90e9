/**
 * HOT. The rows of one namespace: cells in slabs, numbered densely in the order of creation.
 *
 * A row is a fixed number of cells, one after the other: the key if it is an integer, then the columns. The first slab
 * doubles until it is full, the others come at full size: growth copies little. (A time to live would be one more column.)
 */
import { invariant } from "../../model/invariant.ts"
import { IntegerIndex } from "./IntegerIndex.ts"
import { rowsPerPage, rowsPerSlab } from "./pages.ts"
import { TextIndex } from "./TextIndex.ts"

const firstCapacity = 64

/** The rows that changed between two captures, a bit each. */
export interface Generation {
  /** Number of the capture that ended it. */
  readonly endedBy: number
  readonly bits: Int32Array
}

/** More are merged: an old base is then answered with a few rows too many. */
const generationsMax = 16

export class Space {
  readonly namespace: number
  /** Tells this space from an earlier one of the same namespace. */
  readonly serial: number
  readonly stride: number
  readonly slabs: Array<Float64Array>
  /** A bit per row that has changed since the last capture. */
  dirty: Int32Array
  isDirty = false
  /** By page: number of the last capture for which the page's former content was kept, or had no need to be. */
  stamps: Int32Array
  readonly integers: IntegerIndex
  readonly texts = new TextIndex()
  /** Ascending. */
  generations: ReadonlyArray<Generation> = []
  /** Rows are numbered below this. */
  rowsEnd = 0
  /** Rows in use. */
  entries = 0
  private readonly free: Array<number> = []
  private capacity = firstCapacity

  constructor(options: { readonly namespace: number; readonly serial: number; readonly stride: number }) {
    this.namespace = options.namespace
    this.serial = options.serial
    this.stride = options.stride
    this.slabs = [new Float64Array(firstCapacity * options.stride)]
    this.dirty = new Int32Array(firstCapacity >>> 5)
    this.stamps = new Int32Array(1)
    this.integers = new IntegerIndex((row) => this.slabOf(row)[this.offsetOf(row)] ?? Number.NaN)
  }

  slabOf(row: number): Float64Array {
    const slab = this.slabs[(row / rowsPerSlab) | 0]
    invariant(slab !== undefined, "a row has a slab", { row })
    return slab
  }

  offsetOf(row: number): number {
    return (row % rowsPerSlab) * this.stride
  }

  /** Takes a free row, the last that became free or a new one. */
  allocate(): number {
    this.entries++
    const reused = this.free.pop()
    if (reused !== undefined) return reused
    if (this.rowsEnd === this.capacity) this.grow()
    return this.rowsEnd++
  }

  giveBack(row: number): void {
    this.entries--
    this.free.push(row)
  }

  /** Ends the present generation at a capture. */
  endGeneration(capture: number): void {
    if (!this.isDirty) return
    const ended = { endedBy: capture, bits: this.dirty }
    this.dirty = new Int32Array(this.dirty.length)
    this.isDirty = false
    const [first, second, ...others] = this.generations
    this.generations =
      this.generations.length < generationsMax || first === undefined || second === undefined
        ? [...this.generations, ended]
        : [{ endedBy: second.endedBy, bits: union(first.bits, second.bits) }, ...others, ended]
  }

  private grow(): void {
    const [first] = this.slabs
    if (this.capacity < rowsPerSlab && first !== undefined) {
      this.capacity *= 2
      const slab = new Float64Array(this.capacity * this.stride)
      slab.set(first)
      this.slabs[0] = slab
    } else {
      this.capacity += rowsPerSlab
      this.slabs.push(new Float64Array(rowsPerSlab * this.stride))
    }
    this.dirty = grown(this.dirty, this.capacity >>> 5)
    this.stamps = grown(this.stamps, Math.ceil(this.capacity / rowsPerPage))
  }
}

const grown = (old: Int32Array, length: number): Int32Array => {
  if (old.length >= length) return old
  const larger = new Int32Array(Math.max(length, old.length * 2))
  larger.set(old)
  return larger
}

const union = (a: Int32Array, b: Int32Array): Int32Array => {
  const [long, short] = a.length < b.length ? [b, a] : [a, b]
  const both = long.slice()
  for (let at = 0; at < short.length; at++) both[at] = (both[at] ?? 0) | (short[at] ?? 0)
  return both
}
