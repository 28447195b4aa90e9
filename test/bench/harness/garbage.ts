/** The garbage collector: asked between runs, and watched within them. */
import { PerformanceObserver } from "node:perf_hooks"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

// V8 forgets what it has seen of functions that a few collections have not met running. A harness that collects before
// every run would undo the pollution of whoever had to wait for five others.
setFlagsFromString("--no-flush-bytecode")

let collect: (() => void) | null = null

/** Nobody pays for the garbage of another. */
export const collectGarbage = (): void => {
  collect ??= findCollector()
  collect()
}

/** SEAM: V8's `gc`, as a function without a type; it exists only where the flag is set, which can be done late. */
const findCollector = (): (() => void) => {
  setFlagsFromString("--expose-gc")
  const found: unknown = runInNewContext("gc")
  if (typeof found !== "function") throw new Error("V8 exposes no garbage collector; run with --expose-gc.")
  return () => Reflect.apply(found, undefined, [])
}

export interface GarbagePauses {
  readonly longestMs: number
  readonly totalMs: number
}

/** Notes how long the collector stops the thread. */
export class GarbageWatch {
  #longestMs = 0
  #totalMs = 0
  readonly #observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) this.#note(duration)
  })

  start(): void {
    this.#longestMs = 0
    this.#totalMs = 0
    this.#observer.observe({ entryTypes: ["gc"] })
  }

  stop(): GarbagePauses {
    for (const { duration } of this.#observer.takeRecords()) this.#note(duration)
    this.#observer.disconnect()
    return { longestMs: this.#longestMs, totalMs: this.#totalMs }
  }

  #note(duration: number): void {
    this.#longestMs = Math.max(this.#longestMs, duration)
    this.#totalMs += duration
  }
}
