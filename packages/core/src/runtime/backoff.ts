import type { Delays } from "./JobOptions.ts"

/**
 * Delay before the next attempt in milliseconds: doubles with every failure in a row up to the maximum, less up to a
 * tenth at random, so that jobs which failed together do not return together.
 */
export const backoffDelay = (delays: Pick<Delays, "backoffInitial" | "backoffMax">, failures: number): number => {
  const doublings = Math.min(Math.max(0, failures - 1), 30)
  const delay = Math.min(delays.backoffMax, delays.backoffInitial * 2 ** doublings)
  return delay * (1 - Math.random() * 0.1)
}
