/** The main job as a process of its own: over its Parquet file, with checkpoints into files and lines as output. */
import type { Benchmark } from "./harness/Benchmark.ts"
import { spreadOf } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"
import type { MainJobReport } from "./jobs/mainJob.ts"
import { runChild } from "./jobs/runChild.ts"
import { withTemporaryDirectory } from "./jobs/temporaryDirectory.ts"

const mainJob = new URL("./jobs/mainJob.ts", import.meta.url)

const run = async (scale: Scale) => {
  const reports: Array<MainJobReport> = []
  for (let round = 0; round < scale.rounds(3); round++) {
    reports.push(await withTemporaryDirectory((directory) => runChild<MainJobReport>(mainJob, [directory])))
  }
  const peak = spreadOf(reports.map((report) => report.peakBytes / 1e6))
  const rate = spreadOf(reports.map((report) => report.records / report.durationMs / 1000))
  const checkpoints = spreadOf(reports.map((report) => report.checkpoints))
  return {
    tables: [
      {
        title: "Main job in a process of its own, parallelism 1",
        rows: [
          { name: "peak resident memory", unit: "MB", value: peak },
          { name: "speed of the job, its start included", unit: "M records/s", value: rate },
          { name: "checkpoints", unit: "", value: checkpoints }
        ]
      }
    ],
    goals: [{ goal: "memoryMain", figure: peak.max } as const]
  }
}

export const memory: Benchmark = {
  name: "memory",
  title: "The main job over its Parquet file",
  notMeasured: ["Parallelism above 1."],
  run
}
