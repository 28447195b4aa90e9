/** Visits by key, and the pipelines that add them up: what keyed state costs. */
import { Aggregate, Pipeline, Window } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"
import { makeRandom } from "../../harness/random.ts"

export const IntVisit = Schema.Struct({ key: Schema.Int, amount: Schema.Number })
export type IntVisit = typeof IntVisit.Type

export const StringVisit = Schema.Struct({ key: Schema.String, amount: Schema.Number })
export type StringVisit = typeof StringVisit.Type

/** Count and sum of a key. */
export const Total = Schema.Struct({ count: Schema.Int, sum: Schema.Number })
export type Total = typeof Total.Type

const totals = { count: Aggregate.count, sum: Aggregate.sum("amount") } as const

/** All visits happen in one long window: what is left is the keyed state. */
const always = Window.tumbling("36500 days")

/** One result per key, at the end. */
export const intTotals = (source: Source<IntVisit>, sink: Sink<Total>): Pipeline =>
  Pipeline.make("int-totals")
    .from("visits", source)
    .eventTime(() => 0)
    .keyBy("key")
    .window(always)
    .aggregate("totals", totals)
    .map(({ value }) => value, { schema: Total })
    .to("totals-out", sink)

export const stringTotals = (source: Source<StringVisit>, sink: Sink<Total>): Pipeline =>
  Pipeline.make("string-totals")
    .from("visits", source)
    .eventTime(() => 0)
    .keyBy("key")
    .window(always)
    .aggregate("totals", totals)
    .map(({ value }) => value, { schema: Total })
    .to("totals-out", sink)

/** One result per record: what its key has come to. */
export const intRunning = (source: Source<IntVisit>, sink: Sink<IntVisit>): Pipeline =>
  Pipeline.make("int-running")
    .from("visits", source)
    .keyBy("key")
    .reduce("sums", (a, b) => ({ key: b.key, amount: a.amount + b.amount }))
    .to("sums-out", sink)

export const stringRunning = (source: Source<StringVisit>, sink: Sink<StringVisit>): Pipeline =>
  Pipeline.make("string-running")
    .from("visits", source)
    .keyBy("key")
    .reduce("sums", (a, b) => ({ key: b.key, amount: a.amount + b.amount }))
    .to("sums-out", sink)

const firstKey = 1_000_000

/** At least as many visits as keys, every key as often as the others, shuffled. */
export const makeIntVisits = (keys: number): ReadonlyArray<IntVisit> =>
  shuffledKeys(keys).map(({ amount, key }) => ({ key, amount }))

export const makeStringVisits = (keys: number): ReadonlyArray<StringVisit> =>
  shuffledKeys(keys).map(({ amount, key }) => ({ key: `user-${key}`, amount }))

const visitsMin = 131_072

const shuffledKeys = (keys: number): ReadonlyArray<IntVisit> => {
  const random = makeRandom(3)
  const count = Math.ceil(Math.min(visitsMin, keys * 128) / keys) * keys
  const order = Int32Array.from({ length: Math.max(count, keys) }, (_, i) => firstKey + (i % keys))
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const key = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = key
  }
  return Array.from(order, (key) => ({ key, amount: random.below(100) }))
}

/**
 * Every key as often as the others, made as they are asked for; in every pass over the keys in another order. Where keys
 * come again in the order in which they were first seen, the memory of a `Map` and its objects is walked in sequence, which
 * no stream does.
 */
export const reordered =
  (keys: number) =>
  (from: number, count: number): ReadonlyArray<IntVisit> => {
    const values: Array<IntVisit> = []
    for (let i = from; i < from + count; i++) {
      const pass = Math.floor(i / keys)
      const step = strides[pass % strides.length] ?? stride
      values.push({ key: firstKey + (((i - pass * keys) * step + pass) % keys), amount: (i * 7) % 100 })
    }
    return values
  }

/** The visits over and over, in slices. */
export const repeated =
  <A>(visits: ReadonlyArray<A>) =>
  (from: number, count: number): ReadonlyArray<A> => {
    const start = from % visits.length
    return visits.slice(start, start + count)
  }

/** Made as they are asked for, as a source that decodes its input would: first every key once, then what `keyOf` says. */
export const generated =
  (keys: number, keyOf: (index: number) => number) =>
  (from: number, count: number): ReadonlyArray<IntVisit> => {
    const values: Array<IntVisit> = []
    for (let i = from; i < from + count; i++) {
      values.push({ key: firstKey + (i < keys ? scattered(i, keys) : keyOf(i)), amount: amountOf(i) })
    }
    return values
  }

/** Amounts of money, like random: sums of small whole numbers would compress to nothing. */
const amountOf = (index: number): number => (Math.imul(index, -1640531535) >>> 15) / 100

/** Primes, so that every key is met once in a pass. */
const strides = [100_003, 611_953, 382_819, 924_269, 270_763]

/** Prime, so that every key is met once. */
const stride = 100_003

/** The i-th key of an order that visits all of them and neighbours far apart. */
export const scattered = (index: number, keys: number): number => (index * stride) % keys
