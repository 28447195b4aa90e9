/** Runs the flights job over its Parquet file and tells the parent process what it took. Argument: a directory. */
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Job, Trigger } from "@tidemark/core"
import { AirportDay, flightsPipeline, flightsSource } from "./flights.ts"

export interface MainJobReport {
  readonly peakBytes: number
  readonly durationMs: number
  readonly records: number
  readonly checkpoints: number
}

const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error("Usage: mainJob.ts DIRECTORY")

const sink = JsonlFile.sink({ directory: join(directory, "out"), schema: AirportDay })
const report = await Job.runPromise({
  pipeline: flightsPipeline(flightsSource(), sink),
  checkpoint: { storage: FileStorage.at(join(directory, "checkpoints")), trigger: Trigger.every("1 second") }
})
const told: MainJobReport = {
  peakBytes: process.resourceUsage().maxRSS * 1024,
  durationMs: report.durationMs,
  records: report.recordsIn,
  checkpoints: report.checkpoints.completed
}
process.send?.(told, () => process.disconnect())
