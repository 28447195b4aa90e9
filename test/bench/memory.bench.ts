/** The main job as a process of its own: over its Parquet file, with checkpoints into files and lines as output. */
import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type BenchmarkResult, spreadOf } from "./harness/Result.ts"
import { numberText } from "./harness/render.ts"
import type { MainJobReport } from "./jobs/mainJob.ts"

const rounds = 3
const memoryMaxMb = 600

export const memoryBenchmark = async (): Promise<BenchmarkResult> => {
  const reports: Array<MainJobReport> = []
  for (let round = 0; round < rounds; round++) reports.push(await runMainJob())
  const peak = spreadOf(reports.map((report) => report.peakBytes / 2 ** 20))
  const rate = spreadOf(reports.map((report) => report.records / report.durationMs / 1000))
  const checkpoints = spreadOf(reports.map((report) => report.checkpoints))
  return {
    tables: [
      {
        title: "Main job in a process of its own, parallelism 1",
        rows: [
          { name: "peak resident memory", unit: "MiB", value: peak },
          { name: "speed of the job, its start included", unit: "M records/s", value: rate },
          { name: "checkpoints", unit: "", value: checkpoints }
        ]
      }
    ],
    targets: [
      {
        text: `peak memory < ${memoryMaxMb} MB`,
        figure: `${numberText(peak.max)} MiB at most`,
        isMet: peak.max * 1.048576 < memoryMaxMb
      }
    ]
  }
}

const runMainJob = async (): Promise<MainJobReport> => {
  const directory = await mkdtemp(join(tmpdir(), "tidemark-bench-"))
  try {
    return await childReport(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

const childReport = (directory: string): Promise<MainJobReport> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL("./jobs/mainJob.ts", import.meta.url))
    const child = spawn(process.execPath, ["--conditions=tidemark-source", script, directory], {
      stdio: ["ignore", "inherit", "inherit", "ipc"]
    })
    let report: MainJobReport | null = null
    child.on("message", (message: MainJobReport) => {
      report = message
    })
    child.on("error", reject)
    child.on("exit", (code) => {
      if (report === null) reject(new Error(`The main job ended with exit code ${code} and no report.`))
      else resolve(report)
    })
  })
