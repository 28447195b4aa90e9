/**
 * 06 Async enrichment: the price of every order, asked from a service that is slow and now and then fails.
 *
 * Teaches: `mapAsync`: calls in parallel, results in order; a time limit and retries; what to answer where none came in time.
 * Guarantees: orders in work are part of every checkpoint. When the job fails below they are asked for again, none is lost
 *   and none told twice; the calls themselves may be repeated, so they must be idempotent, as a look-up is.
 * Run: node --conditions=tidemark-source packages/examples/src/06-async-enrichment.ts
 * Expect:
 *   500 orders, never more than 25 asked for at once
 *   490 priced, 10 without a price: their call took too long
 *   told in the order of the orders, each once, after 1 restart
 */
import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Pipeline, Trigger } from "@tidemark/core"
import { Schedule, Schema } from "effect"

const Order = Schema.Struct({ id: Schema.Int, article: Schema.String, pieces: Schema.Int })
type Order = typeof Order.Type
const PricedOrder = Schema.Struct({ ...Order.fields, price: Schema.NullOr(Schema.Number) })

const orders: ReadonlyArray<Order> = Array.from({ length: 500 }, (_, id) => ({
  id,
  article: `article ${id % 50}`,
  pieces: 1 + (id % 3)
}))

/** Stands for a service: every seventh order fails at first, article 13 is never answered, order 300 fails three times. */
const asked = new Map<number, number>()
let atOnce = 0
let atOnceMax = 0
const priceOf = async ({ article, id }: Order, signal: AbortSignal): Promise<number> => {
  atOnce++
  atOnceMax = Math.max(atOnceMax, atOnce)
  try {
    const times = (asked.get(id) ?? 0) + 1
    asked.set(id, times)
    await sleep(article === "article 13" ? 60_000 : id % 5, undefined, { signal })
    if (times === 1 && id % 7 === 0) throw new Error("the price service is busy")
    if (times <= 3 && id === 300) throw new Error("the price service is down")
    return Number(article.slice("article ".length)) + 0.5
  } finally {
    atOnce--
  }
}

const sink = Collection.sink({ schema: PricedOrder })
const pipeline = Pipeline.make("enrichment")
  .from("orders", Collection.source({ schema: Order, records: orders }))
  .mapAsync(
    "prices",
    async (order, { signal }) => ({ ...order, price: order.pieces * (await priceOf(order, signal)) }),
    {
      schema: PricedOrder,
      capacity: 25,
      timeout: "150 millis",
      retry: Schedule.exponential("2 millis").pipe(Schedule.upTo({ times: 2 })),
      onTimeout: (order) => ({ ...order, price: null })
    }
  )
  .to("priced", sink)

const report = await Job.runPromise({
  pipeline,
  checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.every("20 millis") },
  restart: { initialDelay: "5 millis" }
})

const priced = sink.records()
const missing = priced.filter(({ price }) => price === null).length
console.log(`${priced.length} orders, never more than ${atOnceMax} asked for at once`)
console.log(`${priced.length - missing} priced, ${missing} without a price: their call took too long`)
console.log(`told in the order of the orders, each once, after ${report.restarts} restart`)

assert.deepEqual(
  priced,
  orders.map((order) => {
    const article = order.id % 50
    return { ...order, price: article === 13 ? null : order.pieces * (article + 0.5) }
  })
)
assert.ok(atOnceMax <= 25)
assert.equal(report.restarts, 1)
