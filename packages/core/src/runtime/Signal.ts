import { Effect } from "effect"

/**
 * Wakes one waiting fiber; a notification that comes while nobody waits is kept.
 *
 * The woken fiber goes on in a later turn, never inside `notify`: whoever notifies is in the middle of a step (L1).
 */
export class Signal {
  #isSet = false
  #resume: (() => void) | null = null

  notify(): void {
    const resume = this.#resume
    if (resume === null) this.#isSet = true
    else {
      this.#resume = null
      resume()
    }
  }

  /** Waits for the next notification. For a single waiter. */
  readonly wait: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#isSet) {
      this.#isSet = false
      resume(Effect.void)
      return
    }
    this.#resume = () => resume(Effect.yieldNow)
    return Effect.sync(() => {
      this.#resume = null
    })
  })
}
