import { type Duration, Effect, Semaphore } from "effect"

/**
 * How many captures of an attempt that hold tables in maps are being encoded. Such a table, captured again meanwhile, has
 * to finish the older view synchronously; a trigger that waits for idleness spares it that pause. Captures of off-heap
 * tables may overlap and do not count.
 */
export class EncodingGauge {
  #running = 0
  #waiting: Array<() => void> = []
  readonly #turns = Semaphore.makeUnsafe(1)
  #queued = 0

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

  /** Nothing is being encoded, and nobody waits for that. */
  get isIdle(): boolean {
    return this.#running === 0 && this.#queued === 0
  }

  /** Acts once nothing is being encoded, or when patience is over; those who wait act in the order of their calls. */
  actWhenIdle(act: () => void, patience: Duration.Input): Effect.Effect<void> {
    this.#queued++
    const waited = Effect.timeoutOption(this.idle, patience)
    const acted = Effect.map(waited, act)
    return Effect.ensuring(
      this.#turns.withPermits(1)(acted),
      Effect.sync(() => {
        this.#queued--
      })
    )
  }

  readonly idle: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#running === 0) resume(Effect.void)
    else this.#waiting.push(() => resume(Effect.yieldNow))
  })
}
