/**
 * A keyed state that forgets what was not written for some time. It knows the time because it is told, and every time that
 * it is told it removes what is due: what can be read is never older.
 *
 * E1 Every entry has a timer that is no later than the end of its life; a write does not move it. A timer that comes too
 *    early is set again. So there is about one timer for a key, however often it is written.
 */
import { Schema } from "effect"
import type { KeyValue } from "../model/keyGroups.ts"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
import type { HandleTable, KeyedTable } from "./KeyedTable.ts"
import type { TimerTable } from "./TimerTable.ts"

/** What the table behind holds. */
export interface Aged<V> {
  value: V
  /** When it was last written, in epoch milliseconds. */
  at: number
}

/** The state that the table behind is, for a state of values. */
export const agedState = <V>(state: KeyedStateDescriptor<V>): KeyedStateDescriptor<Aged<V>> => ({
  ...state,
  value: Schema.Struct({ value: state.value, at: Schema.Number }),
  create: () => ({ value: state.create(), at: 0 }),
  copy: ({ at, value }) => ({ value: state.copy(value), at })
})

export class ExpiringTable<V> implements HandleTable<V> {
  readonly #table: KeyedTable<Aged<V>>
  readonly #timers: TimerTable
  readonly #timeToLiveMs: number
  #now = 0

  constructor(options: {
    readonly table: KeyedTable<Aged<V>>
    readonly timers: TimerTable
    readonly timeToLiveMs: number
  }) {
    this.#table = options.table
    this.#timers = options.timers
    this.#timeToLiveMs = options.timeToLiveMs
  }

  /** Removes what is due. E1. */
  advance(now: number): void {
    this.#now = now
    this.#timers.advance(now, (key, group) => {
      const entry = this.#table.peek(key, group, noWindow)
      if (entry === undefined) return
      const end = entry.at + this.#timeToLiveMs
      if (end <= now) this.#table.delete(key, group, noWindow)
      else this.#timers.register(key, group, end)
    })
  }

  get(key: KeyValue, group: number, namespace: number): V | undefined {
    return this.#table.get(key, group, namespace)?.value
  }

  peek(key: KeyValue, group: number, namespace: number): V | undefined {
    return this.#table.peek(key, group, namespace)?.value
  }

  set(key: KeyValue, group: number, namespace: number, value: V): void {
    this.#live(key, group, namespace)
    this.#table.set(key, group, namespace, { value, at: this.#now })
  }

  update(key: KeyValue, group: number, namespace: number, change: (accumulator: V) => void): void {
    this.#live(key, group, namespace)
    this.#table.update(key, group, namespace, (entry) => {
      change(entry.value)
      entry.at = this.#now
    })
  }

  delete(key: KeyValue, group: number, namespace: number): void {
    this.#table.delete(key, group, namespace)
  }

  /** E1: an entry that is about to be made has a timer. */
  #live(key: KeyValue, group: number, namespace: number): void {
    if (this.#table.peek(key, group, namespace) !== undefined) return
    this.#timers.register(key, group, this.#now + this.#timeToLiveMs)
  }
}

const noWindow = 0
