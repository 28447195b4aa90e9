/** The flights job as a whole job, on records in memory, against a loop over maps written by hand. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { alternate, type Contestant, demandEqual, ratioOf } from "./harness/alternate.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import type { BenchmarkResult } from "./harness/Result.ts"
import { numberText } from "./harness/render.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import {
  AirportDay,
  answerOf,
  Flight,
  fingerprintOf,
  flightsByHand,
  flightsByTextKey,
  flightsPipeline,
  readFlights
} from "./jobs/flights.ts"

const everySecond = "Tidemark, checkpoint every second"

export const flightsBenchmark = async (): Promise<BenchmarkResult> => {
  const flights = await Effect.runPromise(readFlights)
  await Effect.runPromise(polluteRuntime)
  const records = flights.length
  const contestants: ReadonlyArray<Contestant> = [
    { name: "hand, map of days of maps of airports", records, run: () => flightsByHand(flights) },
    { name: "hand, one map with text keys", records, run: () => flightsByTextKey(flights) },
    { name: everySecond, records, run: () => runJob(flights, Trigger.every("1 second")) },
    { name: "Tidemark, every 100 ms", records, run: () => runJob(flights, Trigger.every("100 millis")) }
  ]
  await demandEqual(contestants)
  const table = await alternate(contestants, { title: `${records} flights, polluted`, rounds: 5, warmups: 1 })
  const ratio = ratioOf(table, everySecond)
  return {
    tables: [table],
    targets: [
      { text: "the whole job at >= 0.5 of the hand-written loop", figure: numberText(ratio), isMet: ratio >= 0.5 }
    ]
  }
}

const runJob = async (flights: ReadonlyArray<Flight>, trigger: Trigger): Promise<string> => {
  const counting = new CountingSink<AirportDay>(AirportDay, fingerprintOf)
  const source = Collection.source({ schema: Flight, records: flights, isTimeOrdered: true })
  await Job.runPromise({
    pipeline: flightsPipeline(source, counting.sink),
    checkpoint: { storage: MemoryStorage.make(), trigger }
  })
  return answerOf(counting.count, counting.sum)
}
