/** The rows of one namespace, numbered densely in the order of creation. */
import { type CellPool, grownCells } from "./Cells.ts"
import { IntegerIndex } from "./IntegerIndex.ts"
import { type RowFormat, rowsPerPage } from "./rowFormat.ts"
import { TextIndex } from "./TextIndex.ts"

const firstRows = 64

export class Space {
  readonly namespace: number
  /** Tells this space from an earlier one of the same namespace. */
  readonly serial: number
  /** Row by row. */
  cells: Float64Array
  /** By page: captures that had been taken when a row of the page was last changed. */
  touched = new Int32Array(1)
  readonly integers: IntegerIndex
  readonly texts = new TextIndex()
  /** Rows are numbered below this. */
  rowsEnd = 0
  /** Rows in use. */
  entries = 0
  private readonly format: RowFormat
  private readonly pool: CellPool
  private readonly free: Array<number> = []

  constructor(options: {
    readonly namespace: number
    readonly serial: number
    readonly format: RowFormat
    readonly pool: CellPool
  }) {
    this.namespace = options.namespace
    this.serial = options.serial
    this.format = options.format
    this.pool = options.pool
    const { stride } = options.format
    this.cells = new Float64Array(firstRows * stride)
    this.integers = new IntegerIndex((row) => this.cells[row * stride] ?? Number.NaN)
  }

  rowOf(key: number | string): number {
    return typeof key === "number" ? this.integers.find(key) : this.texts.find(key)
  }

  /** The key of a row, or null for a free one. */
  keyOf(row: number): number | string | null {
    if (!this.format.isInteger) return this.texts.keyOf(row)
    const key = this.cells[row * this.format.stride] ?? Number.NaN
    return Number.isNaN(key) ? null : key
  }

  /** Takes a free row, the last that became free or a new one. */
  allocate(): number {
    this.entries++
    const reused = this.free.pop()
    if (reused !== undefined) return reused
    const row = this.rowsEnd++
    this.grow()
    return row
  }

  private grow(): void {
    const cells = this.rowsEnd * this.format.stride
    if (cells > this.cells.length) this.cells = grownCells(this.cells, cells, this.pool)
    const pages = Math.ceil(this.rowsEnd / rowsPerPage)
    if (pages > this.touched.length) {
      const touched = new Int32Array(pages * 2)
      touched.set(this.touched)
      this.touched = touched
    }
  }

  /** Takes so many new rows, one behind the other, and answers the first. */
  allocateAll(count: number): number {
    const first = this.rowsEnd
    this.entries += count
    this.rowsEnd += count
    this.grow()
    return first
  }

  /** Makes room for rows before the first comes. */
  reserve(entries: number): void {
    const cells = entries * this.format.stride
    if (cells > this.cells.length) this.cells = grownCells(this.cells, cells, this.pool)
    this.touched = new Int32Array(Math.ceil(entries / rowsPerPage) + 1)
    if (this.format.isInteger) this.integers.reserve(entries)
    else this.texts.reserve(entries)
  }

  giveBack(row: number): void {
    this.entries--
    this.free.push(row)
  }
}
