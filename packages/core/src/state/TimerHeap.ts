import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"

/** A timer of a key. */
export interface KeyTimer {
  readonly key: KeyValue
  readonly group: number
  readonly timestamp: Timestamp
}

/** Timers, the earliest first; of equal times in no order. HOT. Cost: O(log n) per change. */
export class TimerHeap {
  private readonly items: Array<KeyTimer> = []

  get size(): number {
    return this.items.length
  }

  first(): KeyTimer | undefined {
    return this.items[0]
  }

  push(timer: KeyTimer): void {
    let at = this.items.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.items[parent]
      if (above === undefined || above.timestamp <= timer.timestamp) break
      this.items[at] = above
      at = parent
    }
    this.items[at] = timer
  }

  /** Removes the earliest. */
  pop(): void {
    const last = this.items.pop()
    if (last !== undefined && this.items.length > 0) this.sink(last)
  }

  clear(): void {
    this.items.length = 0
  }

  /** Puts a timer in the place of the earliest. */
  private sink(timer: KeyTimer): void {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const child = this.timeAt(left + 1) < this.timeAt(left) ? left + 1 : left
      const below = this.items[child]
      if (below === undefined || below.timestamp >= timer.timestamp) break
      this.items[at] = below
      at = child
    }
    this.items[at] = timer
  }

  /** Beyond the end everything is infinitely late. */
  private timeAt(index: number): number {
    return this.items[index]?.timestamp ?? Number.POSITIVE_INFINITY
  }
}
