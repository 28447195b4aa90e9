/**
 * Event-time timers of an operator: (key, timestamp) pairs, each at most once, behind a keyed table whose namespace is
 * the timestamp. So they are captured, restored and rescaled like everything else.
 *
 * I1 Timers fire in order of their timestamps, each once, also those registered by a timer that fires.
 */
import { invariant } from "../model/invariant.ts"
import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"
import type { KeyedTable } from "./KeyedTable.ts"
import { NumberHeap } from "./NumberHeap.ts"

export class TimerTable {
  private readonly table: KeyedTable<true>
  /** Timestamps that may have timers; null until the first use, for the table is restored after it was opened. */
  private queue: NumberHeap | null = null

  constructor(table: KeyedTable<true>) {
    this.table = table
  }

  /** Registering a timer twice is registering it once. Cost: O(log timestamps). */
  register(key: KeyValue, group: number, timestamp: Timestamp): void {
    invariant(Number.isSafeInteger(timestamp), "a timer has a time in whole milliseconds", { timestamp })
    this.queued().push(timestamp)
    this.table.set(key, group, timestamp, true)
  }

  /** Removing what is not there changes nothing. */
  delete(key: KeyValue, group: number, timestamp: Timestamp): void {
    this.table.delete(key, group, timestamp)
  }

  /** Fires and removes all timers up to and including the watermark. */
  advance(watermark: Timestamp, fire: (key: KeyValue, group: number, timestamp: Timestamp) => void): void {
    const queue = this.queued()
    for (let next = queue.first(); next !== undefined && next <= watermark; next = queue.first()) {
      const timestamp = next
      queue.pop()
      this.table.drain(timestamp, (key, group) => fire(key, group, timestamp))
    }
  }

  get size(): number {
    return this.table.size
  }

  private queued(): NumberHeap {
    this.queue ??= new NumberHeap(this.table.namespaces())
    return this.queue
  }
}
