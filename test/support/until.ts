import { Effect } from "effect"

/** Waits, turn by turn of the event loop, until a condition holds; the test's own time limit ends a wait in vain. */
export const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (!condition()) yield* Effect.yieldNow
  })
