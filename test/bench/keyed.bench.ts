/** Counts and sums by key, as whole jobs, against loops over `Map` by hand. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type Pipeline, Trigger } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Effect, type Schema } from "effect"
import { alternate, type Contestant, demandEqual, ratioOf } from "./harness/alternate.ts"
import type { Benchmark } from "./harness/Benchmark.ts"
import type { GoalName } from "./harness/goals.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import type { GoalFigure, Table } from "./harness/Result.ts"
import { Stopwatch } from "./harness/Stopwatch.ts"
import type { Scale } from "./harness/scale.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import { MeasuredSource } from "./jobs/MeasuredSource.ts"
import { answerOf, runningByHand, totalsByHand, totalsOffHeap } from "./jobs/sums/byHand.ts"
import {
  IntVisit,
  intRunning,
  intTotals,
  makeStringVisits,
  reordered,
  repeated,
  StringVisit,
  stringRunning,
  stringTotals,
  Total
} from "./jobs/sums/visits.ts"

const us = "Tidemark"
const running = "Tidemark, a result per record"

/** One size of one kind of key. */
interface Keyed<A> {
  readonly name: string
  readonly goal: GoalName | null
  readonly schema: Schema.Codec<A, unknown>
  readonly take: (from: number, count: number) => ReadonlyArray<A>
  readonly records: number
  readonly totals: (source: Source<A>, sink: Sink<Total>) => Pipeline
  readonly running: (source: Source<A>, sink: Sink<A>) => Pipeline
  readonly amountOf: (value: A) => number
  readonly byHand: {
    readonly totals: () => string
    /** What is left when everything but the table is taken away; null for keys that only a `Map` finds. */
    readonly floor: (() => string) | null
    readonly running: () => string
  }
}

const sizes = (scale: Scale): ReadonlyArray<readonly [number, string]> =>
  scale.name === "tiny"
    ? [[500, "500"]]
    : [
        [1_000, "1 k"],
        [100_000, "100 k"],
        [1_000_000, "1 M"]
      ]

const recordsOf = (scale: Scale, keys: number): number =>
  scale.pick({ full: Math.max(4_000_000, keys * 12), quick: Math.max(1_000_000, keys * 3), tiny: 5_000 })

const intGoals: Readonly<Record<string, GoalName>> = { "1 M": "keyed1mInt" }
const stringGoals: Readonly<Record<string, GoalName>> = {
  "1 k": "keyed1kString",
  "100 k": "keyed100kString",
  "1 M": "keyed1mString"
}

const intKeys = (scale: Scale, keys: number, text: string): Keyed<IntVisit> => {
  const take = reordered(keys)
  const records = recordsOf(scale, keys)
  return {
    ...{ name: `${text} int keys`, goal: intGoals[text] ?? null, schema: IntVisit, take, records },
    ...{ totals: intTotals, running: intRunning, amountOf: (visit) => visit.amount },
    byHand: {
      totals: () => totalsByHand({ records, take }),
      floor: () => totalsOffHeap({ records, take, keys }),
      running: () => runningByHand({ records, take })
    }
  }
}

const stringKeys = (scale: Scale, keys: number, text: string): Keyed<StringVisit> => {
  const take = repeated(makeStringVisits(keys))
  const records = recordsOf(scale, keys)
  return {
    ...{ name: `${text} string keys`, goal: stringGoals[text] ?? null, schema: StringVisit, take, records },
    ...{ totals: stringTotals, running: stringRunning, amountOf: (visit) => visit.amount },
    byHand: {
      totals: () => totalsByHand({ records, take }),
      floor: null,
      running: () => runningByHand({ records, take })
    }
  }
}

const run = async (scale: Scale) => {
  await Effect.runPromise(polluteRuntime(scale))
  const measured: Array<{ readonly tables: ReadonlyArray<Table>; readonly goals: ReadonlyArray<GoalFigure> }> = []
  for (const [keys, text] of sizes(scale)) measured.push(await measure(intKeys(scale, keys, text), scale))
  for (const [keys, text] of sizes(scale)) measured.push(await measure(stringKeys(scale, keys, text), scale))
  return { tables: measured.flatMap(({ tables }) => tables), goals: measured.flatMap(({ goals }) => goals) }
}

const measure = async <A>(keyed: Keyed<A>, scale: Scale) => {
  const { byHand, goal, name, records } = keyed
  const totals: ReadonlyArray<Contestant> = [
    { name: "hand, Map of { count, sum }", records, run: byHand.totals },
    { name: us, records, run: (watch) => runTotals(keyed, watch) },
    ...(byHand.floor === null ? [] : [{ name: "floor: an open-addressing loop by hand", records, run: byHand.floor }])
  ]
  const perRecord: ReadonlyArray<Contestant> = [
    { name: "hand, a result per record", records, run: byHand.running },
    { name: running, records, run: (watch) => runRunning(keyed, watch) }
  ]
  await demandEqual(totals)
  await demandEqual(perRecord)
  const options = { rounds: scale.rounds(7), warmups: scale.warmups(1) }
  const table = await alternate(totals, { title: `${name}, count and sum, polluted`, ...options })
  const second = await alternate(perRecord, { title: `${name}, running sum, polluted`, ...options })
  const note = `a result per record: ${ratioOf(second, running).toFixed(2)}`
  return { tables: [table, second], goals: goal === null ? [] : [{ goal, figure: ratioOf(table, us), note }] }
}

const runTotals = async <A>(keyed: Keyed<A>, watch: Stopwatch): Promise<string> => {
  const sink = new CountingSink<Total>(
    Total,
    ({ count, sum }) => count * 3 + sum,
    () => watch.stop()
  )
  return runJob(keyed, watch, { sink, pipeline: (source) => keyed.totals(source, sink.sink) })
}

const runRunning = async <A>(keyed: Keyed<A>, watch: Stopwatch): Promise<string> => {
  const sink = new CountingSink<A>(keyed.schema, keyed.amountOf, () => watch.stop())
  return runJob(keyed, watch, { sink, pipeline: (source) => keyed.running(source, sink.sink) })
}

interface Summing<A> {
  readonly sink: { readonly count: number; readonly sum: number }
  readonly pipeline: (source: Source<A>) => Pipeline
}

/** The watch runs from the first poll to the barrier behind the last result. */
const runJob = async <A>(
  { records, schema, take }: Keyed<A>,
  watch: Stopwatch,
  { pipeline, sink }: Summing<A>
): Promise<string> => {
  const input = new MeasuredSource<A>({
    ...{ schema, take },
    until: (taken) => {
      if (taken === 0) watch.start()
      return { limit: records, isEnd: true }
    }
  })
  await Job.runPromise({
    pipeline: pipeline(input.source),
    checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.manual }
  })
  return answerOf(sink.count, sink.sum)
}

export const keyed: Benchmark = {
  name: "keyed",
  title: "Counts and sums by key, as whole jobs",
  notMeasured: [
    "Starting the job and its final checkpoint: the watch runs from the first poll to the barrier behind the last result.",
    "Checkpoints (see checkpoint), several threads (see threads), 10 M keys (see large).",
    "Loops by hand keep nothing that a crash would leave behind, and know neither batches nor key groups."
  ],
  run,
  profile: async (scale) => {
    await Effect.runPromise(polluteRuntime(scale))
    const keys = scale.pick({ full: 1_000_000, quick: 1_000_000, tiny: 500 })
    const keyed = intKeys(scale, keys, "1 M")
    return () => runTotals(keyed, new Stopwatch())
  }
}
