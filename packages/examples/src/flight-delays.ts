/**
 * The main job: delays per airport and day, out of three million real flights.
 *
 * Teaches: a job module. Its default export describes the job; importing it has no effect. The command line checks the
 *   arguments behind `--` against the schema and fills in storage and parallelism.
 * Guarantees: exactly once. However often the process is killed, at whatever parallelism it is run again, `--out` holds
 *   one line per airport and day, none missing, none twice.
 * Run: npx tidemark run packages/examples/src/flight-delays.ts --checkpoints out/checkpoints -- --out out/flights
 *   Behind `--` also: --limit N (first rows only), --checkpoint-every 200ms (1s by default), --input FILE.
 * Expect: 39,952 lines such as
 *   {"origin":"ATL","day":"2001-01-01","flights":554,"delayed":344,"delaySum":20522,"delayMax":236}
 */
import { createRequire } from "node:module"
import { join } from "node:path"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { ParquetFile } from "@tidemark/connectors/parquet"
import { Aggregate, Job, Pipeline, Trigger, Window } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"
import { ShortDuration } from "./shortDuration.ts"

const require = createRequire(import.meta.url)

/** The columns that the job reads; those that it does not name stay in the file. */
export const Flight = Schema.Struct({
  /** Scheduled departure, epoch milliseconds. */
  date: Schema.Number,
  /** Minutes; negative if early. */
  delay: Schema.Int,
  origin: Schema.String
})
export type Flight = typeof Flight.Type

export const AirportDay = Schema.Struct({
  origin: Schema.String,
  /** Calendar day in UTC, such as `2001-01-01`. */
  day: Schema.String,
  flights: Schema.Int,
  delayed: Schema.Int,
  delaySum: Schema.Int,
  delayMax: Schema.Int
})
export type AirportDay = typeof AirportDay.Type

/** Minutes from which on a flight counts as delayed. */
const delayedAfter = 15

/** The computation, between whatever source and sink. */
export const flightDelays = (flights: Source<Flight>, report: Sink<AirportDay>): Pipeline =>
  Pipeline.make("flight-delays")
    .from("flights", flights)
    .eventTime((flight) => flight.date)
    .keyBy("origin")
    .window(Window.tumbling("1 day"))
    .aggregate("daily-delays", {
      flights: Aggregate.count,
      delayed: Aggregate.count((flight) => flight.delay > delayedAfter),
      delaySum: Aggregate.sum("delay"),
      delayMax: Aggregate.max("delay")
    })
    .map(({ key, window, value }) => ({ origin: key, day: dayOf(window.start), ...value }), { schema: AirportDay })
    .to("report", report)

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** Where npm has put the three million flights. */
export const flightsFile = (): string => join(require.resolve("vega-datasets"), "../../data/flights-3m.parquet")

/** The file as a source: row groups are its splits, and since they are in order of time, windows close as early as can be. */
export const flightsSource = (options: { readonly input?: string; readonly limit?: number } = {}): Source<Flight> =>
  ParquetFile.source({
    path: options.input ?? flightsFile(),
    schema: Flight,
    orderedBy: "date",
    ...(options.limit === undefined ? {} : { limit: options.limit })
  })

export const airportDaySink = (directory: string): Sink<AirportDay> => JsonlFile.sink({ directory, schema: AirportDay })

const Args = Schema.Struct({
  out: Schema.String,
  limit: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
  input: Schema.optionalKey(Schema.String),
  checkpointEvery: Schema.optionalKey(ShortDuration)
})

export default Job.define(Args, ({ out, checkpointEvery, ...which }) => ({
  pipeline: flightDelays(flightsSource(which), airportDaySink(out)),
  checkpoint: { trigger: Trigger.every(checkpointEvery ?? "1 second") }
}))
