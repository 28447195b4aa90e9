/**
 * One keyed state of one operator in one subtask: (key group, key, namespace) -> value. The namespace is the window's
 * start, or 0.
 *
 * V1 A capture shows exactly the values at its barrier, whatever is written while it is being encoded.
 * V2 Values given to `set` and answered by `get` are never mutated; only `update` shows something mutable.
 */
import type { KeyValue } from "../model/keyGroups.ts"

export interface KeyedTable<V> {
  /** HOT. Cost: one or two look-ups. */
  get(key: KeyValue, group: number, namespace: number): V | undefined
  /** As `get`, for a look at an accumulator that is neither kept nor mutated: a later `update` need not copy it. HOT. */
  peek(key: KeyValue, group: number, namespace: number): V | undefined
  /** HOT. */
  set(key: KeyValue, group: number, namespace: number, value: V): void
  /** HOT. */
  delete(key: KeyValue, group: number, namespace: number): void
  /**
   * Changes the accumulator of a key in place; it is created by the table's `create` if it is missing. `change` must
   * not keep it, nor use the table. HOT in maps; generated code has ways of its own, see MapTable and RowStore.
   */
  update(key: KeyValue, group: number, namespace: number, change: (accumulator: V) => void): void
  /** Namespaces that hold entries, ascending. */
  namespaces(): ReadonlyArray<number>
  /** Visits and removes every entry of a namespace. What `set` has stored stays immutable; accumulators become the visitor's. */
  drain(namespace: number, visit: (key: KeyValue, group: number, value: V) => void): void
  /** Visits every entry of a namespace; the visitor neither keeps nor changes what it is shown, nor uses the table. */
  visit(namespace: number, visitor: (key: KeyValue, group: number, value: V) => void): void
  /** Entries in the table. */
  readonly size: number
}

/** What the handles of a user's function need of a table. */
export type HandleTable<V> = Pick<KeyedTable<V>, "get" | "peek" | "set" | "update" | "delete">
