/**
 * 11 Savepoint and upgrade: a running job is stopped with a savepoint, and another version of it goes on from there.
 *
 * Teaches: `stop({ savepoint: true })` ends a job where it is and keeps that place for good; `resume: { from }` starts there,
 *   here with another parallelism and with an operator more. States are found by the names that you give to operators,
 *   so the running totals go on; the alarm is new and begins empty.
 * Guarantees: no payment is lost or booked twice over the upgrade. A savepoint is whole and belongs to you: no job removes
 *   it, and the first version could be started from it again.
 * Run: node --conditions=tidemark-source packages/examples/src/11-savepoint-and-upgrade.ts
 * Expect (the first number differs from run to run):
 *   version 1  stopped with a savepoint after 33,000 of 100,000 payments
 *   version 2  went on from it at parallelism 3 and finished
 *   20 accounts, 100,000 payments booked once, 20 alarms
 */
import assert from "node:assert/strict"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Pipeline, State, Trigger } from "@tidemark/core"
import { Effect, Schema } from "effect"

const Payment = Schema.Struct({ account: Schema.String, cents: Schema.Int })
type Payment = typeof Payment.Type
const Balance = Schema.Struct({ account: Schema.String, cents: Schema.Int, alarm: Schema.Boolean })

const payments: ReadonlyArray<Payment> = Array.from({ length: 100_000 }, (_, i) => ({
  account: `account-${i % 20}`,
  cents: 1 + (i % 7)
}))
const isLarge = ({ cents }: Payment): boolean => cents > 10_000

/** One place for both versions: what the first has made visible, the second does not repeat. */
const sink = Collection.sink({ schema: Balance })
const storage = MemoryStorage.make()

const totals = () =>
  Pipeline.make("balances")
    .from("payments", Collection.source({ schema: Payment, records: payments }))
    .keyBy("account")
    .reduce("totals", (total, { account, cents }) => ({ account, cents: total.cents + cents }))

const version1 = totals()
  .map((total) => ({ ...total, alarm: false }), { schema: Balance })
  .to("balances", sink)

const version2 = totals()
  .keyBy("account")
  .process("alarm", {
    schema: Balance,
    states: { told: State.value("told", Schema.Boolean) },
    onElement: (total, { emit, states }) => {
      const alarm = isLarge(total) && states.told.get() !== true
      if (alarm) states.told.set(true)
      emit({ ...total, alarm })
    }
  })
  .to("balances", sink)

const checkpoint = { storage, trigger: Trigger.count(5_000) }

const stopped = await Effect.gen(function* () {
  const handle = yield* Job.start({ pipeline: version1, checkpoint })
  while (handle.report().recordsIn < 20_000) yield* Effect.sleep("1 millis")
  yield* handle.stop({ savepoint: true })
  return yield* handle.await
}).pipe(Effect.scoped, Effect.runPromise)
const read = stopped.position.records
const place = stopped.checkpoints.history.at(-1)
assert.ok(place !== undefined && read < payments.length)
console.log(`version 1  stopped with a savepoint after ${read.toLocaleString("en-US")} of 100,000 payments`)

const finished = await Job.runPromise({
  pipeline: version2,
  checkpoint,
  parallelism: 3,
  resume: { from: place.id }
})
assert.equal(finished.restored, place.id)
console.log(`version 2  went on from it at parallelism ${finished.parallelism} and ${finished.outcome}`)

const shown = sink.records()
const alarms = shown.filter(({ alarm }) => alarm).length
const last = new Map(shown.map(({ account, cents }) => [account, cents]))
const expected = new Map<string, number>()
for (const { account, cents } of payments) expected.set(account, (expected.get(account) ?? 0) + cents)
console.log(`${last.size} accounts, ${shown.length.toLocaleString("en-US")} payments booked once, ${alarms} alarms`)

assert.deepEqual(new Map([...last].sort()), new Map([...expected].sort()))
assert.deepEqual([shown.length, alarms], [payments.length, 20])
