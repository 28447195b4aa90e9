/**
 * Every benchmark in a process of its own, one after the other; then what was to be reached, line by line.
 *
 * A missed goal is reported, not failed: the figures are for people. A benchmark that breaks fails the run.
 */
import { spawn } from "node:child_process"
import { mkdir, writeFile } from "node:fs/promises"
import { cpus } from "node:os"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { misused, readCommand } from "../tooling/readCommand.ts"
import { benchmarks, findBenchmark } from "./benchmarks.ts"
import { readReport, renderComparison } from "./harness/compare.ts"
import type { BenchmarkResult } from "./harness/Result.ts"
import { renderGoals, renderNotMeasured, renderTable } from "./harness/render.ts"
import { scales } from "./harness/scale.ts"

const usage = `usage: npm run bench -- [name ...] [--quick] [--cpu] [--json FILE] [--compare FILE]

  name       ${benchmarks.map(({ name }) => name).join(", ")}; all of them if left out: twenty to thirty minutes
  --quick    small sizes: shows that everything runs, not for figures
  --cpu      measures CPU time instead of elapsed time
  --json     where the report is written; below out/bench if left out
  --compare  a report of an earlier run, shown beside this one`

const { positionals, values } = readCommand(usage, {
  allowPositionals: true,
  options: {
    json: { type: "string" },
    compare: { type: "string" },
    quick: { type: "boolean", default: false },
    cpu: { type: "boolean", default: false },
    here: { type: "boolean", default: false }
  }
})
const scale = values.quick ? scales.quick : scales.full

const runAll = async (names: ReadonlyArray<string>): Promise<void> => {
  const known = benchmarks.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    misused(usage, `No benchmark ${unknown.join(", ")}.`)
  }
  const base = values.compare === undefined ? null : await readReport(values.compare)
  const results: Record<string, BenchmarkResult> = {}
  for (const name of names.length === 0 ? known : names) results[name] = await runInChild(name)
  const goals = Object.values(results).flatMap((result) => result.goals)
  console.log(`\n${renderGoals(goals, true)}`)
  const [cpu] = cpus()
  const machine = { node: process.version, cpu: cpu?.model ?? "unknown", cpus: cpus().length }
  const report = { at: new Date().toISOString(), scale: scale.name, machine, results }
  if (base !== null) console.log(`\n${renderComparison(base, report)}`)
  const path = values.json ?? `out/bench/${report.at.replaceAll(":", "-")}.json`
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`)
  console.log(`\nWritten to ${path}; to compare a later run with it: npm run bench -- --compare ${path}`)
}

/** Fails: when the child ends without a result. */
const runInChild = (name: string): Promise<BenchmarkResult> =>
  new Promise((resolve, reject) => {
    const flags = [...(values.cpu ? ["--cpu"] : []), ...(values.quick ? ["--quick"] : [])]
    const args = [fileURLToPath(import.meta.url), "--here", ...flags, name]
    // The harness finds the collector without the flag, and a worker thread refuses to be given it.
    const nodeFlags = process.execArgv.filter((flag) => flag !== "--expose-gc")
    const child = spawn(process.execPath, [...nodeFlags, ...args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"]
    })
    let result: BenchmarkResult | null = null
    child.on("message", (message: BenchmarkResult) => {
      result = message
    })
    child.on("error", reject)
    child.on("exit", (code, signal) => {
      if (code === 0 && result !== null) resolve(result)
      else reject(new Error(`Benchmark "${name}" ended with ${signal ?? `exit code ${code}`}.`))
    })
  })

const runHere = async (name: string): Promise<void> => {
  const benchmark = findBenchmark(name)
  if (benchmark === undefined) throw new Error(`No benchmark ${name}.`)
  console.log(`\n== ${name}: ${benchmark.title}${scale.name === "full" ? "" : ` (${scale.name}: not for figures)`}\n`)
  const result = await benchmark.run(scale)
  const parts = [...result.tables.map(renderTable), renderNotMeasured(benchmark.notMeasured)]
  if (result.goals.length > 0) parts.push(renderGoals(result.goals, false))
  console.log(parts.join("\n\n"))
  if (process.send !== undefined) process.send(result, () => process.disconnect())
}

const [only] = positionals
if (values.here && only !== undefined) await runHere(only)
else await runAll(positionals)
