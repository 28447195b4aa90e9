/**
 * 02 Flights: the main job from code, over the first 100,000 flights.
 *
 * Teaches: a pipeline is a value, so the same computation runs between other sources and sinks; event-time windows over a
 *   Parquet file; what a run reports of itself.
 * Guarantees: the result does not depend on the parallelism, and no flight is late for its day.
 * Run: node --conditions=tidemark-source packages/examples/src/02-flights.ts
 * Expect:
 *   parallelism 1: 100,000 flights to 1,528 airport-days, 0 late
 *   parallelism 3: 100,000 flights to 1,528 airport-days, 0 late
 *   {"origin":"ATL","day":"2001-01-01","flights":554,"delayed":344,"delaySum":20522,"delayMax":236}
 *   {"origin":"ORD","day":"2001-01-01","flights":878,"delayed":287,"delaySum":10474,"delayMax":208}
 *   {"origin":"SFO","day":"2001-01-01","flights":339,"delayed":66,"delaySum":2830,"delayMax":296}
 */
import assert from "node:assert/strict"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Trigger } from "@tidemark/core"
import { AirportDay, flightDelays, flightsSource } from "./flight-delays.ts"

const flights = 100_000

/** Runs the job into memory and answers its lines, sorted by day and airport. */
const airportDays = async (parallelism: number): Promise<ReadonlyArray<AirportDay>> => {
  const sink = Collection.sink({ schema: AirportDay })
  const report = await Job.runPromise({
    pipeline: flightDelays(flightsSource({ limit: flights }), sink),
    checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.every("100 millis") },
    parallelism
  })
  const days = [...sink.records()].sort((a, b) => compare(a.day, b.day) || compare(a.origin, b.origin))
  console.log(
    `parallelism ${parallelism}: ${report.recordsIn.toLocaleString("en-US")} flights ` +
      `to ${days.length.toLocaleString("en-US")} airport-days, ${report.lateRecords} late`
  )
  assert.equal(report.lateRecords, 0)
  return days
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const days = await airportDays(1)
assert.deepEqual(await airportDays(3), days)

for (const origin of ["ATL", "ORD", "SFO"]) {
  console.log(JSON.stringify(days.find((day) => day.origin === origin)))
}

// What another reader of the same 100,000 rows comes to.
const sums = { flights: 0, delaySum: 0 }
for (const day of days) {
  sums.flights += day.flights
  sums.delaySum += day.delaySum
}
assert.deepEqual(sums, { flights, delaySum: 1_072_949 })
assert.equal(days.length, 1_528)
