/**
 * HOT. The map layout of a keyed table: one `Map` per namespace and key group, and nothing per entry: outside of captures
 * an access costs what the maps cost. While a capture is being written, the first change of an entry that it still needs
 * keeps the old value beside the map (see TableCapture.ts).
 *
 * Keeps V1 so, and V2 by the table's `copy`: `set` takes a copy and `get` answers one. For immutable values `copy` is the
 * identity.
 *
 * Budget: `acquire` on string keys at 0.8 of a hand loop over one `Map`; no allocation per record.
 */
import { invariant } from "../model/invariant.ts"
import { type KeyValue, keyGroupCount } from "../model/keyGroups.ts"
import { deepFreeze } from "./deepFreeze.ts"
import type { KeyedTable } from "./KeyedTable.ts"
import { Namespace, Part, type RowWriter, rowsPerStep, TableCapture } from "./TableCapture.ts"

export interface MapTableOptions<V> {
  readonly create: () => V
  readonly copy: (value: V) => V
  /** Freezes what `set` takes and `get` answers; for tests. */
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
  private captures = 0
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
    const value = this.peek(key, group, namespace)
    if (value === undefined) return undefined
    const answer = this.copy(value)
    if (this.freeze) deepFreeze(answer)
    return answer
  }

  peek(key: KeyValue, group: number, namespace: number): V | undefined {
    const space = this.last.at === namespace ? this.last : this.spaceOf(namespace)
    if (space === undefined) return undefined
    const values = space.values[group]
    return values === undefined ? undefined : values.get(key)
  }

  set(key: KeyValue, group: number, namespace: number, value: V): void {
    if (this.freeze) deepFreeze(value)
    const stored = this.copy(value)
    const space = this.last.at === namespace ? this.last : this.spaceOf(namespace)
    if (space !== undefined && this.running === null && stored !== undefined) {
      const values = space.values[group]
      if (values !== undefined) {
        const before = values.size
        values.set(key, stored)
        if (values.size !== before) this.grow(space)
        return
      }
    }
    this.put(key, group, namespace, stored)
  }

  /**
   * The accumulator of a key, created by the table's `create` if it is missing, that the caller may mutate until it
   * returns to the task loop. Copied first (the table's `copy`) where a running capture still needs the old value. HOT.
   */
  acquire(key: KeyValue, group: number, namespace: number): V {
    const space = this.last.at === namespace ? this.last : this.spaceOf(namespace)
    if (space !== undefined) {
      const values = space.values[group]
      if (values !== undefined) {
        const value = values.get(key)
        if (value !== undefined)
          return this.running === null ? value : this.protect(this.running, space, group, key, value)
      }
    }
    const created = this.create()
    this.put(key, group, namespace, created)
    return created
  }

  update(key: KeyValue, group: number, namespace: number, change: (accumulator: V) => void): void {
    change(this.acquire(key, group, namespace))
  }

  delete(key: KeyValue, group: number, namespace: number): void {
    const space = this.spaceOf(namespace)
    const part = space?.parts[group]
    if (space === undefined || part === undefined || !part.values.has(key)) return
    if (this.running !== null) this.running.keep(part, key)
    part.values.delete(key)
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
    for (const part of space.parts) {
      if (part === undefined) continue
      const capture = this.running
      for (const [key, value] of part.values) {
        visit(key, part.group, capture?.needs(part, key) === true ? this.copy(value) : value)
      }
    }
  }

  visit(namespace: number, visitor: (key: KeyValue, group: number, value: V) => void): void {
    for (const part of this.spaceOf(namespace)?.parts ?? []) {
      if (part === undefined) continue
      for (const [key, value] of part.values) visitor(key, part.group, value)
    }
  }

  /**
   * Begins a capture of the present values; each is written to `writer` by the capture's steps.
   *
   * Cost: O(1); but a capture that is still running is finished first, synchronously: O(its entries left).
   */
  capture(writer: RowWriter<V>, rowsAtOnce = rowsPerStep): TableCapture<V> {
    this.running?.finish()
    invariant(this.running === null, "V1 a table has one running capture")
    this.captures++
    const ended = (): void => {
      this.running = null
    }
    const options = { id: this.captures, writer, rowsPerStep: rowsAtOnce, ended }
    this.running = new TableCapture<V>(this.spaces, options)
    return this.running
  }

  /** Adds a restored entry. */
  load(key: KeyValue, group: number, namespace: number, value: V): void {
    const before = this.entries
    this.put(key, group, namespace, value)
    invariant(this.entries === before + 1, "a key is restored once", { key: String(key), namespace })
  }

  private put(key: KeyValue, group: number, namespace: number, value: V): void {
    invariant(value !== undefined, "a state holds no undefined: that means no value")
    const space = this.spaceOf(namespace) ?? this.addSpace(namespace)
    const part = space.parts[group] ?? this.addPart(space, group)
    if (this.running !== null) this.running.keep(part, key)
    const before = part.values.size
    part.values.set(key, value)
    if (part.values.size !== before) this.grow(space)
  }

  private grow(space: Namespace<V>): void {
    space.size++
    this.entries++
  }

  /** The value to mutate while a capture is running: a copy, if the capture still needs what is there. */
  private protect(capture: TableCapture<V>, space: Namespace<V>, group: number, key: KeyValue, value: V): V {
    const part = space.parts[group]
    if (part === undefined || !capture.keep(part, key)) return value
    const copy = this.copy(value)
    part.values.set(key, copy)
    return copy
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

  private addSpace(namespace: number): Namespace<V> {
    const space = new Namespace<V>(namespace)
    this.spaces.set(namespace, space)
    this.ascending = null
    this.remember(space)
    return space
  }

  private addPart(space: Namespace<V>, group: number): Part<V> {
    invariant(group >= 0 && group < keyGroupCount, "a key group is one of all", { group })
    const part = new Part<V>(space.at, group, this.captures)
    space.parts[group] = part
    space.values[group] = part.values
    return part
  }

  private remove(space: Namespace<V>): void {
    this.running?.keepAll(space)
    this.spaces.delete(space.at)
    this.ascending = null
    if (this.last === space) this.last = noNamespace()
    if (this.beforeLast === space) this.beforeLast = noNamespace()
  }
}

/** Stands for "none": no namespace equals NaN. */
const noNamespace = <V>(): Namespace<V> => new Namespace<V>(Number.NaN)
