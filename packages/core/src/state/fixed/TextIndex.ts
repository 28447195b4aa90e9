/**
 * HOT. Row numbers by string key. A `Map` finds them: V8 keeps the hash of a string beside it, and no hash of ours comes
 * near that. A large `Map` stands still when it grows, for 0.1 s at a million entries, and it cannot hold 17 million. So
 * the keys behind the first million go to many maps, where their lookup costs twice as much.
 */
import { invariant } from "../../model/invariant.ts"
import { doubledKey } from "./doubledKey.ts"
import { LoadedTexts } from "./LoadedTexts.ts"
import { rowsPerPage } from "./rowFormat.ts"

/** Entries of the first map: with one more it would grow beyond a million. */
const firstEntriesMax = 1_048_576
const othersCount = 256

export class TextIndex {
  /** Where generated code looks before it asks for more. */
  readonly first = new Map<string, number>()
  private others: ReadonlyArray<Map<string, number>> | null = null
  /** What was restored and not asked for since; null where nothing is. */
  private loaded: LoadedTexts | null = null
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

  /** The row of a key that came after the first million, or was loaded and not asked for yet; or -1. */
  findOther(key: string): number {
    const row = this.others === null ? undefined : this.otherOf(key)?.get(key)
    if (row !== undefined) return row
    return this.loaded === null ? -1 : this.takeLoaded(this.loaded, key)
  }

  keyOf(row: number): string | null {
    return this.keys[Math.floor(row / rowsPerPage)]?.[row % rowsPerPage] ?? null
  }

  /** Makes room for so many keys to be loaded. */
  reserve(entries: number): void {
    this.loaded = new LoadedTexts(entries, (row) => this.keyOf(row))
  }

  /** Adds restored keys that are not there, which have rows one behind the other. */
  loadAll(keys: ReadonlyArray<unknown>, firstRow: number): void {
    this.loaded ??= new LoadedTexts(keys.length, (row) => this.keyOf(row))
    const isFirst = this.first.size === 0
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]
      invariant(typeof key === "string", "the keys of a block are those of its layout")
      if (!isFirst && this.first.has(key)) throw doubledKey(key)
      this.setKey(key, firstRow + i)
    }
    this.loaded.addAll(firstRow, keys.length)
  }

  /** Adds a key that is not there. */
  add(key: string, row: number): void {
    this.index(key, row)
    this.setKey(key, row)
  }

  private takeLoaded(loaded: LoadedTexts, key: string): number {
    const row = loaded.take(key)
    if (row === -1) return -1
    this.index(key, row)
    if (loaded.count === 0) this.loaded = null
    return row
  }

  private index(key: string, row: number): void {
    const map = this.first.size < this.firstMax ? this.first : this.otherFor(key)
    const { size } = map
    map.set(key, row)
    if (map.size === size) throw doubledKey(key)
  }

  private setKey(key: string, row: number): void {
    const page = Math.floor(row / rowsPerPage)
    const keys = this.keys[page]
    if (keys === undefined) this.keys[page] = [key]
    else keys[row % rowsPerPage] = key
  }

  /** Removes a key that is there. */
  remove(key: string, row: number): void {
    if (!this.first.delete(key) && this.otherOf(key)?.delete(key) !== true) this.loaded?.take(key)
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
