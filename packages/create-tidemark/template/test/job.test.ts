import assert from "node:assert/strict"
import { test } from "node:test"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job } from "@tidemark/core"
import { Order, Turnover, turnover } from "../job.ts"

const minute = 60_000

test("orders are added up per shop and hour, what is free does not count", async () => {
  const orders = Collection.source({
    schema: Order,
    records: [
      { shop: "harbour", at: 5 * minute, cents: 250 },
      { shop: "beach", at: 7 * minute, cents: 900 },
      { shop: "harbour", at: 59 * minute, cents: 150 },
      { shop: "harbour", at: 60 * minute, cents: 100 },
      { shop: "beach", at: 61 * minute, cents: 0 }
    ]
  })
  const report = Collection.sink({ schema: Turnover })
  await Job.runPromise({ pipeline: turnover(orders, report), checkpoint: { storage: MemoryStorage.make() } })
  const lines = report.records().map(({ cents, hour, orders, shop }) => `${hour} ${shop} ${orders} ${cents}`)
  assert.deepEqual(lines.sort(), [
    "1970-01-01T00:00:00.000Z beach 1 900",
    "1970-01-01T00:00:00.000Z harbour 2 400",
    "1970-01-01T01:00:00.000Z harbour 1 100"
  ])
})
