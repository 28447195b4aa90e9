/**
 * What a user's function sees of the state of the current key. All answers are values: they never show a later change.
 */
import type { KeyCursor } from "./KeyCursor.ts"
import type { HandleTable } from "./KeyedTable.ts"

/** The value of the current key; `undefined` until it is set and after `clear`. */
export interface ValueState<A> {
  readonly get: () => A | undefined
  readonly set: (value: A) => void
  readonly update: (change: (value: A | undefined) => A) => void
  readonly clear: () => void
}

export interface ListState<A> {
  /** The items in the order they were added. Cost: the first `add` after a `get` copies the list. */
  readonly get: () => ReadonlyArray<A>
  readonly add: (item: A) => void
  readonly addAll: (items: Iterable<A>) => void
  readonly set: (items: Iterable<A>) => void
  readonly clear: () => void
}

/** Cost: the first change after a barrier, while the checkpoint is being written, copies the key's map. */
export interface MapState<K, A> {
  readonly get: (key: K) => A | undefined
  readonly has: (key: K) => boolean
  readonly set: (key: K, value: A) => void
  readonly update: (key: K, change: (value: A | undefined) => A) => void
  readonly delete: (key: K) => void
  /** A copy of all entries, in the order they were added. Cost: O(entries). */
  readonly entries: () => ReadonlyArray<readonly [K, A]>
  readonly size: () => number
  readonly clear: () => void
}

/** What was added for the current key, combined; `undefined` before anything was. */
export interface ReducingState<A> {
  readonly get: () => A | undefined
  readonly add: (value: A) => void
  readonly clear: () => void
}

/** What was added for the current key, as its result; `undefined` before anything was. */
export interface AggregatingState<In, Out> {
  readonly get: () => Out | undefined
  readonly add: (value: In) => void
  readonly clear: () => void
}

/** State of keys, not of windows, lives here. */
const noWindow = 0

export const valueState = <A>(table: HandleTable<A>, at: KeyCursor): ValueState<A> => ({
  get: () => table.get(at.key, at.group, noWindow),
  set: (value) => table.set(at.key, at.group, noWindow, value),
  update: (change) => table.set(at.key, at.group, noWindow, change(table.get(at.key, at.group, noWindow))),
  clear: () => table.delete(at.key, at.group, noWindow)
})

export const listState = <A>(table: HandleTable<Array<A>>, at: KeyCursor): ListState<A> => {
  const addAll = (items: ReadonlyArray<A>): void => {
    table.update(at.key, at.group, noWindow, (list) => {
      for (const item of items) list.push(item)
    })
  }
  const clear = (): void => table.delete(at.key, at.group, noWindow)
  return {
    get: () => table.get(at.key, at.group, noWindow) ?? [],
    add: (item) => {
      table.update(at.key, at.group, noWindow, (list) => list.push(item))
    },
    addAll: (items) => {
      const list = [...items]
      if (list.length > 0) addAll(list)
    },
    set: (items) => {
      const list = [...items]
      clear()
      if (list.length > 0) addAll(list)
    },
    clear
  }
}

export const mapState = <K, A>(table: HandleTable<Map<K, A>>, at: KeyCursor): MapState<K, A> => {
  const peek = (): ReadonlyMap<K, A> | undefined => table.peek(at.key, at.group, noWindow)
  const set = (key: K, value: A): void => {
    table.update(at.key, at.group, noWindow, (map) => map.set(key, value))
  }
  return {
    get: (key) => peek()?.get(key),
    has: (key) => peek()?.has(key) ?? false,
    set,
    update: (key, change) => set(key, change(peek()?.get(key))),
    delete: (key) => {
      if (peek()?.has(key) !== true) return
      table.update(at.key, at.group, noWindow, (map) => map.delete(key))
      if (peek()?.size === 0) table.delete(at.key, at.group, noWindow)
    },
    entries: () => [...(peek() ?? [])],
    size: () => peek()?.size ?? 0,
    clear: () => table.delete(at.key, at.group, noWindow)
  }
}

export const reducingState = <A>(
  table: HandleTable<A>,
  at: KeyCursor,
  reduce: (total: A, value: A) => A
): ReducingState<A> => ({
  get: () => table.get(at.key, at.group, noWindow),
  add: (value) => {
    const total = table.get(at.key, at.group, noWindow)
    table.set(at.key, at.group, noWindow, total === undefined ? value : reduce(total, value))
  },
  clear: () => table.delete(at.key, at.group, noWindow)
})

/** How values are gathered into an accumulator; `add` answers a new accumulator and changes nothing. */
export interface Aggregation<In, Acc, Out> {
  readonly create: () => Acc
  readonly add: (accumulator: Acc, value: In) => Acc
  readonly result: (accumulator: Acc) => Out
}

export const aggregatingState = <In, Acc, Out>(
  table: HandleTable<Acc>,
  at: KeyCursor,
  { add, create, result }: Aggregation<In, Acc, Out>
): AggregatingState<In, Out> => ({
  get: () => {
    const accumulator = table.get(at.key, at.group, noWindow)
    return accumulator === undefined ? undefined : result(accumulator)
  },
  add: (value) => {
    const accumulator = table.get(at.key, at.group, noWindow) ?? create()
    table.set(at.key, at.group, noWindow, add(accumulator, value))
  },
  clear: () => table.delete(at.key, at.group, noWindow)
})
