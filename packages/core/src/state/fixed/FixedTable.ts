/**
 * The off-heap layout of a keyed table: values of fixed width in rows of numbers. It answers and takes objects; generated
 * code works on the rows themselves, see RowStore.ts.
 *
 * Keeps V1 by B2 of RowBlock.ts, and V2 because an object is never shared with the table.
 */
import type { CheckpointId } from "../../model/ids.ts"
import { invariant } from "../../model/invariant.ts"
import type { KeyValue } from "../../model/keyGroups.ts"
import { deepFreeze } from "../deepFreeze.ts"
import type { KeyedStateDescriptor } from "../KeyedStateDescriptor.ts"
import type { KeyedTable } from "../KeyedTable.ts"
import type { Cut, FixedCapture, FixedLayout, FixedRows, LoadFilter, RowBlock } from "./RowBlock.ts"
import { type FixedKey, RowStore } from "./RowStore.ts"
import { misfitOf } from "./rowCode.ts"
import { makeRowCodec, type RowCodec } from "./rowCodec.ts"
import { fixedTreeOf } from "./rowShape.ts"

export interface FixedTableOptions<V> {
  readonly descriptor: KeyedStateDescriptor<V>
  /** What `layoutOf` has answered for the descriptor. */
  readonly layout: FixedLayout
  /** Freezes what `set` takes and `get` answers; for tests. */
  readonly freeze: boolean
}

export class FixedTable<V> implements KeyedTable<V>, FixedRows {
  readonly layout: FixedLayout
  /** The rows themselves, for generated code. */
  readonly rows: RowStore
  private readonly descriptor: KeyedStateDescriptor<V>
  private readonly freeze: boolean
  private readonly read: (cells: Float64Array, at: number) => V
  private readonly codec: RowCodec

  constructor({ descriptor, freeze, layout }: FixedTableOptions<V>) {
    const codec = makeRowCodec({ tree: fixedTreeOf(descriptor.value), layout, misfit: misfitOf(descriptor) })
    this.layout = layout
    this.rows = new RowStore(layout)
    this.descriptor = descriptor
    this.freeze = freeze
    // The seam between the schema's static type and the untyped walk over its syntax tree: rows were written from V.
    this.read = (cells, at) => codec.read(cells, at) as V
    this.codec = codec
  }

  get size(): number {
    return this.rows.size
  }

  get(key: KeyValue, _group: number, namespace: number): V | undefined {
    const at = isFixedKey(key) ? this.rows.look(key, namespace) : -1
    if (at === -1) return undefined
    const value = this.read(this.rows.cells, at)
    if (this.freeze) deepFreeze(value)
    return value
  }

  peek(key: KeyValue, group: number, namespace: number): V | undefined {
    return this.get(key, group, namespace)
  }

  set(key: KeyValue, _group: number, namespace: number, value: V): void {
    invariant(value !== undefined, "a state holds no undefined: that means no value")
    const place = fixedKey(key)
    if (this.freeze) deepFreeze(value)
    this.write(place, namespace, value)
  }

  update(key: KeyValue, _group: number, namespace: number, change: (accumulator: V) => void): void {
    const place = fixedKey(key)
    const at = this.rows.look(place, namespace)
    const accumulator = at === -1 ? this.descriptor.create() : this.read(this.rows.cells, at)
    change(accumulator)
    this.write(place, namespace, accumulator)
  }

  delete(key: KeyValue, _group: number, namespace: number): void {
    if (isFixedKey(key)) this.rows.delete(key, namespace)
  }

  namespaces(): ReadonlyArray<number> {
    return this.rows.namespaces()
  }

  drain(namespace: number, visit: (key: KeyValue, group: number, value: V) => void): void {
    this.rows.drain(namespace, (key, cells, at) => visit(key, this.rows.groupOf(key), this.read(cells, at)))
  }

  visit(namespace: number, visitor: (key: KeyValue, group: number, value: V) => void): void {
    this.rows.visit(namespace, (key, cells, at) => visitor(key, this.rows.groupOf(key), this.read(cells, at)))
  }

  capture(cut: Cut): FixedCapture {
    return this.rows.capture(cut)
  }

  forgetBefore(checkpoint: CheckpointId): void {
    this.rows.forgetBefore(checkpoint)
  }

  expect(namespace: number, entries: number): void {
    this.rows.expect(namespace, entries)
  }

  load(block: RowBlock, filter: LoadFilter): void {
    this.rows.load(block, filter)
  }

  /** Fails: throws `StateValueInvalid` for a value that does not fit the schema. */
  private write(key: FixedKey, namespace: number, value: V): void {
    const found = this.rows.seek(key, namespace)
    const at = found === -1 ? this.rows.create(key, namespace) : found
    this.codec.write(this.rows.cells, at, value)
  }
}

const isFixedKey = (key: KeyValue): key is FixedKey => typeof key === "number" || typeof key === "string"

const fixedKey = (key: KeyValue): FixedKey => {
  invariant(isFixedKey(key), "a key is what the schema of keys says", { type: typeof key })
  return key
}
