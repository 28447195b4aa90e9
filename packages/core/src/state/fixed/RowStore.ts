/**
 * HOT. The rows of one keyed state off-heap, by key and namespace. Generated code works on the rows themselves. In passing:
 *
 *   let at = rows.seek(key, start)
 *   if (at < 0) at = rows.create(key, start)   // its columns are then to be set, all of them
 *   rows.cells[at + 1] += 1
 *
 * For the records of a batch it holds the current namespace in variables of its own, see emitCursor in rowCursor.ts. An
 * offset holds until the next call. To seek is to promise a write: the row counts as changed.
 *
 * Budget: no allocation per record; one comparison of a stamp for captures and increments together.
 */
import { invariant } from "../../model/invariant.ts"
import { hashInteger, hashString, keyGroupCount, keyGroupOf } from "../../model/keyGroups.ts"
import { Captures } from "./Captures.ts"
import { CellPool } from "./Cells.ts"
import type { Cut, FixedCapture, FixedLayout, LoadFilter, RowBlock } from "./RowBlock.ts"
import { type RowFormat, rowFormatOf, rowsPerPage } from "./rowFormat.ts"
import { Space } from "./Space.ts"

export type FixedKey = number | string

export class RowStore {
  /** The current namespace; NaN where it holds nothing. */
  namespace = Number.NaN
  /** Rows, integers and strings of the current namespace. */
  cells: Float64Array
  slots: Int32Array
  first: ReadonlyMap<string, number>
  /** The stamp of what is changed now. */
  epoch = 0
  private readonly format: RowFormat
  private readonly pool = new CellPool()
  private readonly captures: Captures
  private readonly spaces = new Map<number, Space>()
  /** Stands for a namespace that holds nothing. */
  private readonly nowhere: Space
  /** The two namespaces used last; nearly every record meets one of them. */
  private current: Space
  private former: Space
  private ascending: ReadonlyArray<number> | null = null
  /** Entries to come, of namespaces that are being restored. */
  private readonly expected = new Map<number, number>()
  private serials = 0
  private entries = 0
  /** What code finds of a batch before its first record: see `emitSeek` in rowCursor.ts. */
  aheadOffsets = new Int32Array(0)
  readonly aheadKeys: Array<unknown> = []
  /** Keeps that code from being taken for useless where it only fills the processor's caches. */
  seen = 0
  /** Batches to come for which nothing is sought ahead. */
  private aheadPauses = 0

  constructor(layout: FixedLayout) {
    this.format = rowFormatOf(layout)
    this.captures = new Captures(this.format)
    this.nowhere = new Space({ namespace: Number.NaN, serial: 0, format: this.format, pool: this.pool })
    this.current = this.nowhere
    this.former = this.nowhere
    this.cells = this.nowhere.cells
    this.slots = this.nowhere.integers.slots
    this.first = this.nowhere.texts.first
  }

  get size(): number {
    return this.entries
  }

  /** Makes a namespace the current one. */
  open(namespace: number): void {
    this.enter(this.spaceOf(namespace))
  }

  /** The offset of a key's row, or -1. */
  seek(key: FixedKey, namespace: number): number {
    if (this.namespace !== namespace) this.open(namespace)
    return this.touched(this.current.rowOf(key))
  }

  /** As `seek`, for a key of the current namespace that neither `slots` nor `first` shows: growth may have left it elsewhere. */
  seekElsewhere(key: FixedKey): number {
    const { integers, texts } = this.current
    const row = typeof key === "number" ? integers.findOld(key) : texts.findOther(key)
    return this.touched(row)
  }

  /** As `seek`, to read only: the row does not count as changed. */
  look(key: FixedKey, namespace: number): number {
    if (this.namespace !== namespace) this.open(namespace)
    const row = this.current.rowOf(key)
    return row === -1 ? -1 : row * this.format.stride
  }

  /** The offset of a new row for a key that has none; the caller sets all columns. */
  create(key: FixedKey, namespace: number): number {
    const fits = this.format.isInteger ? Number.isSafeInteger(key) : typeof key === "string"
    if (!fits) invariant(false, "a key is what the schema of keys says", { key: String(key) })
    if (this.namespace !== namespace) this.open(namespace)
    if (this.current === this.nowhere) this.enter(this.addSpace(namespace))
    const space = this.current
    const row = space.allocate()
    const at = row * this.format.stride
    this.touch(at)
    this.entries++
    if (typeof key === "number") {
      space.cells[at] = key
      space.integers.add(key, row)
    } else {
      this.captures.keepKeys(space, row)
      space.texts.add(key, row)
    }
    this.enter(space)
    return at
  }

  /** The offset of a row that is about to change, or -1 for none. */
  private touched(row: number): number {
    if (row === -1) return -1
    const at = row * this.format.stride
    if (this.cells[at + this.format.stampCell] !== this.epoch) this.touch(at)
    return at
  }

  /** The first change of a row of the current namespace since the last capture. */
  touch(at: number): void {
    const space = this.current
    const page = Math.floor(at / (this.format.stride * rowsPerPage))
    if (space.touched[page] !== this.epoch) {
      this.captures.keepPage(space, page)
      space.touched[page] = this.epoch
    }
    space.cells[at + this.format.stampCell] = this.epoch
  }

  /**
   * To be called before so many records: moves a growing index on, and makes room for what is sought ahead. True if that
   * is worth it.
   */
  prepare(records: number): boolean {
    this.current.integers.move(records)
    if (this.current.entries < aheadMin) return false
    if (this.aheadPauses > 0) {
      this.aheadPauses--
      return false
    }
    if (this.aheadOffsets.length < records) this.aheadOffsets = new Int32Array(records)
    return true
  }

  /** So many rows were found for a batch. Where most keys are new it is in vain: the next batches go without. */
  sought(records: number, found: number, seen: number): void {
    this.seen = seen
    if (found * 2 < records) this.aheadPauses = aheadPauses
  }

  delete(key: FixedKey, namespace: number): void {
    const at = this.look(key, namespace)
    if (at === -1) return
    const space = this.current
    const row = at / this.format.stride
    this.entries--
    if (space.entries === 1) {
      this.removeSpace(space)
      return
    }
    this.touch(at)
    if (typeof key === "number") {
      space.integers.remove(key)
      space.cells[at] = Number.NaN
    } else {
      this.captures.keepKeys(space, row)
      space.texts.remove(key, row)
    }
    space.giveBack(row)
  }

  /** Memory outside the JavaScript heap: rows, index, and the pages that captures keep. Cost: O(namespaces). */
  get bytes(): number {
    let bytes = this.captures.bytes
    for (const { cells, integers } of this.spaces.values()) bytes += cells.byteLength + integers.slots.byteLength
    return bytes
  }

  namespaces(): ReadonlyArray<number> {
    this.ascending ??= [...this.spaces.keys()].sort((a, b) => a - b)
    return this.ascending
  }

  /** Visits and removes every row of a namespace, in the order of their numbers. */
  drain(namespace: number, visit: (key: FixedKey, cells: Float64Array, at: number) => void): void {
    const space = this.spaceOf(namespace)
    if (space === this.nowhere) return
    // Removed first: what `visit` writes into this namespace belongs to a new space.
    this.removeSpace(space)
    this.entries -= space.entries
    for (let row = 0; row < space.rowsEnd; row++) {
      const key = space.keyOf(row)
      if (key !== null) visit(key, space.cells, row * this.format.stride)
    }
    if (!this.captures.isRunning) this.pool.giveBack(space.cells)
  }

  /** Shows every row of a namespace, in the order of their numbers. */
  visit(namespace: number, visitor: (key: FixedKey, cells: Float64Array, at: number) => void): void {
    const space = this.spaceOf(namespace)
    for (let row = 0; row < space.rowsEnd; row++) {
      const key = space.keyOf(row)
      if (key !== null) visitor(key, space.cells, row * this.format.stride)
    }
  }

  groupOf(key: FixedKey): number {
    return keyGroupOf(typeof key === "number" ? hashInteger(key) : hashString(key))
  }

  capture(cut: Cut): FixedCapture {
    const capture = this.captures.begin(cut, this.spaces)
    this.epoch = this.captures.count
    return capture
  }

  forgetBefore(checkpoint: Cut["checkpoint"]): void {
    this.captures.forgetBefore(checkpoint)
  }

  expect(namespace: number, entries: number): void {
    this.expected.set(namespace, entries)
  }

  load(block: RowBlock, { isWanted, range }: LoadFilter): void {
    invariant(!this.captures.isRunning, "a state is restored before it is captured")
    const isWhole = range.from === 0 && range.to === keyGroupCount
    if (isWhole && isWanted === null) {
      this.loadAll(block)
      return
    }
    const { columns, keys, namespace, rows } = block
    const chosen: Array<number> = []
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] ?? null
      if (key === null || (isWanted !== null && !isWanted(rows[i] ?? -1))) continue
      if (isWhole || this.isIn(range, key)) chosen.push(i)
    }
    this.loadAll({
      namespace,
      rows: Int32Array.from(chosen, (i) => rows[i] ?? -1),
      keys: chosen.map((i) => keys[i] ?? null),
      columns: columns.map((column) => Float64Array.from(chosen, (i) => column[i] ?? Number.NaN))
    })
  }

  /** Loads a block whose rows all hold a key. */
  private loadAll({ columns, keys, namespace }: RowBlock): void {
    if (keys.length === 0) return
    const space = this.spaces.get(namespace) ?? this.addSpace(namespace)
    const first = space.allocateAll(keys.length)
    const { cells } = space
    const { firstColumn, isInteger, stampCell, stride } = this.format
    for (let i = 0, at = first * stride + stampCell; i < keys.length; i++, at += stride) cells[at] = this.epoch
    for (let column = 0; column < columns.length; column++) {
      const values = columns[column] ?? noValues
      for (let i = 0, at = first * stride + firstColumn + column; i < values.length; i++, at += stride) {
        cells[at] = values[i] ?? Number.NaN
      }
    }
    if (isInteger) {
      for (let i = 0, at = first * stride; i < keys.length; i++, at += stride) cells[at] = Number(keys[i])
      space.integers.loadAll(keys, first)
    } else space.texts.loadAll(keys, first)
    this.entries += keys.length
    this.enter(space)
  }

  private isIn(range: { readonly from: number; readonly to: number }, key: FixedKey): boolean {
    const group = this.groupOf(key)
    return group >= range.from && group < range.to
  }

  private spaceOf(namespace: number): Space {
    if (this.current.namespace === namespace) return this.current
    if (this.former.namespace === namespace) return this.former
    return this.spaces.get(namespace) ?? this.nowhere
  }

  /** Makes a space the current one, or shows what has grown in it. */
  private enter(space: Space): void {
    if (space !== this.current && this.current !== this.nowhere) this.former = this.current
    this.current = space
    this.namespace = space.namespace
    this.cells = space.cells
    this.slots = space.integers.slots
    this.first = space.texts.first
  }

  private addSpace(namespace: number): Space {
    invariant(!Number.isNaN(namespace), "a namespace is a number")
    this.serials++
    const space = new Space({ namespace, serial: this.serials, format: this.format, pool: this.pool })
    this.spaces.set(namespace, space)
    this.ascending = null
    const entries = this.expected.get(namespace)
    if (entries === undefined) return space
    this.expected.delete(namespace)
    space.reserve(entries)
    return space
  }

  /** A running capture goes on reading the space: nobody writes to it any more. */
  private removeSpace(space: Space): void {
    this.spaces.delete(space.namespace)
    this.ascending = null
    if (this.current === space) this.enter(this.nowhere)
    if (this.former === space) this.former = this.nowhere
  }
}

const noValues = new Float64Array(0)

/** Fewer rows stay in the processor's caches by themselves. */
const aheadMin = 30_000
const aheadPauses = 7
