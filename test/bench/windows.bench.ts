/** Tumbling windows by key, as whole jobs, against maps of maps by hand. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type Pipeline, Trigger } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Effect, type Schema } from "effect"
import { alternate, type Contestant, demandEqual } from "./harness/alternate.ts"
import type { Benchmark } from "./harness/Benchmark.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import type { Table } from "./harness/Result.ts"
import { Stopwatch } from "./harness/Stopwatch.ts"
import type { Scale } from "./harness/scale.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import { MeasuredSource } from "./jobs/MeasuredSource.ts"
import { answerOf } from "./jobs/sums/byHand.ts"
import { repeated } from "./jobs/sums/visits.ts"
import {
  fingerprintOf,
  IntReading,
  intMinutes,
  Minute,
  makeReadings,
  minutesByHand,
  StringReading,
  stringMinutes
} from "./jobs/windows.ts"

interface Windowed<A> {
  readonly schema: Schema.Codec<A, unknown>
  readonly readings: ReadonlyArray<A>
  readonly pipeline: (source: Source<A>, sink: Sink<Minute>) => Pipeline
}

const run = async (scale: Scale) => {
  await Effect.runPromise(polluteRuntime(scale))
  const tables: Array<Table> = []
  for (const keys of scale.pick({ full: [1_000, 100_000], quick: [1_000, 100_000], tiny: [50] })) {
    const readings = makeReadings(countOf(scale), keys)
    const named = readings.map(({ at, key, value }) => ({ key: `sensor-${key}`, at, value }))
    const ints = { schema: IntReading, readings, pipeline: intMinutes }
    const strings = { schema: StringReading, readings: named, pipeline: stringMinutes }
    tables.push(
      await measure(
        `${keys} int keys`,
        contestantsOf(ints, () => minutesByHand(readings)),
        scale
      )
    )
    tables.push(
      await measure(
        `${keys} string keys`,
        contestantsOf(strings, () => minutesByHand(named)),
        scale
      )
    )
  }
  return { tables, goals: [] }
}

const countOf = (scale: Scale): number => scale.pick({ full: 4_000_000, quick: 1_000_000, tiny: 3_000 })

const measure = async (what: string, contestants: ReadonlyArray<Contestant>, scale: Scale): Promise<Table> => {
  await demandEqual(contestants)
  const title = `${what}, windows of a minute, polluted`
  return alternate(contestants, { title, rounds: scale.rounds(7), warmups: scale.warmups(1) })
}

const contestantsOf = <A>(windowed: Windowed<A>, byHand: () => string): ReadonlyArray<Contestant> => [
  { name: "hand, a Map per minute", records: windowed.readings.length, run: byHand },
  { name: "Tidemark", records: windowed.readings.length, run: (watch) => runJob(windowed, watch) }
]

const runJob = async <A>({ pipeline, readings, schema }: Windowed<A>, watch: Stopwatch): Promise<string> => {
  const sink = new CountingSink<Minute>(Minute, fingerprintOf, () => watch.stop())
  const input = new MeasuredSource<A>({
    ...{ schema, take: repeated(readings) },
    until: (taken) => {
      if (taken === 0) watch.start()
      return { limit: readings.length, isEnd: true }
    }
  })
  await Job.runPromise({
    pipeline: pipeline(input.source, sink.sink),
    checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.manual }
  })
  return answerOf(sink.count, sink.sum)
}

export const windows: Benchmark = {
  name: "windows",
  title: "Tumbling windows by key, as whole jobs",
  notMeasured: [
    "Records out of order: the loop by hand could not do what it does.",
    "Starting the job and its final checkpoint; other kinds of windows."
  ],
  run,
  profile: async (scale) => {
    await Effect.runPromise(polluteRuntime(scale))
    const windowed = { schema: IntReading, readings: makeReadings(countOf(scale), 100_000), pipeline: intMinutes }
    return () => runJob(windowed, new Stopwatch())
  }
}
