/**
 * The floor of this machine at this moment: a loop that does nothing but look at the clock. What it waits for is the
 * machine's, not a job's: other processes, the hypervisor.
 */
import { Histogram } from "./Histogram.ts"
import { type Row, spreadOf } from "./Result.ts"

/** Milliseconds from one record that is due to the next. */
const dueEveryMs = 0.01

/** How late the loop would be for records that are due all the time; its longest is the longest time between two looks. */
export const emptyLoop = (durationMs: number): Histogram => {
  const late = new Histogram()
  const end = performance.now() + durationMs
  let due = performance.now()
  for (;;) {
    const now = performance.now()
    if (now >= end) return late
    for (; due <= now; due += dueEveryMs) late.add(now - due)
  }
}

export const emptyLoopName = "floor: an empty loop"

export const longestRow = (loops: ReadonlyArray<Histogram>): Row => ({
  name: `${emptyLoopName}, longest time from turn to turn`,
  unit: "ms",
  value: spreadOf(loops.map(({ maxMs }) => maxMs))
})

/** For the goal of a pause or of a latency. */
export const floorNote = (floorMs: number): string => `an empty loop here: ${floorMs.toFixed(1)} ms`
