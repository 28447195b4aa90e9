/**
 * 05 Late records: readings that come when their hour has been told are amended, not lost.
 *
 * Teaches: a window tells its result once and then drops what comes for it; `{ late }` sends that to a side output, and
 *   `side` goes on with it behind the sink, to a sink of its own. Here a gauge was cut off for three hours, and what it
 *   had measured arrives two days later.
 * Guarantees: exactly once in both sinks together: every reading is in an hour or in an amendment, although a function
 *   fails on the way.
 * Run: node --conditions=tidemark-source packages/examples/src/05-late-records.ts
 * Expect:
 *   717 hours told from 43,020 readings in time
 *   180 readings came late, for 3 hours at north
 *   highest water at north on the second day: 9 o'clock, 560 cm; told first: 21 o'clock, 490 cm
 *   1 failure on the way, every reading counted once
 */
import assert from "node:assert/strict"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Aggregate, Job, Pipeline, SideOutput, Trigger, Window } from "@tidemark/core"
import { Schema } from "effect"

const Reading = Schema.Struct({ gauge: Schema.String, at: Schema.Number, level: Schema.Int })
type Reading = typeof Reading.Type
const Hour = Schema.Struct({ gauge: Schema.String, hour: Schema.Number, readings: Schema.Int, highest: Schema.Number })
type Hour = typeof Hour.Type

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

// Three gauges, a reading each minute, ten days. North is cut off from 8 to 11 o'clock on the second day.
const all = Array.from({ length: 3 * 10 * 24 * 60 }, (_, index): Reading => {
  const at = Math.floor(index / 3) * minute
  const tide = Math.sin((2 * Math.PI * (at - 5.6 * hour)) / (12.4 * hour))
  const storm = Math.exp(-(((at - day - 9.5 * hour) / (2 * hour)) ** 2))
  return { gauge: ["north", "east", "west"][index % 3] ?? "", at, level: Math.round(300 + 190 * tide + 70 * storm) }
})
const isCutOff = ({ at, gauge }: Reading): boolean => gauge === "north" && at >= day + 8 * hour && at < day + 11 * hour
const back = (3 * (3 * day)) / minute
const readings = [
  ...all.slice(0, back).filter((reading) => !isCutOff(reading)),
  ...all.filter(isCutOff),
  ...all.slice(back)
]

let seen = 0
const check = (): boolean => {
  seen++
  if (seen === 30_000) throw new Error("the check is out of order")
  return true
}

const late = SideOutput.make("late", Reading)
const told = Collection.sink({ schema: Hour })
const amendments = Collection.sink({ schema: Hour })
const pipeline = Pipeline.make("gauges")
  .from("readings", Collection.source({ schema: Reading, records: readings }))
  .eventTime(({ at }) => at)
  .filter(check, { uid: "check" })
  .keyBy("gauge")
  .window(Window.tumbling("1 hour"))
  .aggregate("hours", { readings: Aggregate.count, highest: Aggregate.max("level") }, { late })
  .map(({ key, value, window }) => ({ gauge: key, hour: window.start, ...value }), { schema: Hour })
  .to("told", told)
  .side(late, (stream) =>
    stream
      .map(({ at, gauge, level }) => ({ gauge, hour: at - (at % hour), readings: 1, highest: level }), { schema: Hour })
      .keyBy(({ gauge, hour }) => [gauge, hour], Schema.Tuple([Schema.String, Schema.Number]))
      .reduce("amended", amend)
      .to("amendments", amendments)
  )

function amend(before: Hour, more: Hour): Hour {
  const highest = Math.max(before.highest, more.highest)
  return { ...before, readings: before.readings + more.readings, highest }
}

const report = await Job.runPromise({
  pipeline,
  parallelism: 2,
  checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.count(5_000) },
  restart: { initialDelay: "10 millis" }
})

// A reduce emits the new value for every record: the last one of an hour is its amendment.
const nameOf = ({ gauge, hour }: Hour): string => `${gauge} ${hour}`
const amended = new Map(amendments.records().map((amendment) => [nameOf(amendment), amendment]))
const first = new Map(told.records().map((one) => [nameOf(one), one]))
const final = new Map(first)
for (const [name, more] of amended) final.set(name, amend(first.get(name) ?? { ...more, readings: 0 }, more))

const count = (value: number): string => value.toLocaleString("en-US")
const sum = (hours: Map<string, Hour>): number =>
  [...hours.values()].reduce((total, { readings }) => total + readings, 0)
console.log(`${count(first.size)} hours told from ${count(sum(first))} readings in time`)
console.log(`${sum(amended)} readings came late, for ${amended.size} hours at north`)
const highestOf = (hours: Map<string, Hour>): string => {
  const atNorth = [...hours.values()].filter((one) => one.gauge === "north" && Math.floor(one.hour / day) === 1)
  const best = atNorth.reduce((a, b) => (b.highest > a.highest ? b : a))
  return `${(best.hour % day) / hour} o'clock, ${best.highest} cm`
}
console.log(`highest water at north on the second day: ${highestOf(final)}; told first: ${highestOf(first)}`)
console.log(`${report.restarts} failure on the way, every reading counted once`)

// What a plain loop makes of all readings.
const expected = new Map<string, Hour>()
for (const { at, gauge, level } of all) {
  const one: Hour = { gauge, hour: at - (at % hour), readings: 1, highest: level }
  const before = expected.get(nameOf(one))
  expected.set(nameOf(one), before === undefined ? one : amend(before, one))
}
assert.deepEqual(new Map([...final].sort()), new Map([...expected].sort()))
assert.deepEqual([sum(first) + sum(amended), report.restarts], [all.length, 1])
