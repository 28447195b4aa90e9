/** From the beginning of a restore until records can flow: the flights job, and a million keys. */
import { FileStorage } from "@tidemark/backends/file"
import { Job, type JobOptions, type Pipeline, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import type { Benchmark } from "./harness/Benchmark.ts"
import { collectGarbage } from "./harness/garbage.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import { type GoalFigure, type Row, spreadOf } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import { AirportDay, fingerprintOf, flightsPipeline, flightsSource } from "./jobs/flights.ts"
import { MeasuredSource } from "./jobs/MeasuredSource.ts"
import {
  IntVisit,
  intTotals,
  makeIntVisits,
  makeStringVisits,
  repeated,
  StringVisit,
  stringTotals,
  Total
} from "./jobs/sums/visits.ts"
import { withTemporaryDirectory } from "./jobs/temporaryDirectory.ts"

const run = async (scale: Scale) => {
  await Effect.runPromise(polluteRuntime(scale))
  const keys = scale.pick({ full: 1_000_000, quick: 1_000_000, tiny: 1_000 })
  const ints = await restoreRow(`${keys} int keys`, { pipeline: endlessInts(keys), stopAt: keys }, scale)
  const strings = await restoreRow(`${keys} string keys`, { pipeline: endlessStrings(keys), stopAt: keys }, scale)
  const rows: Array<Row> = [ints, strings]
  const goals: Array<GoalFigure> = [
    { goal: "restore1m", figure: ints.value.median, note: `string keys: ${strings.value.median.toFixed(0)} ms` }
  ]
  if (scale.name !== "tiny") {
    const sink = new CountingSink<AirportDay>(AirportDay, fingerprintOf)
    const restored = { pipeline: flightsPipeline(flightsSource(), sink.sink), stopAt: 1_000_000 }
    const flights = await restoreRow("flights job, in the middle of its Parquet file", restored, scale)
    rows.push(flights)
    goals.push({ goal: "restoreFlights", figure: flights.value.median })
  }
  return { tables: [{ title: "Restore from files, polluted", rows }], goals }
}

const endless = () => ({ limit: Number.POSITIVE_INFINITY, isEnd: false })
const fingerprint = ({ count, sum }: Total): number => count + sum

const endlessInts = (keys: number): Pipeline =>
  intTotals(
    new MeasuredSource({ schema: IntVisit, take: repeated(makeIntVisits(keys)), until: endless }).source,
    new CountingSink<Total>(Total, fingerprint).sink
  )

const endlessStrings = (keys: number): Pipeline =>
  stringTotals(
    new MeasuredSource({ schema: StringVisit, take: repeated(makeStringVisits(keys)), until: endless }).source,
    new CountingSink<Total>(Total, fingerprint).sink
  )

interface Restored {
  readonly pipeline: Pipeline
  /** Records after which the job is stopped, with a checkpoint, for the first time. */
  readonly stopAt: number
}

/** Runs up to a record, stops with a checkpoint, and resumes from it over and over. */
const restoreRow = (name: string, { pipeline, stopAt }: Restored, scale: Scale): Promise<Row> =>
  withTemporaryDirectory(async (directory) => {
    const options: JobOptions = {
      pipeline,
      checkpoint: { storage: FileStorage.at(directory), trigger: Trigger.manual },
      stopTimeout: "1 minute"
    }
    await runUntil(options, stopAt)
    const restores: Array<number> = []
    for (let round = -scale.warmups(1); round < scale.rounds(5); round++) {
      collectGarbage()
      const report = await runUntil(options, 0)
      if (report.restored === null) throw new Error(`${name}: nothing was restored.`)
      if (report.position.records <= stopAt) throw new Error(`${name}: the job did not go on where it stopped.`)
      if (round >= 0) restores.push(report.restoreMs)
    }
    return { name, unit: "ms", value: spreadOf(restores) }
  })

const runUntil = (options: JobOptions, records: number) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const job = yield* Job.start(options)
        while (job.report().recordsIn <= records) yield* Effect.sleep("2 millis")
        yield* job.stop()
        return yield* job.await
      })
    )
  )

export const restore: Benchmark = {
  name: "restore",
  title: "Restoring",
  notMeasured: [
    "The start of the process.",
    "A cold disk: the files were written a moment ago and lie in the page cache."
  ],
  run
}
