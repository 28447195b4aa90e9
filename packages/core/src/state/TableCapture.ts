/**
 * The view of one table at a barrier, and the slices in which it is written while the table goes on changing.
 */
import type { KeyValue } from "../model/keyGroups.ts"

/** No old value is kept. */
export const absent: unique symbol = Symbol("absent")

/** One value of a table. `stamp` is explained in MapTable.ts. */
export class Entry<V> {
  value: V
  stamp: number
  /** The value at the barrier of the running capture, if the entry was changed since and is not written yet. */
  old: V | typeof absent = absent

  constructor(value: V, stamp: number) {
    this.value = value
    this.stamp = stamp
  }
}

export type EntryMap<V> = Map<KeyValue, Entry<V>>

/** All entries of one window start, timer or, at 0, of a table without windows. */
export class Namespace<V> {
  readonly at: number
  /** By key group. */
  readonly groups: Array<EntryMap<V> | undefined> = []
  size = 0

  constructor(at: number) {
    this.at = at
  }
}

export interface RowWriter<V> {
  readonly row: (key: KeyValue, group: number, namespace: number, value: V) => void
}

/** What left the table before it was written. */
interface KeptRow<V> {
  readonly key: KeyValue
  readonly group: number
  readonly namespace: number
  readonly value: V
}

/** Entries looked at between two looks at the clock. */
const entriesPerSlice = 128

export class TableCapture<V> {
  private readonly kept: Array<KeptRow<V>> = []
  private readonly slices: Iterator<undefined>
  private readonly ended: () => void
  private isOver = false
  private problem: unknown = null

  /** `stamp` is the stamp of entries written after the barrier. */
  constructor(spaces: ReadonlyMap<number, Namespace<V>>, stamp: number, writer: RowWriter<V>, ended: () => void) {
    this.slices = slicesOf({ spaces, stamp, writer, kept: this.kept })
    this.ended = ended
  }

  /** Keeps an entry that leaves the table. */
  keep(row: KeptRow<V>): void {
    this.kept.push(row)
  }

  /** Writes the next entries; false when all are written. Fails: throws what the writer throws, every time. */
  step(): boolean {
    if (this.problem !== null) throw this.problem
    if (this.isOver) return false
    try {
      if (this.slices.next().done !== true) return true
    } catch (error) {
      this.problem = error
      this.release()
      throw error
    }
    this.release()
    return false
  }

  /** Writes the rest at once; a failure is told by the next `step`. Cost: O(entries left). */
  finish(): void {
    try {
      while (this.step());
    } catch (error) {
      this.problem = error
    }
  }

  /** Ends the capture; the table no longer keeps anything for it. */
  release(): void {
    if (this.isOver) return
    this.isOver = true
    this.kept.length = 0
    this.ended()
  }
}

interface CaptureView<V> {
  readonly spaces: ReadonlyMap<number, Namespace<V>>
  readonly stamp: number
  readonly writer: RowWriter<V>
  readonly kept: ReadonlyArray<KeptRow<V>>
}

/**
 * Maps are walked while they change: what is deleted is kept elsewhere, what is added carries the new stamp and is passed
 * over. An entry is stamped when it is written, which says that nobody needs its value any more.
 */
function* slicesOf<V>({ spaces, stamp, writer, kept }: CaptureView<V>): Generator<undefined> {
  let seen = 0
  for (const space of spaces.values()) {
    seen += 8
    for (let group = 0; group < space.groups.length; group++) {
      const map = space.groups[group]
      if (map === undefined) continue
      for (const [key, entry] of map) {
        writeEntry(entry, key, group, space.at, stamp, writer)
        if (++seen >= entriesPerSlice) {
          seen = 0
          yield
        }
      }
    }
  }
  for (const row of kept) {
    writer.row(row.key, row.group, row.namespace, row.value)
    if (++seen >= entriesPerSlice) {
      seen = 0
      yield
    }
  }
}

const writeEntry = <V>(
  entry: Entry<V>,
  key: KeyValue,
  group: number,
  namespace: number,
  stamp: number,
  writer: RowWriter<V>
): void => {
  if (entry.stamp < stamp) {
    writer.row(key, group, namespace, entry.value)
    entry.stamp = stamp | (entry.stamp & 1)
    entry.old = absent // left over from a capture that was given up
  } else if (entry.old !== absent) {
    writer.row(key, group, namespace, entry.old)
    entry.old = absent
  }
}
