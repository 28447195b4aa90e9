import { Effect, FiberMap } from "effect"

/** The armed timers of an actor, by name; setting one again begins it anew. They end with the scope. */
export interface Timers {
  readonly set: (timer: string, delayMs: number) => void
  readonly cancel: (timer: string) => void
}

export const makeTimers = Effect.fnUntraced(function* (onFired: (timer: string) => void) {
  const fibers = yield* FiberMap.make<string>()
  const run = yield* FiberMap.runtime(fibers)()
  const timers: Timers = {
    set: (timer, delayMs) => {
      run(
        timer,
        Effect.andThen(
          Effect.sleep(delayMs),
          Effect.sync(() => onFired(timer))
        )
      )
    },
    cancel: (timer) => {
      const fiber = FiberMap.getUnsafe(fibers, timer)
      if (fiber._tag === "Some") fiber.value.interruptUnsafe()
    }
  }
  return timers
})
