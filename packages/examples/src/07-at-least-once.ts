/**
 * 07 At-least-once beside exactly-once: the same two tills, the same failure, and sales that count twice.
 *
 * Teaches: `checkpoint.mode`. Exactly once, a channel that has delivered its barrier waits for the others. At least once, it
 *   does not: nobody waits, but what it delivers before the last barrier is in the snapshot and is read again after a
 *   failure. Here the busy till has a long queue when the barrier comes; the quiet one sells ten times right behind its own.
 * Guarantees: exactly once, every sale counts once. At least once, none is lost, and some count twice after a failure.
 * Run: node --conditions=tidemark-source packages/examples/src/07-at-least-once.ts
 * Expect:
 *   exactly-once   busy till 200 of 200 sales, quiet till 10 of 10, after 1 failure
 *   at-least-once  busy till 200 of 200 sales, quiet till 20 of 10, after 1 failure
 */
import assert from "node:assert/strict"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Aggregate, type CheckpointMode, type Inspector, Job, Pipeline, Trigger, Window } from "@tidemark/core"
import type { Polled, Source } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"

const Sale = Schema.Struct({ shop: Schema.String, at: Schema.Number })
type Sale = typeof Sale.Type

// Event times tell the tills apart: each sells on a day of its own.
const day = 86_400_000
const sales: Readonly<Record<string, ReadonlyArray<Sale>>> = {
  quiet: Array.from({ length: 10 }, (_, i) => ({ shop: "corner", at: day + i })),
  busy: Array.from({ length: 200 }, (_, i) => ({ shop: "corner", at: i }))
}

/** One sale with every poll of the busy till; all at once at the quiet one, when it may open. */
const tills = (mayOpen: () => boolean): Source<Sale> => ({
  description: "two tills",
  schema: Sale,
  isBounded: true,
  isTimeOrdered: false,
  discover: Effect.succeed([
    { id: "quiet", spec: null },
    { id: "busy", spec: null }
  ]),
  validate: () => Effect.void,
  open: ({ wake }) =>
    Effect.sync(() => {
      const open = new Map<string, number>()
      return {
        assign: ({ id }, position) => open.set(id, Number(position ?? 0)),
        poll: (): Polled<Sale> => {
          const [next] = open
          if (next === undefined) return { _tag: "Exhausted" }
          const [split, from] = next
          const all = sales[split] ?? []
          if (from === all.length) {
            open.delete(split)
            return { _tag: "SplitFinished", split }
          }
          if (split === "quiet" && !mayOpen()) {
            setImmediate(wake)
            return { _tag: "Pending" }
          }
          const position = split === "quiet" ? all.length : from + 1
          open.set(split, position)
          return { _tag: "Records", split, values: all.slice(from, position), position, skipped: 0 }
        }
      }
    })
})

const Total = Schema.Struct({ start: Schema.Number, sales: Schema.Int })

const run = async (mode: CheckpointMode) => {
  let isQuietOpen = false
  let mustFail = false
  const inspect: Inspector = (fact) => {
    if (fact._tag === "BarrierSent" && fact.channel.startsWith("sales#0")) isQuietOpen = true
    if (fact._tag === "Step" && fact.event.type === "manifest.recorded") mustFail = true
  }
  const failOnce = (): boolean => {
    if (!mustFail) return true
    mustFail = false
    throw new Error("once, when the checkpoint stands")
  }
  const sink = Collection.sink({ schema: Total })
  const pipeline = Pipeline.make("tills")
    .from(
      "sales",
      tills(() => isQuietOpen)
    )
    .eventTime(({ at }) => at)
    .filter(failOnce, { uid: "failing" })
    .keyBy("shop")
    .window(Window.tumbling("1 day"))
    .aggregate("totals", { sales: Aggregate.count })
    .map(({ value, window }) => ({ start: window.start, sales: value.sales }), { schema: Total })
    .to("told", sink)
  const report = await Effect.gen(function* () {
    const handle = yield* Job.start({
      pipeline,
      parallelism: 2,
      checkpoint: { mode, trigger: Trigger.manual, storage: MemoryStorage.make() },
      restart: { initialDelay: "1 millis" },
      inspect
    })
    while (handle.report().recordsIn < 20) yield* Effect.sleep("1 millis")
    yield* handle.triggerCheckpoint
    return yield* handle.await
  }).pipe(Effect.scoped, Effect.runPromise)
  const soldOn = (start: number): number => sink.records().find((total) => total.start === start)?.sales ?? 0
  const [busy, quiet] = [soldOn(0), soldOn(day)]
  console.log(
    `${mode.padEnd(14)} busy till ${busy} of 200 sales, quiet till ${quiet} of 10, after ${report.restarts} failure`
  )
  return { busy, quiet }
}

assert.deepEqual(await run("exactly-once"), { busy: 200, quiet: 10 })
assert.deepEqual(await run("at-least-once"), { busy: 200, quiet: 20 })
