/** From the beginning of a restore until records can flow: the flights job, and a million keys. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type JobOptions, type Pipeline, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { collectGarbage } from "./harness/alternate.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import { type BenchmarkResult, type Row, spreadOf } from "./harness/Result.ts"
import { numberText } from "./harness/render.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import { AirportDay, fingerprintOf, flightsPipeline, flightsSource } from "./jobs/flights.ts"
import { RepeatedRecords } from "./jobs/RepeatedRecords.ts"
import { type KeyKind, makeVisits, Visit, visitsPipeline } from "./jobs/visits.ts"

const rounds = 5
const restoreMaxMs = 500
const users = 1_000_000

export const restoreBenchmark = async (): Promise<BenchmarkResult> => {
  await Effect.runPromise(polluteRuntime)
  const airportDays = new CountingSink<AirportDay>(AirportDay, fingerprintOf)
  const flights = await restoreRow("flights job, in the middle of its Parquet file", {
    pipeline: flightsPipeline(flightsSource(), airportDays.sink),
    stopAt: 1_000_000
  })
  const visits = makeVisits(users)
  const keys = async (kind: KeyKind): Promise<Row> =>
    restoreRow(`${users} ${kind} keys`, { pipeline: endlessVisits(kind, visits), stopAt: users })
  const rows = [flights, await keys("string"), await keys("integer")]
  return {
    tables: [{ title: "Restore, polluted", rows }],
    targets: [
      {
        text: `the flights job restores in < ${restoreMaxMs} ms`,
        figure: `${numberText(flights.value.median)} ms`,
        isMet: flights.value.median < restoreMaxMs
      }
    ]
  }
}

const endlessVisits = (kind: KeyKind, visits: ReadonlyArray<Visit>): Pipeline => {
  const input = new RepeatedRecords({ schema: Visit, records: visits, passes: 1000 })
  const sums = new CountingSink<Visit>(Visit, (visit) => visit.amount)
  return visitsPipeline(kind, input.source, sums.sink)
}

interface Restored {
  readonly pipeline: Pipeline
  /** Records after which the job is stopped, with a checkpoint, for the first time. */
  readonly stopAt: number
}

/** Runs up to a record, stops with a checkpoint, and resumes from it over and over. */
const restoreRow = async (name: string, { pipeline, stopAt }: Restored): Promise<Row> => {
  const options: JobOptions = {
    pipeline,
    checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.manual },
    stopTimeout: "1 minute"
  }
  await runUntil(options, stopAt)
  const restores: Array<number> = []
  for (let round = 0; round <= rounds; round++) {
    collectGarbage()
    const report = await runUntil(options, 0)
    if (report.restored === null) throw new Error(`${name}: nothing was restored.`)
    if (round > 0) restores.push(report.restoreMs)
  }
  return { name, unit: "ms", value: spreadOf(restores) }
}

const runUntil = (options: JobOptions, records: number) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const job = yield* Job.start(options)
        while (job.report().recordsIn <= records) yield* Effect.sleep("2 millis")
        yield* job.stop
        return yield* job.await
      })
    )
  )
