/**
 * HOT. Row numbers by string key. A `Map` finds them: V8 keeps the hash of a string beside it, and no hash of ours comes
 * near that. Once there are many keys they are spread over several maps, since a large `Map` stands still for 40-200 ms
 * when it grows.
 */
import { rowsPerPage } from "./pages.ts"

/** Entries of a single map at most. */
const singleMax = 8_192
const mapsCount = 256

export class TextIndex {
  /** One map, or {@link mapsCount} of them. */
  maps: Array<Map<string, number>> = [new Map()]
  /** By page, then by place in the page; null where a row is free. */
  readonly keys: Array<Array<string | null>> = []

  /** The row of a key, or -1. HOT. */
  find(key: string): number {
    const map = this.maps.length === 1 ? this.maps[0] : this.maps[spreadText(key)]
    const row = map === undefined ? undefined : map.get(key)
    return row === undefined ? -1 : row
  }

  keyOf(row: number): string | null {
    return this.keys[Math.floor(row / rowsPerPage)]?.[row % rowsPerPage] ?? null
  }

  /** Adds a key that is not there. */
  add(key: string, row: number): void {
    const [only] = this.maps
    if (this.maps.length === 1 && only !== undefined && only.size >= singleMax) this.spread(only)
    this.mapOf(key)?.set(key, row)
    const page = Math.floor(row / rowsPerPage)
    const keys = this.keys[page]
    if (keys === undefined) this.keys[page] = [key]
    else keys[row % rowsPerPage] = key
  }

  /** Removes a key that is there. */
  remove(key: string, row: number): void {
    this.mapOf(key)?.delete(key)
    const keys = this.keys[Math.floor(row / rowsPerPage)]
    if (keys !== undefined) keys[row % rowsPerPage] = null
  }

  private mapOf(key: string): Map<string, number> | undefined {
    return this.maps.length === 1 ? this.maps[0] : this.maps[spreadText(key)]
  }

  private spread(only: Map<string, number>): void {
    this.maps = Array.from({ length: mapsCount }, () => new Map<string, number>())
    for (const [key, row] of only) this.mapOf(key)?.set(key, row)
  }
}

/** A number below {@link mapsCount} from a few characters: keys that differ elsewhere only share a map, no more. HOT. */
const spreadText = (key: string): number => {
  const { length } = key
  if (length < 3) return length
  return (
    ((key.charCodeAt(length - 1) * 31 + key.charCodeAt(length - 2)) * 31 +
      key.charCodeAt(length - 3) +
      key.charCodeAt(length >>> 1) * 17) &
    (mapsCount - 1)
  )
}
