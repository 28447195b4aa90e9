/**
 * Timers of an operator: (key, timestamp) pairs, each at most once. The table holds the times of each key, in order, so
 * that timers are captured, restored and rescaled like everything else; a heap beside it tells which is next.
 *
 * I1 Timers fire in order of their timestamps, each once, also those registered by a timer that fires.
 * I2 The heap holds every timer of the table. What else it holds was deleted: it is skipped, and swept out when it is
 *    more than half of the heap. A key that moves its timer with every record costs no memory.
 */
import { Schema } from "effect"
import { invariant } from "../model/invariant.ts"
import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
import type { KeyedTable } from "./KeyedTable.ts"
import type { StateOwner } from "./State.ts"
import { TimerHeap } from "./TimerHeap.ts"

/** Timers of keys, not of windows. */
const noWindow = 0

/** Deleted timers that a heap may hold, however few the others are. */
const sweepAbove = 1_024

/** The state that a {@link TimerTable} works on. */
export const timersState = (name: string, owner: StateOwner): KeyedStateDescriptor<Array<Timestamp>> => ({
  ...owner,
  name,
  kind: "timer",
  value: Schema.mutable(Schema.Array(Schema.Int)),
  create: () => [],
  copy: (times) => times.slice()
})

export class TimerTable {
  private readonly table: KeyedTable<Array<Timestamp>>
  /** Null until the first use, for the table is restored after it was opened. */
  private heap: TimerHeap | null = null
  private count = 0

  constructor(table: KeyedTable<Array<Timestamp>>) {
    this.table = table
  }

  /** Registering a timer twice is registering it once. Cost: O(log timers), and O(timers of the key). */
  register(key: KeyValue, group: number, timestamp: Timestamp): void {
    invariant(Number.isSafeInteger(timestamp), "a timer has a time in whole milliseconds", { timestamp })
    const heap = this.opened()
    const times = this.table.peek(key, group, noWindow)
    if (times?.includes(timestamp) === true) return
    this.table.update(key, group, noWindow, (all) => insert(all, timestamp))
    this.count++
    heap.push({ key, group, timestamp })
  }

  /** Removing what is not there changes nothing. */
  delete(key: KeyValue, group: number, timestamp: Timestamp): void {
    const heap = this.opened()
    if (!this.remove(key, group, timestamp)) return
    if (heap.size > 2 * this.count + sweepAbove) this.fill(heap)
  }

  /** Fires and removes all timers up to and including a time. */
  advance(until: Timestamp, fire: (key: KeyValue, group: number, timestamp: Timestamp) => void): void {
    const heap = this.opened()
    for (let next = heap.first(); next !== undefined && next.timestamp <= until; next = heap.first()) {
      heap.pop()
      if (this.remove(next.key, next.group, next.timestamp)) fire(next.key, next.group, next.timestamp)
    }
  }

  /** The time of the earliest timer, or infinity. */
  next(): Timestamp {
    const heap = this.opened()
    for (let next = heap.first(); next !== undefined; next = heap.first()) {
      if (this.table.peek(next.key, next.group, noWindow)?.includes(next.timestamp) === true) return next.timestamp
      heap.pop()
    }
    return Number.POSITIVE_INFINITY
  }

  get size(): number {
    this.opened()
    return this.count
  }

  /** What the heap holds, deleted timers included; for tests. I2 */
  get heapSize(): number {
    return this.opened().size
  }

  private remove(key: KeyValue, group: number, timestamp: Timestamp): boolean {
    const times = this.table.peek(key, group, noWindow)
    if (times === undefined || !times.includes(timestamp)) return false
    if (times.length === 1) this.table.delete(key, group, noWindow)
    else this.table.update(key, group, noWindow, (all) => all.splice(all.indexOf(timestamp), 1))
    this.count--
    return true
  }

  private opened(): TimerHeap {
    if (this.heap !== null) return this.heap
    this.heap = new TimerHeap()
    this.fill(this.heap)
    return this.heap
  }

  /** I2. Cost: O(timers). */
  private fill(heap: TimerHeap): void {
    heap.clear()
    this.count = 0
    this.table.visit(noWindow, (key, group, times) => {
      for (const timestamp of times) heap.push({ key, group, timestamp })
      this.count += times.length
    })
  }
}

/** Keeps the times ascending. */
const insert = (times: Array<Timestamp>, timestamp: Timestamp): void => {
  let at = times.length
  while (at > 0 && (times[at - 1] ?? 0) > timestamp) at--
  times.splice(at, 0, timestamp)
}
