/**
 * HOT while a checkpoint is restored. Row numbers by string key, of rows that nobody has asked for since they were loaded.
 *
 * To fill a `Map` with all of them was most of the time of a restore; this table takes them by open addressing, and a key
 * leaves it for the `Map` when it is first asked for.
 */
import { hashString } from "../../model/keyGroups.ts"
import { doubledKey } from "./doubledKey.ts"
import { entriesMax, lengthFor, put } from "./openAddressing.ts"

const lengthMin = 32

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
    this.slots = new Int32Array(lengthFor(entries, lengthMin))
    this.keyOf = keyOf
  }

  /** Adds the keys of rows that know them already. Fails: throws for one that is there. */
  addAll(firstRow: number, count: number): void {
    this.count += count
    if (this.count > entriesMax(this.slots.length)) this.slots = grown(this.slots, this.count)
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

/** The entries that are still here, in a table with room for so many. */
const grown = (old: Int32Array, entries: number): Int32Array => {
  const slots = new Int32Array(lengthFor(entries, old.length))
  for (let from = 0; from < old.length; from += 2) {
    const slot = old[from + 1] ?? 0
    if (slot > 0) put(slots, old[from] ?? 0, slot)
  }
  return slots
}
