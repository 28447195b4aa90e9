/** The main job against a plain loop over the same rows, read by another reader. */
import { fileURLToPath } from "node:url"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Trigger } from "@tidemark/core"
import { Schema } from "effect"
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet"
import { compressors } from "hyparquet-compressors"
import { expect, it } from "vitest"
import job, { AirportDay, flightDelays, flightsFile, flightsSource } from "../../packages/examples/src/flight-delays.ts"

const limit = 60_000

const rowsOf = (rows: ReadonlyArray<AirportDay>): ReadonlyArray<string> => rows.map((row) => JSON.stringify(row)).sort()

/** The hand-written `Map` loop that the pipeline stands for. */
const plainLoop = async (): Promise<ReadonlyArray<AirportDay>> => {
  const days = new Map<string, AirportDay>()
  const file = await asyncBufferFromFile(flightsFile())
  for (const row of await parquetReadObjects({ file, rowEnd: limit, compressors })) {
    const origin = String(row.origin)
    const day = row.date.toISOString().slice(0, 10)
    const delay = Number(row.delay)
    const before = days.get(origin + day) ?? { flights: 0, delayed: 0, delaySum: 0, delayMax: Number.NEGATIVE_INFINITY }
    days.set(origin + day, {
      origin,
      day,
      flights: before.flights + 1,
      delayed: before.delayed + (delay > 15 ? 1 : 0),
      delaySum: before.delaySum + delay,
      delayMax: Math.max(before.delayMax, delay)
    })
  }
  return [...days.values()]
}

it("equals a plain loop over the rows, in the fields and their order", async () => {
  const sink = Collection.sink({ schema: AirportDay })
  const report = await Job.runPromise({
    pipeline: flightDelays(flightsSource({ limit }), sink),
    checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.every("20 millis") },
    parallelism: 2
  })
  expect(report.lateRecords).toBe(0)
  expect(rowsOf(sink.records())).toEqual(rowsOf(await plainLoop()))
})

const triggerOf = (args: unknown) => job.make(Schema.decodeUnknownSync(job.args)(args)).checkpoint?.trigger

it("takes durations as people type them, one second if none is given", () => {
  expect(triggerOf({ out: "o" })).toEqual(Trigger.every("1 second"))
  for (const every of ["200ms", "200 millis", "0.2s"]) {
    expect(JSON.stringify(triggerOf({ out: "o", checkpointEvery: every }))).toContain("200")
  }
  expect(() => triggerOf({ out: "o", checkpointEvery: "soon" })).toThrow("a duration such as 200ms")
})

it("refuses a limit that is no count of rows", () => {
  for (const limit of [-1, 1.5]) expect(() => triggerOf({ out: "o", limit })).toThrow()
})

it("has no effect on import: the file of flights is looked up when the job is made", () => {
  expect(fileURLToPath(new URL(`file://${flightsFile()}`))).toMatch(/vega-datasets.data.flights-3m\.parquet$/)
})
