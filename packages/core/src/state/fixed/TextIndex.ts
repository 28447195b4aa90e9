/**
 * HOT. Row numbers by string key. A `Map` finds them: V8 keeps the hash of a string beside it, and no hash of ours comes
 * near that. A large `Map` stands still when it grows, for 0.1 s at a million entries, and it cannot hold 17 million. So
 * the keys behind the first million go to many maps, where their lookup costs twice as much.
 */
import { invariant } from "../../model/invariant.ts"
import { doubledKey } from "./doubledKey.ts"
import { rowsPerPage } from "./rowFormat.ts"

/** Entries of the first map: with one more it would grow beyond a million. */
const firstEntriesMax = 1_048_576
const othersCount = 256

export class TextIndex {
  /** Where generated code looks before it asks for more. */
  readonly first = new Map<string, number>()
  private others: ReadonlyArray<Map<string, number>> | null = null
  /** By page, then by place in the page; null where a row is free. */
  readonly keys: Array<Array<string | null>> = []
  private readonly firstMax: number

  constructor(firstMax = firstEntriesMax) {
    this.firstMax = firstMax
  }

  /** The row of a key, or -1. HOT. */
  find(key: string): number {
    const row = this.first.get(key)
    return row === undefined ? this.findOther(key) : row
  }

  /** The row of a key that came after the first million, or -1. */
  findOther(key: string): number {
    return this.others === null ? -1 : (this.otherOf(key)?.get(key) ?? -1)
  }

  keyOf(row: number): string | null {
    return this.keys[Math.floor(row / rowsPerPage)]?.[row % rowsPerPage] ?? null
  }

  /** Adds a key that is not there. */
  add(key: string, row: number): void {
    const map = this.first.size < this.firstMax ? this.first : this.otherFor(key)
    const { size } = map
    map.set(key, row)
    if (map.size === size) throw doubledKey(key)
    const page = Math.floor(row / rowsPerPage)
    const keys = this.keys[page] ?? new Array<string | null>(rowsPerPage).fill(null)
    keys[row % rowsPerPage] = key
    this.keys[page] = keys
  }

  /** Removes a key that is there. */
  remove(key: string, row: number): void {
    if (!this.first.delete(key)) this.otherOf(key)?.delete(key)
    const keys = this.keys[Math.floor(row / rowsPerPage)]
    if (keys !== undefined) keys[row % rowsPerPage] = null
  }

  private otherOf(key: string): Map<string, number> | undefined {
    return this.others?.[spreadText(key)]
  }

  private otherFor(key: string): Map<string, number> {
    this.others ??= Array.from({ length: othersCount }, () => new Map<string, number>())
    const other = this.otherOf(key)
    invariant(other !== undefined, "every key has a map")
    return other
  }
}

/** A number below {@link othersCount} from a few characters: keys that differ elsewhere only share a map, no more. */
const spreadText = (key: string): number => {
  const { length } = key
  if (length < 3) return length
  return (
    ((key.charCodeAt(length - 1) * 31 + key.charCodeAt(length - 2)) * 31 +
      key.charCodeAt(length - 3) +
      key.charCodeAt(length >>> 1) * 17) &
    (othersCount - 1)
  )
}
