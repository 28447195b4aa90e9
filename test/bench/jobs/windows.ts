/** Readings in tumbling windows of a minute, as a pipeline and as maps of maps by hand. */
import { Aggregate, Pipeline, Window } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"
import { makeRandom } from "../harness/random.ts"
import { answerOf } from "./sums/byHand.ts"

export const IntReading = Schema.Struct({ key: Schema.Int, at: Schema.Number, value: Schema.Number })
export type IntReading = typeof IntReading.Type

export const StringReading = Schema.Struct({ key: Schema.String, at: Schema.Number, value: Schema.Number })
export type StringReading = typeof StringReading.Type

export const Minute = Schema.Struct({ count: Schema.Int, sum: Schema.Number, max: Schema.Number })
export type Minute = typeof Minute.Type

const minuteMs = 60_000
const minute = { count: Aggregate.count, sum: Aggregate.sum("value"), max: Aggregate.max("value") } as const

export const intMinutes = (source: Source<IntReading>, sink: Sink<Minute>): Pipeline =>
  Pipeline.make("int-minutes")
    .from("readings", source)
    .eventTime((reading) => reading.at)
    .keyBy("key")
    .window(Window.tumbling("1 minute"))
    .aggregate("minutes", minute)
    .map(({ value }) => value, { schema: Minute })
    .to("minutes-out", sink)

export const stringMinutes = (source: Source<StringReading>, sink: Sink<Minute>): Pipeline =>
  Pipeline.make("string-minutes")
    .from("readings", source)
    .eventTime((reading) => reading.at)
    .keyBy("key")
    .window(Window.tumbling("1 minute"))
    .aggregate("minutes", minute)
    .map(({ value }) => value, { schema: Minute })
    .to("minutes-out", sink)

/** In order of time; ten readings per key and minute on average. */
export const makeReadings = (count: number, keys: number): ReadonlyArray<IntReading> => {
  const random = makeRandom(5)
  const perMinute = Math.max(1, keys * 10)
  return Array.from({ length: count }, (_, i) => ({
    key: 1_000_000 + random.below(keys),
    at: Math.floor((i / perMinute) * minuteMs),
    value: random.below(1000)
  }))
}

export const fingerprintOf = ({ count, max, sum }: Minute): number => count * 3 + sum + max * 5

interface Reading<K> {
  readonly key: K
  readonly at: number
  readonly value: number
}

/** Time is in order, so a window is over when the next begins. */
export const minutesByHand = <K>(readings: ReadonlyArray<Reading<K>>): string => {
  let keys = new Map<K, { count: number; sum: number; max: number }>()
  let start = Number.NEGATIVE_INFINITY
  let results = 0
  let sum = 0
  const fire = (): void => {
    for (const one of keys.values()) {
      results++
      sum += fingerprintOf({ count: one.count, sum: one.sum, max: one.max })
    }
    keys = new Map()
  }
  for (const { at, key, value } of readings) {
    const own = Math.floor(at / minuteMs) * minuteMs
    if (own > start) {
      fire()
      start = own
    }
    const one = keys.get(key)
    if (one === undefined) keys.set(key, { count: 1, sum: value, max: value })
    else {
      one.count++
      one.sum += value
      one.max = Math.max(one.max, value)
    }
  }
  fire()
  return answerOf(results, sum)
}
