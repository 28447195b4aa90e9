/**
 * The rows of one namespace: cells in slabs, numbered densely in the order of creation.
 *
 * The first slab doubles until it is full, the others come at full size: growth copies little.
 */
import { invariant } from "../../model/invariant.ts"
import { IntegerIndex } from "./IntegerIndex.ts"
import { rowsPerPage, rowsPerSlab } from "./rowFormat.ts"
import { TextIndex } from "./TextIndex.ts"

const firstCapacity = 64

export class Space {
  readonly namespace: number
  /** Tells this space from an earlier one of the same namespace. */
  readonly serial: number
  readonly stride: number
  readonly slabs: Array<Float64Array>
  /** By page: captures that had been taken when a row of the page was last changed. */
  touched: Int32Array
  readonly integers: IntegerIndex
  readonly texts = new TextIndex()
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
    this.touched = new Int32Array(1)
    this.integers = new IntegerIndex((row) => this.slabOf(row)[this.offsetOf(row)] ?? Number.NaN)
  }

  slabOf(row: number): Float64Array {
    const slab = this.slabs[Math.floor(row / rowsPerSlab)]
    invariant(slab !== undefined, "a row has a slab")
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
    const pages = Math.ceil(this.capacity / rowsPerPage)
    if (pages <= this.touched.length) return
    const touched = new Int32Array(Math.max(pages, this.touched.length * 2))
    touched.set(this.touched)
    this.touched = touched
  }
}
