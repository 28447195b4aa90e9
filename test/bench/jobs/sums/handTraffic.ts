import type { TrafficOptions, TrafficReport } from "./checkpointedTotals.ts"
import { generated, scattered } from "./visits.ts"

/** The same over a `Map` by hand, without checkpoints, in batches as a source would give them. */
export const handTraffic = ({ keys, touchedShare, trafficMs }: TrafficOptions): TrafficReport => {
  const touched = Math.max(1, Math.floor(keys * touchedShare))
  const step = Math.floor(keys / touched)
  const take = generated(keys, (index) => scattered(index % touched, touched) * step)
  const totals = new Map<number, { count: number; sum: number }>()
  let next = 0
  const add = (count: number): void => {
    for (const { amount, key } of take(next, count)) {
      const total = totals.get(key)
      if (total === undefined) totals.set(key, { count: 1, sum: amount })
      else {
        total.count++
        total.sum += amount
      }
    }
    next += count
  }
  while (next < keys) add(Math.min(2_048, keys - next))
  const began = performance.now()
  let last = began
  let longestMs = 0
  while (last - began < trafficMs) {
    add(2_048)
    const now = performance.now()
    longestMs = Math.max(longestMs, now - last)
    last = now
  }
  return {
    records: next - keys,
    elapsedMs: last - began,
    pauses: { longestMs, longestBusyMs: Number.NaN, longestGarbageMs: Number.NaN, garbageShare: Number.NaN },
    checkpoints: 0,
    longestCheckpointMs: 0,
    residentBytes: process.memoryUsage.rss()
  }
}
