/** Open addressing in one `Int32Array`, two numbers to a place: the hash, and the row plus one (0: empty). HOT. */

/** Entries of a table at most: five eighths of its places. */
export const entriesMax = (length: number): number => (length * 5) >>> 4

/** The length of a table, at least `length`, that has room for so many entries. */
export const lengthFor = (entries: number, length: number): number => {
  let fitting = length
  while (entries > entriesMax(fitting)) fitting *= 2
  return fitting
}

/** Puts an entry into the next free place; `slot` is its row plus one. */
export const put = (slots: Int32Array, hash: number, slot: number): void => {
  const mask = slots.length - 1
  let at = (hash << 1) & mask
  while (slots[at + 1] !== 0) at = (at + 2) & mask
  slots[at] = hash
  slots[at + 1] = slot
}
