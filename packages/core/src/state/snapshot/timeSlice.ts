import { Effect } from "effect"

/** Work on state holds the event loop no longer than about this at a time: records wait meanwhile. */
const sliceMs = 1

/** Lets other fibers, timers and I/O run. */
const yieldToEventLoop: Effect.Effect<void> = Effect.callback((resume) => {
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})

/** Measures how long the event loop has been held by one piece of work. */
export class TimeSlice {
  private until = performance.now() + sliceMs

  isOver(): boolean {
    return performance.now() >= this.until
  }

  /** Yields to the event loop if the slice is over. */
  readonly pause: Effect.Effect<void> = Effect.suspend(() =>
    this.isOver() ? Effect.map(yieldToEventLoop, () => this.begin()) : Effect.void
  )

  /** A new slice: after the work has waited for something else. */
  begin(): void {
    this.until = performance.now() + sliceMs
  }
}

/** What work on state asks between its steps. */
export type Slice = Pick<TimeSlice, "isOver" | "pause" | "begin">

/** Runs `step` until it answers false, pausing between steps when the slice is over. What `step` throws is a defect. */
export const runSteps = Effect.fnUntraced(function* (slice: Slice, step: () => boolean) {
  for (;;) {
    let isMore = step()
    while (isMore && !slice.isOver()) isMore = step()
    if (!isMore) return
    yield* slice.pause
  }
})
