/** The state in golden/format1.snapshot: how it was made and what it must be restored to. */
import { Effect, Option, Schema } from "effect"
import { expect } from "vitest"
import { makeSubtaskState, openSnapshot, State } from "../../../../packages/core/src/state/index.ts"
import { encoded, groupOf } from "./sums.ts"

const Flight = Schema.Struct({
  origin: Schema.String,
  delay: Schema.Number,
  date: Schema.Date,
  seats: Schema.BigInt,
  note: Schema.optionalKey(Schema.NullOr(Schema.String)),
  tags: Schema.Record(Schema.String, Schema.Boolean),
  stops: Schema.Option(Schema.String)
})

const flight: typeof Flight.Type = {
  origin: "ATL",
  delay: 15.5,
  date: new Date(978_307_200_000),
  seats: 2n ** 70n,
  tags: { late: true },
  stops: Option.some("ORD")
}
const oddFlight = { ...flight, delay: -0, note: "\udfff" }

const manyItems = Array.from({ length: 500 }, (_, i) => `item ${i}`)

const lists = [{ operator: "flights", name: "splits", items: [{ id: "rows 0", next: 17 }, null] }]

const timers = State.value("timers", Schema.Literal(true))

const makeState = () => {
  const state = makeSubtaskState()
  const keyedBy = (key: Schema.Codec<unknown, unknown>) => ({ operator: "golden", key })
  return {
    state,
    flights: state.keyed(State.value("flight", Flight).describe(keyedBy(Schema.String))),
    items: state.keyed(State.list("items", Schema.String).describe(keyedBy(Schema.Int))),
    // As timers were stored before any operator had some: a row for each, under its time.
    timers: state.keyed({ ...timers.describe(keyedBy(Schema.BigInt)), kind: "timer" })
  }
}

/** Writes the golden state as the present format does. */
export const writeGolden: Effect.Effect<Uint8Array> = Effect.suspend(() => {
  const { flights, items, state, timers } = makeState()
  flights.set("ATL", groupOf("ATL"), 0, flight)
  flights.set("\ud800", groupOf("\ud800"), 0, oddFlight)
  items.set(42, groupOf(42), 86_400_000, ["a", "b"])
  items.set(-(2 ** 40), groupOf(-(2 ** 40)), 0, manyItems)
  timers.set(7n, groupOf(7n), 978_307_200_000, true)
  return encoded(state, lists)
})

export const expectGolden = Effect.fnUntraced(function* (bytes: Uint8Array) {
  const reader = yield* Effect.orDie(openSnapshot({ object: "golden", checkpoint: 7, bytes }))
  const { flights, items, state, timers } = makeState()
  yield* state.restore([reader], { from: 0, to: 128 })
  expect(reader.lists).toEqual(lists)
  expect(flights.get("ATL", groupOf("ATL"), 0)).toStrictEqual(flight)
  expect(flights.get("\ud800", groupOf("\ud800"), 0)).toStrictEqual(oddFlight)
  expect(items.get(42, groupOf(42), 86_400_000)).toStrictEqual(["a", "b"])
  expect(items.get(-(2 ** 40), groupOf(-(2 ** 40)), 0)).toStrictEqual(manyItems)
  expect(timers.get(7n, groupOf(7n), 978_307_200_000)).toBe(true)
  expect([flights.size, items.size, timers.size]).toEqual([2, 2, 1])
})
