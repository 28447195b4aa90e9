/** The flights job as a whole job, on records in memory and on its Parquet file, against loops over maps by hand. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Trigger } from "@tidemark/core"
import type { Source } from "@tidemark/core/connector"
import { Effect } from "effect"
import { alternate, type Contestant, demandEqual, ratioOf } from "./harness/alternate.ts"
import type { Benchmark } from "./harness/Benchmark.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import type { Scale } from "./harness/scale.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import {
  AirportDay,
  answerOf,
  Flight,
  fingerprintOf,
  flightsByHand,
  flightsByTextKey,
  flightsPipeline,
  flightsSource,
  readFlights
} from "./jobs/flights.ts"

const everySecond = "Tidemark, checkpoint every second"

const run = async (scale: Scale) => {
  const flights = await flightsOf(scale)
  await Effect.runPromise(polluteRuntime(scale))
  const records = flights.length
  const memory: ReadonlyArray<Contestant> = [
    { name: "hand, map of days of maps of airports", records, run: () => flightsByHand(flights) },
    { name: "hand, one map with text keys", records, run: () => flightsByTextKey(flights) },
    { name: everySecond, records, run: () => runJob(inMemory(flights), Trigger.every("1 second")) },
    { name: "Tidemark, every 100 ms", records, run: () => runJob(inMemory(flights), Trigger.every("100 millis")) }
  ]
  await demandEqual(memory)
  const options = { rounds: scale.rounds(5), warmups: scale.warmups(1) }
  const fromMemory = await alternate(memory, { title: `${records} flights in memory, polluted`, ...options })
  const goals = [{ goal: "flightsMemory", figure: ratioOf(fromMemory, everySecond) } as const]
  if (scale.name === "tiny") return { tables: [fromMemory], goals }
  const file: ReadonlyArray<Contestant> = [
    { name: "hand, reading all, then looping", records, run: async () => flightsByHand(await readAll()) },
    { name: everySecond, records, run: () => runJob(flightsSource(), Trigger.every("1 second")) }
  ]
  await demandEqual(file)
  const fromFile = await alternate(file, { title: `${records} flights from Parquet, polluted`, ...options })
  return { tables: [fromMemory, fromFile], goals }
}

const readAll = (): Promise<ReadonlyArray<Flight>> => Effect.runPromise(readFlights)

const flightsOf = async (scale: Scale): Promise<ReadonlyArray<Flight>> =>
  scale.name === "tiny"
    ? Array.from({ length: 5_000 }, (_, i) => ({ date: i * 100_000, delay: i % 40, origin: `A${i % 7}` }))
    : readAll()

const inMemory = (records: ReadonlyArray<Flight>): Source<Flight> =>
  Collection.source({ schema: Flight, records, isTimeOrdered: true })

const runJob = async (source: Source<Flight>, trigger: Trigger): Promise<string> => {
  const counting = new CountingSink<AirportDay>(AirportDay, fingerprintOf)
  await Job.runPromise({
    pipeline: flightsPipeline(source, counting.sink),
    checkpoint: { storage: MemoryStorage.make(), trigger }
  })
  return answerOf(counting.count, counting.sum)
}

export const flights: Benchmark = {
  name: "flights",
  title: "The flights job on records in memory and from Parquet",
  notMeasured: [
    "Writing lines; a disk. From Parquet: both use the connector's reader, which decodes in a worker thread.",
    "Jobs of less than a second may see the final checkpoint only; the row with one every 100 ms shows what they cost."
  ],
  run,
  profile: async (scale) => {
    const flights = await flightsOf(scale)
    await Effect.runPromise(polluteRuntime(scale))
    return () => runJob(inMemory(flights), Trigger.every("1 second"))
  }
}
