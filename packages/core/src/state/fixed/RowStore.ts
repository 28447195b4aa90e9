/**
 * HOT. The rows of one keyed state off-heap, by key and namespace. Generated code works on the rows themselves:
 *
 *   let at = rows.seekText(key, start)
 *   if (at < 0) at = rows.create(key, start)   // its columns are then to be set, all of them
 *   rows.slab[at + 1] += 1
 *
 * An offset holds until the next call. `seek…` is a promise to write: the row counts as changed.
 *
 * Budget: no allocation per record; one comparison of a stamp for captures and increments together.
 */
import { invariant } from "../../model/invariant.ts"
import { hashInteger, hashString, type KeyValue, keyGroupOf } from "../../model/keyGroups.ts"
import { Captures } from "./Captures.ts"
import { spreadInteger } from "./IntegerIndex.ts"
import type { Cut, FixedCapture, FixedLayout, RowBlock } from "./RowBlock.ts"
import { type RowFormat, rowFormatOf, rowsPerPage } from "./rowFormat.ts"
import { Space } from "./Space.ts"

export type FixedKey = number | string

export class RowStore {
  /** Where the row that was last sought or created lies. */
  slab: Float64Array = noCells
  /** As in the format, one step nearer for the hot path. */
  private readonly stride: number
  private readonly stampCell: number
  /** The stamp of what is changed now. */
  private epoch = 0
  /** Keeps the loop of `warm` from being taken for useless. */
  warmed = 0
  private readonly format: RowFormat
  private readonly spaces = new Map<number, Space>()
  /** The two namespaces used last; nearly every record meets one of them. */
  private last: Space = nowhere
  private beforeLast: Space = nowhere
  private ascending: ReadonlyArray<number> | null = null
  private serials = 0
  private entries = 0
  private readonly captures: Captures

  constructor(layout: FixedLayout) {
    this.format = rowFormatOf(layout)
    this.stride = this.format.stride
    this.stampCell = this.format.stampCell
    this.captures = new Captures(this.format)
  }

  get size(): number {
    return this.entries
  }

  /** The offset of a key's row, or -1. Cost: two cache misses where the state is large. */
  seekInteger(key: number, namespace: number): number {
    const space = this.last.namespace === namespace ? this.last : this.spaceOf(namespace)
    const hash = spreadInteger(key)
    const index = space.integers
    const slots = index.directory[(hash >>> 1) >>> index.shift] ?? noSlots
    const mask = slots.length - 1
    let place = (hash << 1) & mask
    for (;;) {
      const row = (slots[place + 1] ?? 0) - 1
      if (row < 0) return -1
      if (slots[place] === hash) {
        const slab = space.slabs[row >>> 16] ?? noCells
        const at = (row & 0xffff) * this.stride
        if (slab[at] === key) {
          if (slab[at + this.stampCell] !== this.epoch) this.touch(space, row)
          this.slab = slab
          return at
        }
      }
      place = (place + 2) & mask
    }
  }

  /** As {@link seekInteger}, for strings. */
  seekText(key: string, namespace: number): number {
    const space = this.last.namespace === namespace ? this.last : this.spaceOf(namespace)
    const row = space.texts.find(key)
    if (row === -1) return -1
    const slab = space.slabs[row >>> 16] ?? noCells
    const at = (row & 0xffff) * this.stride
    if (slab[at] !== this.epoch) this.touch(space, row)
    this.slab = slab
    return at
  }

  /**
   * Looks at the rows of a batch's integer keys before they are sought one after the other. Nothing changes but the
   * processor's caches: in this short loop their misses overlap, in the long one of a chain each would be waited for.
   */
  warm(keys: ReadonlyArray<KeyValue>): void {
    const space = this.last
    if (space.entries < warmMin) return
    const { directory, shift } = space.integers
    const { stride } = this
    let seen = 0
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]
      if (typeof key !== "number") continue
      const hash = spreadInteger(key)
      const slots = directory[(hash >>> 1) >>> shift] ?? noSlots
      const row = (slots[((hash << 1) & (slots.length - 1)) + 1] ?? 0) - 1
      const slab = space.slabs[row >>> 16] ?? noCells
      seen += slab[(row & 0xffff) * stride] ?? 0
    }
    this.warmed = seen
  }

  seek(key: FixedKey, namespace: number): number {
    return typeof key === "number" ? this.seekInteger(key, namespace) : this.seekText(key, namespace)
  }

  /** As `seek`, to read only: the row does not count as changed. */
  look(key: FixedKey, namespace: number): number {
    const space = this.spaceOf(namespace)
    const row = typeof key === "number" ? space.integers.find(key) : space.texts.find(key)
    if (row === -1) return -1
    this.slab = space.slabOf(row)
    return space.offsetOf(row)
  }

  /** The offset of a new row for a key that has none; the caller sets all columns. */
  create(key: FixedKey, namespace: number): number {
    const fits = this.format.isInteger ? Number.isSafeInteger(key) : typeof key === "string"
    invariant(fits, "a key is what the schema of keys says", { key: String(key) })
    const known = this.spaceOf(namespace)
    const space = known === nowhere ? this.addSpace(namespace) : known
    const row = space.allocate()
    this.touch(space, row)
    this.entries++
    const slab = space.slabOf(row)
    const at = space.offsetOf(row)
    if (typeof key === "number") {
      slab[at] = key
      space.integers.add(key, row)
    } else {
      this.captures.keepKeys(space, row)
      space.texts.add(key, row)
    }
    this.slab = slab
    return at
  }

  delete(key: FixedKey, namespace: number): void {
    const space = this.spaceOf(namespace)
    const row = typeof key === "number" ? space.integers.find(key) : space.texts.find(key)
    if (row === -1) return
    this.entries--
    if (space.entries === 1) {
      this.removeSpace(space)
      return
    }
    this.touch(space, row)
    if (typeof key === "number") {
      space.integers.remove(key)
      space.slabOf(row)[space.offsetOf(row)] = Number.NaN
    } else {
      this.captures.keepKeys(space, row)
      space.texts.remove(key, row)
    }
    space.giveBack(row)
  }

  namespaces(): ReadonlyArray<number> {
    this.ascending ??= [...this.spaces.keys()].sort((a, b) => a - b)
    return this.ascending
  }

  /** Visits and removes every row of a namespace, in the order of their numbers. */
  drain(namespace: number, visit: (key: FixedKey, slab: Float64Array, at: number) => void): void {
    const space = this.spaceOf(namespace)
    if (space === nowhere) return
    // Removed first: what `visit` writes into this namespace belongs to a new space.
    this.removeSpace(space)
    this.entries -= space.entries
    for (let row = 0; row < space.rowsEnd; row++) {
      const slab = space.slabOf(row)
      const at = space.offsetOf(row)
      const key = this.format.isInteger ? (slab[at] ?? Number.NaN) : space.texts.keyOf(row)
      // NaN and null mark free rows.
      if (key !== null && !Number.isNaN(key)) visit(key, slab, at)
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

  load(
    block: RowBlock,
    range: { readonly from: number; readonly to: number },
    isWanted: (row: number) => boolean
  ): void {
    for (const [i, key] of block.keys.entries()) {
      if (key === null || !isWanted(block.rows[i] ?? -1)) continue
      const group = this.groupOf(key)
      if (group < range.from || group >= range.to) continue
      invariant(this.look(key, block.namespace) === -1, "a key is restored once", { namespace: block.namespace })
      const first = this.create(key, block.namespace) + this.format.firstColumn
      for (const [column, values] of block.columns.entries()) this.slab[first + column] = values[i] ?? Number.NaN
    }
  }

  /** The first change of a row since the last capture. */
  private touch(space: Space, row: number): void {
    const page = Math.floor(row / rowsPerPage)
    if (space.touched[page] !== this.epoch) {
      this.captures.keepPage(space, page)
      space.touched[page] = this.epoch
    }
    space.slabOf(row)[space.offsetOf(row) + this.stampCell] = this.epoch
  }

  private spaceOf(namespace: number): Space {
    if (this.last.namespace === namespace) return this.last
    const space = this.beforeLast.namespace === namespace ? this.beforeLast : this.spaces.get(namespace)
    if (space === undefined) return nowhere
    this.beforeLast = this.last
    this.last = space
    return space
  }

  private addSpace(namespace: number): Space {
    invariant(!Number.isNaN(namespace), "a namespace is a number")
    this.serials++
    const space = new Space({ namespace, serial: this.serials, stride: this.stride })
    this.spaces.set(namespace, space)
    this.ascending = null
    this.beforeLast = this.last
    this.last = space
    return space
  }

  /** A running capture goes on reading the space: nobody writes to it any more. */
  private removeSpace(space: Space): void {
    this.spaces.delete(space.namespace)
    this.ascending = null
    if (this.last === space) this.last = nowhere
    if (this.beforeLast === space) this.beforeLast = nowhere
  }
}

/** Fewer rows stay in the caches by themselves. */
const warmMin = 30_000

const noCells = new Float64Array(0)
const noSlots = new Int32Array(2)

/** Stands for "none", without any row: no namespace equals NaN. */
const nowhere = new Space({ namespace: Number.NaN, serial: 0, stride: 0 })
