/**
 * HOT while a checkpoint is restored. Row numbers by string key, of rows that nobody has asked for since they were loaded.
 *
 * A `Map` of a million strings takes half a second to fill, and this table a tenth of that: open addressing in one
 * `Int32Array`, the hash and the row plus one. A key leaves it for the `Map` when it is first asked for.
 */
import { hashString } from "../../model/keyGroups.ts"
import { doubledKey } from "./doubledKey.ts"

/** Five eighths of the places. */
const entriesMax = (places: number): number => (places * 5) >>> 3

/** Stands for the row of a key that has left. */
const gone = -1

/** Of the keys that are being added; its memory is used again. */
let hashes = new Int32Array(1024)

export class LoadedTexts {
  /** Keys that are still here. */
  count = 0
  private slots: Int32Array
  private readonly keyOf: (row: number) => string | null

  /** `keyOf` answers the key of a row that was added. */
  constructor(entries: number, keyOf: (row: number) => string | null) {
    let places = 16
    while (entries > entriesMax(places)) places *= 2
    this.slots = new Int32Array(places * 2)
    this.keyOf = keyOf
  }

  /** Adds the keys of rows that know them already. Fails: throws for one that is there. */
  addAll(firstRow: number, count: number): void {
    this.count += count
    while (this.count > entriesMax(this.slots.length / 2)) this.slots = doubled(this.slots)
    if (hashes.length < count) hashes = new Int32Array(count)
    // In a loop of their own, so that the memory of many places is waited for at once.
    for (let i = 0; i < count; i++) hashes[i] = hashString(this.keyOf(firstRow + i) ?? "")
    const { slots } = this
    const mask = slots.length - 1
    for (let i = 0; i < count; i++) {
      const hash = hashes[i] ?? 0
      let at = (hash << 1) & mask
      for (; slots[at + 1] !== 0; at = (at + 2) & mask) {
        if (slots[at] === hash) this.demandOther(slots[at + 1] ?? 0, firstRow + i)
      }
      slots[at] = hash
      slots[at + 1] = firstRow + i + 1
    }
  }

  private demandOther(slot: number, row: number): void {
    const key = this.keyOf(row)
    if (key !== null && this.keyOf(slot - 1) === key) throw doubledKey(key)
  }

  /** The row of a key, which leaves; or -1. */
  take(key: string): number {
    const { slots } = this
    const mask = slots.length - 1
    const hash = hashString(key)
    for (let at = (hash << 1) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
      const row = (slots[at + 1] ?? 0) - 1
      if (slots[at] !== hash || row < 0 || this.keyOf(row) !== key) continue
      slots[at + 1] = gone
      this.count--
      return row
    }
    return -1
  }
}

/** The same entries in a table twice as large; nobody has left yet. */
const doubled = (old: Int32Array): Int32Array => {
  const slots = new Int32Array(old.length * 2)
  const mask = slots.length - 1
  for (let from = 0; from < old.length; from += 2) {
    if (old[from + 1] === 0) continue
    const hash = old[from] ?? 0
    let at = (hash << 1) & mask
    while (slots[at + 1] !== 0) at = (at + 2) & mask
    slots[at] = hash
    slots[at + 1] = old[from + 1] ?? 0
  }
  return slots
}
