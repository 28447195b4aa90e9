/**
 * 08 Your own source and sink: an outbox in SQLite is read, and account balances are booked in another SQLite database.
 *
 * Teaches: what a source and a sink must do so that a job is exactly once from end to end. The source is
 *   sqlite/outboxSource.ts, the sink sqlite/ledgerSink.ts; docs/guides/write-your-own-source-and-sink.md explains both.
 *   The scenarios of the test kit run over them here as they would in your tests.
 * Guarantees: exactly once, although the job fails twice while it reads and books.
 * Run: node --conditions=tidemark-source packages/examples/src/08-your-own-source-and-sink.ts
 * Expect:
 *   8 scenarios of the source hold, 12 of the sink
 *   5,000 payments read, 2 failures on the way
 *   5,000 bookings on 10 accounts, each exactly once
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, Pipeline, Trigger } from "@tidemark/core"
import { sinkScenarios, sourceScenarios } from "@tidemark/core/testing"
import { Effect, Schema } from "effect"
import { ledgerSink } from "./sqlite/ledgerSink.ts"
import { outboxSource } from "./sqlite/outboxSource.ts"

const Payment = Schema.Struct({ account: Schema.String, amount: Schema.Int, booked: Schema.Int })
type Payment = typeof Payment.Type
const decodePayment = Schema.decodeUnknownSync(Schema.fromJsonString(Payment))

const directory = mkdtempSync(join(tmpdir(), "tidemark-08-"))
process.on("exit", () => rmSync(directory, { recursive: true, force: true }))
const at = (name: string): string => join(directory, name)

const payments: ReadonlyArray<Payment> = Array.from({ length: 5_000 }, (_, index) => ({
  account: `account-${index % 10}`,
  amount: (index % 7) - 2,
  booked: 1
}))

/** What another program does: it appends to the outbox, in the transaction of its own business. */
const fillOutbox = (path: string, rows: ReadonlyArray<Payment>): void => {
  Effect.runSync(Effect.scoped(Effect.ignore(outboxSource({ path, schema: Payment }).discover)))
  const database = new DatabaseSync(path)
  const append = database.prepare("insert into outbox (body) values (?)")
  database.exec("begin")
  for (const row of rows) append.run(JSON.stringify(row))
  database.exec("commit")
  database.close()
}

const bookings = (path: string): ReadonlyArray<Payment> => {
  const database = new DatabaseSync(path)
  const rows = database.prepare("select body from ledger order by rowid").all()
  database.close()
  return rows.map(({ body }) => decodePayment(body))
}

// The contract first: every scenario over a fresh input, or a fresh target.
fillOutbox(at("short.db"), payments.slice(0, 2_100))
for (const scenario of sourceScenarios) {
  await Effect.runPromise(scenario.run({ source: () => outboxSource({ path: at("short.db"), schema: Payment }) }))
}
for (const [index, scenario] of sinkScenarios.entries()) {
  const path = at(`scenario-${index}.db`)
  await Effect.runPromise(
    scenario.run({
      sink: () => ledgerSink({ path, schema: Payment }),
      visible: Effect.sync(() => bookings(path)),
      record: (number) => ({ account: "a", amount: number, booked: 1 }),
      numberOf: ({ amount }) => amount
    })
  )
}
console.log(`${sourceScenarios.length} scenarios of the source hold, ${sinkScenarios.length} of the sink`)

// Then a job over both, which breaks down twice.
fillOutbox(at("outbox.db"), payments)
let seen = 0
let failures = 0
const audit = (): boolean => {
  seen++
  if (seen !== 1_700 && seen !== 4_300) return true
  failures++
  throw new Error("the audit is out of order")
}
const pipeline = Pipeline.make("ledger")
  .from("outbox", outboxSource({ path: at("outbox.db"), schema: Payment }))
  .filter(audit, { uid: "audit" })
  .keyBy("account")
  .reduce("balance", (before, { account, amount, booked }) => ({
    account,
    amount: before.amount + amount,
    booked: before.booked + booked
  }))
  .to("ledger", ledgerSink({ path: at("ledger.db"), schema: Payment }))

const report = await Job.runPromise({
  pipeline,
  parallelism: 2,
  checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.count(500) },
  restart: { initialDelay: "1 millis" }
})
assert.equal(report.restarts, 2)
console.log(`${report.position.records.toLocaleString("en-US")} payments read, ${failures} failures on the way`)

// Of each account: booking n says the sum of its first n payments, and there is one booking for each payment.
const byAccount = Map.groupBy(bookings(at("ledger.db")), ({ account }) => account)
for (const [account, of] of Map.groupBy(payments, (payment) => payment.account)) {
  let sum = 0
  for (const [index, { amount }] of of.entries()) {
    sum += amount
    assert.deepEqual(byAccount.get(account)?.[index], { account, amount: sum, booked: index + 1 })
  }
  assert.equal(byAccount.get(account)?.length, of.length)
}
console.log(`${payments.length.toLocaleString("en-US")} bookings on ${byAccount.size} accounts, each exactly once`)
