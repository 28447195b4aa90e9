/**
 * One keyed state of one operator in one subtask: (key group, key, namespace) -> value. The namespace is the window's
 * start, or 0.
 *
 * V1 A capture shows exactly the values at its barrier, whatever is written while it is being encoded.
 * V2 Values given to `set` and answered by `get` are never mutated; only `acquire` hands out something mutable.
 */
import type { KeyValue } from "../model/keyGroups.ts"

export interface KeyedTable<V> {
  /** HOT. Cost: one or two map look-ups. */
  get(key: KeyValue, group: number, namespace: number): V | undefined
  /** As `get`, for a look at an accumulator that is neither kept nor mutated: a later `acquire` need not copy it. HOT. */
  peek(key: KeyValue, group: number, namespace: number): V | undefined
  /** HOT. */
  set(key: KeyValue, group: number, namespace: number, value: V): void
  /** HOT. */
  delete(key: KeyValue, group: number, namespace: number): void
  /**
   * The accumulator of a key, created by the table's `create` if it is missing, that the caller may mutate until it
   * returns to the task loop. Copies it first (the table's `copy`) where a running capture still needs the old value. HOT.
   */
  acquire(key: KeyValue, group: number, namespace: number): V
  /** Namespaces that hold entries, ascending. */
  namespaces(): ReadonlyArray<number>
  /** Visits and removes every entry of a namespace. What `set` has stored stays immutable; accumulators become the visitor's. */
  drain(namespace: number, visit: (key: KeyValue, group: number, value: V) => void): void
  /** Entries in the table. */
  readonly size: number
}
