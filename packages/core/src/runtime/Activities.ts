/**
 * The running activities of an actor: scoped fibers, started by commands, whose every outcome becomes an event.
 *
 * A1 No outcome is silent: a failure or a defect that the activity itself did not turn into an event goes to `onDefect`.
 * A2 All activities end with the scope.
 */
import { Cause, Effect, FiberMap } from "effect"

export interface Activities {
  /** Starts an activity; one with the same key that is still running is interrupted. */
  readonly start: (key: string, activity: Effect.Effect<void>) => void
  /** Interrupts an activity and waits for its end. */
  readonly end: (key: string) => Effect.Effect<void>
  /** Waits until none is running. */
  readonly idle: Effect.Effect<void>
}

/** Fails: never; lives until the scope closes. */
export const makeActivities = Effect.fnUntraced(function* (onDefect: (cause: Cause.Cause<never>) => void) {
  const fibers = yield* FiberMap.make<string, void, never>()
  const run = yield* FiberMap.runtime(fibers)()
  const report = (cause: Cause.Cause<never>) =>
    Effect.sync(() => {
      if (!Cause.hasInterruptsOnly(cause)) onDefect(cause)
    })
  const activities: Activities = {
    start: (key, activity) => {
      run(key, Effect.tapCause(activity, report))
    },
    end: (key) => FiberMap.remove(fibers, key),
    idle: FiberMap.awaitEmpty(fibers)
  }
  return activities
})
