import { Effect } from "effect"

/**
 * How many captures of an attempt are being encoded. A table that is captured while it is still being encoded has to
 * finish the older view synchronously; a trigger that waits for idleness spares it that pause.
 */
export class EncodingGauge {
  #running = 0
  #waiting: Array<() => void> = []

  /** A capture begins; call what it answers once the view is encoded or given up. Further calls change nothing. */
  begin(): () => void {
    this.#running++
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      this.#running--
      if (this.#running > 0) return
      const waiting = this.#waiting
      this.#waiting = []
      for (const resume of waiting) resume()
    }
  }

  get isIdle(): boolean {
    return this.#running === 0
  }

  readonly idle: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#running === 0) resume(Effect.void)
    else this.#waiting.push(() => resume(Effect.yieldNow))
  })
}
