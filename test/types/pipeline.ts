/** What the builder's types let through and what they stop; compiled by `tsc`, never run. */
import { Aggregate, Pipeline, Window, type WindowResult } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"

interface Flight extends Schema.Schema.Type<typeof Flight> {}
const Flight = Schema.Struct({
  origin: Schema.String,
  date: Schema.Date,
  delay: Schema.Number,
  carrier: Schema.Literals(["AA", "UA"]),
  seats: Schema.optionalKey(Schema.Int),
  legs: Schema.Array(Schema.String)
})

const Origin = Schema.String.pipe(Schema.brand("Origin"))
const Summary = Schema.Struct({ origin: Schema.String, worst: Schema.Number })
type Summary = typeof Summary.Type

declare const source: Source<Flight>
declare const flights: Sink<Flight>
declare const summaries: Sink<Summary>
declare const results: Sink<WindowResult<string, { readonly flights: number; readonly worst: number }>>

const summarise = (flight: Flight): Summary => ({ origin: flight.origin, worst: flight.delay })
const stream = Pipeline.make("flights").from("flights", source)
const timed = stream.eventTime((flight) => flight.date, { outOfOrderness: "1 hour" })

// The whole way, with the types of results flowing into the sink.
export const daily: Pipeline = timed
  .filter((flight) => flight.delay > -60)
  .keyBy("origin")
  .window(Window.tumbling("1 day"))
  .aggregate("daily", { flights: Aggregate.count, worst: Aggregate.max("delay") })
  .to("report", results)

export const mapped: Pipeline = stream.map(summarise, { schema: Summary }).to("out", summaries)
export const wider: Pipeline = stream
  .map((flight) => ({ ...summarise(flight), more: 1 }), {
    schema: Schema.Struct({ ...Summary.fields, more: Schema.Int })
  })
  .to("out", summaries)

// Event time is assigned right after the source only.
// @ts-expect-error filter answers a stream without eventTime
stream.filter(() => true).eventTime((flight) => flight.date)
// @ts-expect-error a text is no time
stream.eventTime((flight) => flight.origin)
// @ts-expect-error no unit of time
stream.eventTime((flight) => flight.date, { outOfOrderness: "1 fortnight" })

// Without a schema: stateless steps only.
const bare = stream.map(summarise)
bare.filter((summary) => summary.worst > 1).flatMap((summary) => [summary, summary])
// @ts-expect-error keyBy needs a schema
bare.keyBy("origin")
// @ts-expect-error keyBy needs a schema, with a function as well
bare.keyBy((summary) => summary.origin, Schema.String)
// @ts-expect-error a sink needs a schema
bare.to("out", summaries)
// @ts-expect-error flatMap without a schema neither
stream.flatMap((flight) => [flight]).keyBy("origin")
// @ts-expect-error a filter does not bring the schema back
bare.filter(() => true).to("out", summaries)
export const regained: Pipeline = bare.map((summary) => summary, { schema: Summary }).to("out", summaries)

// A function must answer what the schema says.
// @ts-expect-error worst is missing
stream.map((flight) => ({ origin: flight.origin }), { schema: Summary })
// @ts-expect-error worst is a text
stream.map((flight) => ({ origin: flight.origin, worst: "1" }), { schema: Summary })
// @ts-expect-error not an array
stream.flatMap((flight) => summarise(flight), { schema: Summary })

// Sinks take what fits their schema.
// @ts-expect-error flights are no summaries
stream.to("out", summaries)
// @ts-expect-error results are no flights
timed.keyBy("origin").window(Window.tumbling(1000)).aggregate("a", Aggregate.count).to("out", flights)

// Keys are strings, booleans, numbers, bigints, branded forms and tuples of these.
stream
  .keyBy("carrier")
  .reduce("last", (_, flight) => flight)
  .to("out", flights)
stream.keyBy((flight) => Origin.make(flight.origin), Origin).reduce("last", (_, flight) => flight)
stream.keyBy((flight) => [flight.origin, flight.delay], Schema.Tuple([Schema.String, Schema.Int]))
// @ts-expect-error a Date is no key
stream.keyBy("date")
// @ts-expect-error nor an array
stream.keyBy("legs")
// @ts-expect-error nor what may be missing
stream.keyBy("seats")
// @ts-expect-error no such field
stream.keyBy("destination")
// @ts-expect-error a function needs the schema of its key
stream.keyBy((flight) => flight.origin)
// @ts-expect-error the key is a text
stream.keyBy((flight) => flight.origin, Schema.Int)
// @ts-expect-error a struct is no key
stream.keyBy((flight) => ({ a: flight.origin }), Schema.Struct({ a: Schema.String }))

// A reduce keeps the type of the records.
// @ts-expect-error answers a number
stream.keyBy("origin").reduce("sum", (left, right) => left.delay + right.delay)
// @ts-expect-error everything stateful is named
stream.keyBy("origin").reduce((left: Flight) => left)

// Aggregates.
const windowed = timed.keyBy("origin").window(Window.tumbling("1 day"))
export const all = windowed.aggregate("all", {
  flights: Aggregate.count,
  delayed: Aggregate.count((flight) => flight.delay > 15),
  total: Aggregate.sum("delay"),
  mean: Aggregate.mean((flight) => flight.delay),
  origins: Aggregate.custom({
    schema: Schema.Array(Schema.String),
    create: () => [],
    add: (origins, flight) => [...origins, flight.origin],
    result: (origins) => origins.join(","),
    resultSchema: Schema.String
  })
})
export const allMapped = all.map(
  ({ key, value, window }) => {
    const text: string = key + value.origins
    const count: number = value.flights + value.delayed + value.total + value.mean + window.start
    return { origin: text, worst: count }
  },
  { schema: Summary }
)
export const predicates = windowed.aggregate(
  "one",
  Aggregate.count((flight: Flight) => flight.delay > 15)
)
export const sum = windowed.aggregate(
  "sum",
  Aggregate.sum((flight: Flight) => flight.delay)
)
export const single = windowed.aggregate("one", Aggregate.min("delay")).filter(({ value }) => value > 0)
export const keyed = timed
  .keyBy((flight) => [flight.origin, flight.carrier], Schema.Tuple([Schema.String, Schema.String]))
  .window(Window.tumbling("1 hour"))
  .aggregate("pairs", Aggregate.count)
  .map(({ key: [origin, carrier], value }) => ({ origin: origin + carrier, worst: value }), { schema: Summary })
// @ts-expect-error an origin is no number
windowed.aggregate("a", Aggregate.max("origin"))
// @ts-expect-error in a struct neither
windowed.aggregate("a", { worst: Aggregate.max("origin") })
// @ts-expect-error a number that may be missing
windowed.aggregate("a", Aggregate.sum("seats"))
// @ts-expect-error no such field
windowed.aggregate("a", Aggregate.sum("distance"))
// @ts-expect-error a sum needs something to add
windowed.aggregate("a", Aggregate.sum)
// @ts-expect-error an aggregate is no number
windowed.aggregate("a", { flights: 1 })
// @ts-expect-error the value has no field "median"
single.map(({ value }) => value.median)
// @ts-expect-error a window needs a key
timed.window(Window.tumbling("1 day"))
// @ts-expect-error no unit of time
Window.tumbling("1 fortnight")
Window.sliding("10 minutes", "1 minute")
// @ts-expect-error how often a window begins
Window.sliding("10 minutes")
