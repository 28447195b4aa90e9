/**
 * HOT. Row numbers by integer key: open addressing over `Int32Array` segments that split when they are full.
 *
 * The top bits of a hash choose the segment (extendible hashing), its low bits the place. A place is two numbers beside
 * each other: the hash, and the row plus one (0: empty). So hardly any row of another key is looked at, and growth does
 * not look at rows at all: no step of it moves more than {@link entriesMax} entries, which nobody feels.
 */
import { invariant } from "../../model/invariant.ts"

const placesMin = 16
const placesMax = 16_384
/** Entries of a segment: five eighths of its places. */
const entriesMax = (places: number): number => (places * 5) >>> 3
/** The directory uses at most 16 bits of a hash: beyond that segments grow. */
const depthMax = 16

/** Spreads integers over 32 bits; never stored, so it may change. HOT. */
export const spreadInteger = (key: number): number => {
  let h = key | 0
  // Beyond 32 bits the upper half is mixed in.
  if (h !== key) h ^= Math.imul((key / 4_294_967_296) | 0, 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

interface Segment {
  slots: Int32Array
  count: number
  /** Top bits of the hash that all entries share. */
  depth: number
}

export class IntegerIndex {
  /** By the top `31 - shift` bits of the hash; several places may hold one segment. */
  directory: Array<Int32Array>
  shift = 31
  private segments: Array<Segment>
  private readonly keyOf: (row: number) => number

  /** `keyOf` answers the key of a row that is in the index. */
  constructor(keyOf: (row: number) => number) {
    this.keyOf = keyOf
    const slots = new Int32Array(placesMin * 2)
    this.directory = [slots]
    this.segments = [{ slots, count: 0, depth: 0 }]
  }

  /** The row of a key, or -1. `RowStore.seekInteger` does the same by itself. */
  find(key: number): number {
    const hash = spreadInteger(key)
    const { slots } = this.segmentOf(hash)
    const at = this.slotOf(slots, hash, key)
    return at === -1 ? -1 : rowAt(slots, at)
  }

  /** Adds a key that is not there. */
  add(key: number, row: number): void {
    const hash = spreadInteger(key)
    let segment = this.segmentOf(hash)
    while (segment.count >= entriesMax(segment.slots.length / 2)) {
      this.grow(segment, hash)
      segment = this.segmentOf(hash)
    }
    put(segment, hash, row + 1)
  }

  /** Removes a key that is there. */
  remove(key: number): void {
    const hash = spreadInteger(key)
    const segment = this.segmentOf(hash)
    const { slots } = segment
    let hole = this.slotOf(slots, hash, key)
    invariant(hole !== -1, "a key that is removed is in the index", { key })
    const mask = slots.length - 1
    // What follows moves up, unless it already stands where its hash wants it: no marks of removal are left behind.
    for (let at = (hole + 2) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
      const home = ((slots[at] ?? 0) << 1) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      slots[hole] = slots[at] ?? 0
      slots[hole + 1] = slots[at + 1] ?? 0
      hole = at
    }
    slots[hole + 1] = 0
    segment.count--
  }

  private slotOf(slots: Int32Array, hash: number, key: number): number {
    const mask = slots.length - 1
    for (let at = (hash << 1) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
      if (slots[at] === hash && this.keyOf(rowAt(slots, at)) === key) return at
    }
    return -1
  }

  private segmentOf(hash: number): Segment {
    const segment = this.segments[(hash >>> 1) >>> this.shift]
    invariant(segment !== undefined, "every hash has a segment")
    return segment
  }

  private grow(segment: Segment, hash: number): void {
    if (segment.slots.length < placesMax * 2 || segment.depth === depthMax) this.enlarge(segment, hash)
    else this.split(segment, hash)
  }

  private enlarge(segment: Segment, hash: number): void {
    const old = segment.slots
    segment.slots = new Int32Array(old.length * 2)
    segment.count = 0
    for (let at = 0; at < old.length; at += 2) {
      const row = old[at + 1] ?? 0
      if (row !== 0) put(segment, old[at] ?? 0, row)
    }
    this.point(segment, hash)
  }

  private split(segment: Segment, hash: number): void {
    if (segment.depth === 31 - this.shift) this.doubleDirectory()
    const old = segment.slots
    segment.depth++
    segment.slots = new Int32Array(old.length)
    segment.count = 0
    const other: Segment = { slots: new Int32Array(old.length), count: 0, depth: segment.depth }
    const bit = 1 << (32 - segment.depth)
    for (let at = 0; at < old.length; at += 2) {
      const row = old[at + 1] ?? 0
      const each = old[at] ?? 0
      if (row !== 0) put((each & bit) === 0 ? segment : other, each, row)
    }
    this.point(segment, hash & ~bit)
    this.point(other, hash | bit)
  }

  private doubleDirectory(): void {
    this.segments = this.segments.flatMap((segment) => [segment, segment])
    this.directory = this.segments.map((segment) => segment.slots)
    this.shift--
  }

  /** Writes a segment to all its places; `hash` is any that belongs to it. */
  private point(segment: Segment, hash: number): void {
    const places = 1 << (31 - this.shift - segment.depth)
    const first = ((hash >>> 1) >>> this.shift) & -places
    for (let place = first; place < first + places; place++) {
      this.segments[place] = segment
      this.directory[place] = segment.slots
    }
  }
}

const rowAt = (slots: Int32Array, at: number): number => (slots[at + 1] ?? 0) - 1

/** `row` counts from one. */
const put = (segment: Segment, hash: number, row: number): void => {
  const { slots } = segment
  const mask = slots.length - 1
  let at = (hash << 1) & mask
  while (slots[at + 1] !== 0) at = (at + 2) & mask
  slots[at] = hash
  slots[at + 1] = row
  segment.count++
}
