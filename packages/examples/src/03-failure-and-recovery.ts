/**
 * 03 Failure and recovery: a function of the user throws in the middle, and no payment is lost or booked twice.
 *
 * Teaches: what happens at a failure. The job goes back to its last checkpoint: state, position of the source and the
 *   sink's transactions together. It reads some records again, and nobody can see that in the result.
 * Guarantees: exactly once, over failures of the job's own code.
 * Run: node --conditions=tidemark-source packages/examples/src/03-failure-and-recovery.ts
 * Expect (ids and numbers of the first three lines differ from run to run):
 *   failed     Operator "audit" (subtask 0) threw at split records-0, record 1 of the batch before ...
 *   restored   checkpoint 2, records flowed again after 25 ms
 *   read       312,288 payments, 12,288 of them a second time
 *   result     300,000 bookings on 50 accounts, each exactly once
 */
import assert from "node:assert/strict"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { type Inspection, Job, Pipeline, Trigger } from "@tidemark/core"
import { Schema } from "effect"

/** `booked` and `balance` count the account's payments and their sum, this one included. */
const Booking = Schema.Struct({ account: Schema.String, booked: Schema.Int, balance: Schema.Int })
type Booking = typeof Booking.Type

const payments: ReadonlyArray<Booking> = Array.from({ length: 300_000 }, (_, index) => ({
  account: `account-${(index * 7) % 50}`,
  booked: 1,
  balance: (index % 199) - 80
}))

// The audit breaks down once, at the first payment after the second checkpoint.
let checkpoints = 0
let hasFailed = false
const countCheckpoints = (fact: Inspection): void => {
  if (fact._tag === "ActivityEnded" && fact.activity === "manifest") checkpoints++
}
const audit = (): boolean => {
  if (checkpoints < 2 || hasFailed) return true
  hasFailed = true
  throw new Error("the audit is out of order")
}

const sink = Collection.sink({ schema: Booking })
const pipeline = Pipeline.make("bookings")
  .from("payments", Collection.source({ schema: Booking, records: payments }))
  .filter(audit, { uid: "audit" })
  .keyBy("account")
  .reduce("balances", (before, payment) => ({
    account: payment.account,
    booked: before.booked + payment.booked,
    balance: before.balance + payment.balance
  }))
  .to("bookings", sink)

const report = await Job.runPromise({
  pipeline,
  checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.count(10_000) },
  restart: { initialDelay: "10 millis" },
  inspect: countCheckpoints
})

const [recovery] = report.recoveries
assert.ok(recovery !== undefined && recovery.restored !== null, "the job has failed once and restored a checkpoint")
const count = (value: number): string => value.toLocaleString("en-US")
const readAgain = report.recordsIn - payments.length
console.log(`failed     ${recovery.cause}`)
console.log(
  `restored   checkpoint ${recovery.restored}, records flowed again after ${Math.round(recovery.recoveryMs)} ms`
)
console.log(`read       ${count(report.recordsIn)} payments, ${count(readAgain)} of them a second time`)

// What a plain loop makes of the payments, account by account; the order between accounts is nobody's promise.
const byAccount = (bookings: ReadonlyArray<Booking>): Map<string, ReadonlyArray<Booking>> =>
  Map.groupBy(bookings, ({ account }) => account)
const running = (of: ReadonlyArray<Booking>): ReadonlyArray<Booking> => {
  let balance = 0
  return of.map((payment, index) => {
    balance += payment.balance
    return { account: payment.account, booked: index + 1, balance }
  })
}
const result = byAccount(sink.records())
for (const [account, of] of byAccount(payments)) assert.deepEqual(result.get(account), running(of))
console.log(`result     ${count(sink.records().length)} bookings on ${result.size} accounts, each exactly once`)
