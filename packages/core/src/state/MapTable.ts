/**
 * HOT. The map layout of a keyed table: per namespace and key group one `Map`, entries stamped for copy-on-write.
 *
 * Keeps V1 and V2 by the stamp of an entry, `2 * epoch + owned`:
 * - an entry whose stamp is older than the epoch has not been written since the last barrier, so a running capture still
 *   needs its value; the first write keeps the old value in the entry (`set`) or copies it first (`acquire`);
 * - `owned` says that nobody outside the table has the value, so that `acquire` may hand it out for mutation.
 *
 * Budget: `acquire` on string keys at 0.8 of a hand loop over one `Map`; no allocation per record.
 */
import { invariant } from "../model/invariant.ts"
import { type KeyValue, keyGroupCount } from "../model/keyGroups.ts"
import { deepFreeze } from "./deepFreeze.ts"
import type { KeyedTable } from "./KeyedTable.ts"
import { absent, Entry, type EntryMap, Namespace, type RowWriter, TableCapture } from "./TableCapture.ts"

export interface MapTableOptions<V> {
  readonly create: () => V
  readonly copy: (value: V) => V
  /** Freezes what `set` and `get` share; for tests. */
  readonly freeze: boolean
}

export class MapTable<V> implements KeyedTable<V> {
  private readonly create: () => V
  private readonly copy: (value: V) => V
  private readonly freeze: boolean
  private readonly spaces = new Map<number, Namespace<V>>()
  /** The two namespaces used last; nearly every record meets one of them. */
  private last: Namespace<V> = noNamespace()
  private beforeLast: Namespace<V> = noNamespace()
  private ascending: ReadonlyArray<number> | null = null
  private entries = 0
  /** Stamp of entries written since the last barrier, without and with `owned`. */
  private current = 0
  private currentOwned = 1
  private running: TableCapture<V> | null = null

  constructor(options: MapTableOptions<V>) {
    this.create = options.create
    this.copy = options.copy
    this.freeze = options.freeze
  }

  get size(): number {
    return this.entries
  }

  get(key: KeyValue, group: number, namespace: number): V | undefined {
    const entry = this.find(key, group, namespace)
    if (entry === undefined) return undefined
    entry.stamp &= ~1
    if (this.freeze) deepFreeze(entry.value)
    return entry.value
  }

  peek(key: KeyValue, group: number, namespace: number): V | undefined {
    const entry = this.find(key, group, namespace)
    return entry === undefined ? undefined : entry.value
  }

  set(key: KeyValue, group: number, namespace: number, value: V): void {
    if (this.freeze) deepFreeze(value)
    const entry = this.find(key, group, namespace)
    if (entry === undefined) {
      this.insert(key, group, namespace, new Entry(value, this.current))
      return
    }
    if (entry.stamp < this.current && this.running !== null) entry.old = entry.value
    entry.stamp = this.current
    entry.value = value
  }

  acquire(key: KeyValue, group: number, namespace: number): V {
    const entry = this.find(key, group, namespace)
    if (entry === undefined) {
      const created = new Entry(this.create(), this.currentOwned)
      this.insert(key, group, namespace, created)
      return created.value
    }
    if (entry.stamp !== this.currentOwned) this.own(entry)
    return entry.value
  }

  delete(key: KeyValue, group: number, namespace: number): void {
    const space = this.spaceOf(namespace)
    const map = space?.groups[group]
    const entry = map?.get(key)
    if (space === undefined || map === undefined || entry === undefined) return
    if (this.running !== null) this.keepFor(this.running, entry, key, group, namespace)
    map.delete(key)
    space.size--
    this.entries--
    if (space.size === 0) this.remove(space)
  }

  namespaces(): ReadonlyArray<number> {
    this.ascending ??= [...this.spaces.keys()].sort((a, b) => a - b)
    return this.ascending
  }

  drain(namespace: number, visit: (key: KeyValue, group: number, value: V) => void): void {
    const space = this.spaceOf(namespace)
    if (space === undefined) return
    // Removed first: what `visit` writes into this namespace belongs to a new one.
    this.remove(space)
    this.entries -= space.size
    for (let group = 0; group < space.groups.length; group++) {
      const map = space.groups[group]
      if (map === undefined) continue
      for (const [key, entry] of map) {
        const isShared = this.running !== null && this.keepFor(this.running, entry, key, group, namespace)
        visit(key, group, isShared && (entry.stamp & 1) === 1 ? this.copy(entry.value) : entry.value)
      }
    }
  }

  /**
   * Begins a capture of the present values; every entry is written to `writer` by the capture's slices.
   *
   * Cost: O(1); a capture that is still running is finished first, synchronously: O(entries).
   */
  capture(writer: RowWriter<V>): TableCapture<V> {
    this.running?.finish()
    invariant(this.running === null, "V1 a table has one running capture")
    this.current += 2
    this.currentOwned = this.current + 1
    const capture = new TableCapture<V>(this.spaces, this.current, writer, () => {
      this.running = null
    })
    this.running = capture
    return capture
  }

  /** Adds a restored entry. */
  load(key: KeyValue, group: number, namespace: number, value: V): void {
    invariant(this.find(key, group, namespace) === undefined, "a key is restored once", { key: String(key), namespace })
    this.insert(key, group, namespace, new Entry(value, this.currentOwned))
  }

  private find(key: KeyValue, group: number, namespace: number): Entry<V> | undefined {
    const space = this.last.at === namespace ? this.last : this.spaceOf(namespace)
    if (space === undefined) return undefined
    const map = space.groups[group]
    return map === undefined ? undefined : map.get(key)
  }

  private spaceOf(namespace: number): Namespace<V> | undefined {
    if (this.last.at === namespace) return this.last
    const space = this.beforeLast.at === namespace ? this.beforeLast : this.spaces.get(namespace)
    if (space !== undefined) this.remember(space)
    return space
  }

  private remember(space: Namespace<V>): void {
    this.beforeLast = this.last
    this.last = space
  }

  private insert(key: KeyValue, group: number, namespace: number, entry: Entry<V>): void {
    invariant(group >= 0 && group < keyGroupCount, "a key group is one of all", { group })
    const space = this.spaceOf(namespace) ?? this.addSpace(namespace)
    let map: EntryMap<V> | undefined = space.groups[group]
    if (map === undefined) {
      map = new Map()
      space.groups[group] = map
    }
    map.set(key, entry)
    space.size++
    this.entries++
  }

  private addSpace(namespace: number): Namespace<V> {
    const space = new Namespace<V>(namespace)
    this.spaces.set(namespace, space)
    this.ascending = null
    this.remember(space)
    return space
  }

  private remove(space: Namespace<V>): void {
    this.spaces.delete(space.at)
    this.ascending = null
    if (this.last === space) this.last = noNamespace()
    if (this.beforeLast === space) this.beforeLast = noNamespace()
  }

  /** Makes the value of an entry the table's own and current, copying where somebody else has it. */
  private own(entry: Entry<V>): void {
    const isNeeded = entry.stamp < this.current && this.running !== null
    if (isNeeded) entry.old = entry.value
    if (isNeeded || (entry.stamp & 1) === 0) entry.value = this.copy(entry.value)
    entry.stamp = this.currentOwned
  }

  /** Gives an entry that leaves the table to a running capture, if it still needs it; answers whether it took the value. */
  private keepFor(capture: TableCapture<V>, entry: Entry<V>, key: KeyValue, group: number, namespace: number): boolean {
    const isCurrent = entry.stamp >= this.current
    const value = isCurrent ? entry.old : entry.value
    if (value !== absent) capture.keep({ key, group, namespace, value })
    entry.old = absent
    entry.stamp = this.current | (entry.stamp & 1)
    return !isCurrent
  }
}

/** Stands for "none": no namespace equals NaN. */
const noNamespace = <V>(): Namespace<V> => new Namespace<V>(Number.NaN)
