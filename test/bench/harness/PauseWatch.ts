/** The longest time between two laps, and beside it what would explain it: CPU time of the thread and garbage collection. */
import { GarbageWatch } from "./garbage.ts"
import { threadCpuMs } from "./Stopwatch.ts"

export interface Pauses {
  readonly longestMs: number
  /** In CPU time of the thread: what is left of a pause where other processes do not count. */
  readonly longestBusyMs: number
  readonly longestGarbageMs: number
  /** Of the time watched. */
  readonly garbageShare: number
}

export class PauseWatch {
  readonly #garbage = new GarbageWatch()
  #began = 0
  #isOn = false
  #last: { readonly wall: number; readonly busy: number } | null = null
  #longestMs = 0
  #longestBusyMs = 0

  start(): void {
    this.#longestMs = 0
    this.#longestBusyMs = 0
    this.#last = null
    this.#isOn = true
    this.#began = performance.now()
    this.#garbage.start()
  }

  stop(): Pauses {
    this.#isOn = false
    const { longestMs, totalMs } = this.#garbage.stop()
    return {
      longestMs: this.#longestMs,
      longestBusyMs: this.#longestBusyMs,
      longestGarbageMs: longestMs,
      garbageShare: totalMs / (performance.now() - this.#began)
    }
  }

  lap(): void {
    if (!this.#isOn) return
    const now = { wall: performance.now(), busy: threadCpuMs() }
    if (this.#last !== null) {
      this.#longestMs = Math.max(this.#longestMs, now.wall - this.#last.wall)
      this.#longestBusyMs = Math.max(this.#longestBusyMs, now.busy - this.#last.busy)
    }
    this.#last = now
  }

  /** What follows is a wait of its own accord. */
  rest(): void {
    this.#last = null
  }
}
