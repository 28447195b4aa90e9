import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

/** Lets what is done under one key go one after the other, in the order in which it was asked for. */
export class Turns {
  readonly #taken = new Map<string, { readonly turn: Semaphore.Semaphore; count: number }>()

  take<A, E>(key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.suspend(() => {
      const taken = this.#taken.get(key) ?? { turn: Semaphore.makeUnsafe(1), count: 0 }
      this.#taken.set(key, taken)
      taken.count++
      const leave = Effect.sync(() => {
        if (--taken.count === 0) this.#taken.delete(key)
      })
      return Effect.ensuring(taken.turn.withPermits(1)(effect), leave)
    })
  }
}
