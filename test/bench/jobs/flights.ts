/**
 * The main job without its file: flights per origin airport and calendar day (UTC), as a pipeline and as the loop over
 * maps that one would write by hand.
 */

import { fileURLToPath } from "node:url"
import { ParquetFile } from "@tidemark/connectors/parquet"
import { Aggregate, Pipeline, Window } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"

export const Flight = Schema.Struct({ date: Schema.Number, delay: Schema.Number, origin: Schema.String })
export type Flight = typeof Flight.Type

export const AirportDay = Schema.Struct({
  origin: Schema.String,
  day: Schema.String,
  flights: Schema.Number,
  delayed: Schema.Number,
  delaySum: Schema.Number,
  delayMax: Schema.Number
})
export type AirportDay = typeof AirportDay.Type

const dayMs = 86_400_000
const lateMinutes = 15

/** 3,000,000 flights. */
const flightsPath = fileURLToPath(
  new URL("../../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url)
)

export const flightsSource = (): Source<Flight> =>
  ParquetFile.source({ path: flightsPath, schema: Flight, orderedBy: "date" })

export const flightsPipeline = (source: Source<Flight>, sink: Sink<AirportDay>): Pipeline =>
  Pipeline.make("flights")
    .from("flights", source)
    .eventTime((flight) => flight.date, { outOfOrderness: "1 hour" })
    .keyBy("origin")
    .window(Window.tumbling("1 day"))
    .aggregate("airport-days", {
      flights: Aggregate.count,
      delayed: Aggregate.count((flight: Flight) => flight.delay > lateMinutes),
      delaySum: Aggregate.sum("delay"),
      delayMax: Aggregate.max("delay")
    })
    .map(({ key, value, window }) => ({ origin: key, day: dayText(window.start), ...value }), { schema: AirportDay })
    .to("report", sink)

/** Of the day asked for last: results come day by day, by hand and from windows alike. */
let known = { start: Number.NaN, text: "" }

const dayText = (start: number): string => {
  if (known.start !== start) known = { start, text: new Date(start).toISOString().slice(0, 10) }
  return known.text
}

/** One number for a result, whatever its order. */
export const fingerprintOf = (day: AirportDay): number =>
  day.flights + day.delayed * 3 + day.delaySum * 5 + day.delayMax * 7 + Number(day.day.slice(8)) * 11

interface Totals {
  flights: number
  delayed: number
  delaySum: number
  delayMax: number
}

/** By hand: a map of days, in each a map of airports. */
export const flightsByHand = (flights: ReadonlyArray<Flight>): string => {
  const days = new Map<number, Map<string, Totals>>()
  for (const { date, delay, origin } of flights) {
    const start = Math.floor(date / dayMs) * dayMs
    let airports = days.get(start)
    if (airports === undefined) {
      airports = new Map()
      days.set(start, airports)
    }
    let totals = airports.get(origin)
    if (totals === undefined) {
      totals = { flights: 0, delayed: 0, delaySum: 0, delayMax: -Infinity }
      airports.set(origin, totals)
    }
    totals.flights++
    if (delay > lateMinutes) totals.delayed++
    totals.delaySum += delay
    totals.delayMax = Math.max(totals.delayMax, delay)
  }
  let count = 0
  let sum = 0
  for (const [start, airports] of days) {
    const day = dayText(start)
    for (const [origin, totals] of airports) {
      count++
      sum += fingerprintOf({ origin, day, ...totals })
    }
  }
  return answerOf(count, sum)
}

/** By hand: one map whose keys are texts of airport and day. */
export const flightsByTextKey = (flights: ReadonlyArray<Flight>): string => {
  const airportDays = new Map<string, Totals & { readonly origin: string; readonly start: number }>()
  for (const { date, delay, origin } of flights) {
    const start = Math.floor(date / dayMs) * dayMs
    const key = `${origin} ${start}`
    let totals = airportDays.get(key)
    if (totals === undefined) {
      totals = { origin, start, flights: 0, delayed: 0, delaySum: 0, delayMax: -Infinity }
      airportDays.set(key, totals)
    }
    totals.flights++
    if (delay > lateMinutes) totals.delayed++
    totals.delaySum += delay
    totals.delayMax = Math.max(totals.delayMax, delay)
  }
  let sum = 0
  for (const { start, ...totals } of airportDays.values()) sum += fingerprintOf({ ...totals, day: dayText(start) })
  return answerOf(airportDays.size, sum)
}

export const answerOf = (count: number, sum: number): string => `${count} airport-days, fingerprint ${sum}`

/** Reads all flights of the file into memory, in order. */
export const readFlights: Effect.Effect<ReadonlyArray<Flight>, unknown> = Effect.scoped(
  Effect.gen(function* () {
    const source = flightsSource()
    const splits = yield* source.discover
    let wake = (): void => {}
    const reader = yield* source.open({ operator: "flights", subtask: 0, owns: () => true, wake: () => wake() })
    for (const split of splits) reader.assign(split, null)
    const flights: Array<Flight> = []
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const polled = reader.poll(8192)
      if (polled._tag === "Exhausted") return flights
      if (polled._tag === "Failed") return yield* polled.failure
      if (polled._tag === "Pending") yield* Effect.promise(() => woken)
      if (polled._tag === "Records") for (const flight of polled.values) flights.push(flight)
    }
  })
)
