/**
 * `npm run bench -- [name ...] [--json FILE] [--cpu]`: every benchmark in a process of its own, one after the other.
 *
 * A missed target is reported, not failed: the figures are for people. A benchmark that breaks fails the run.
 */
import { spawn } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { chainBenchmark } from "./chain.bench.ts"
import { checkerBenchmark } from "./checker.bench.ts"
import { flightsBenchmark } from "./flights.bench.ts"
import type { BenchmarkResult } from "./harness/Result.ts"
import { renderResult } from "./harness/render.ts"
import { keysBenchmark } from "./keys.bench.ts"
import { memoryBenchmark } from "./memory.bench.ts"
import { restoreBenchmark } from "./restore.bench.ts"

interface Benchmark {
  readonly title: string
  readonly run: () => Promise<BenchmarkResult>
}

const benchmarks: ReadonlyMap<string, Benchmark> = new Map([
  ["chain", { title: "Stateless chains of small objects", run: chainBenchmark }],
  ["flights", { title: "The flights job on records in memory", run: flightsBenchmark }],
  ["keys", { title: "A million keys, checkpoints on and off", run: keysBenchmark }],
  ["restore", { title: "Restoring", run: restoreBenchmark }],
  ["memory", { title: "The main job over its Parquet file", run: memoryBenchmark }],
  ["checker", { title: "The model checker on two-phase commit", run: checkerBenchmark }]
])

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    cpu: { type: "boolean", default: false },
    here: { type: "boolean", default: false }
  }
})

const runAll = async (names: ReadonlyArray<string>, json: string | undefined): Promise<void> => {
  const unknown = names.filter((name) => !benchmarks.has(name))
  if (unknown.length > 0) {
    console.error(`No benchmark ${unknown.join(", ")}; there are ${[...benchmarks.keys()].join(", ")}.`)
    process.exitCode = 2
    return
  }
  const results: Record<string, unknown> = {}
  for (const name of names.length === 0 ? benchmarks.keys() : names) {
    console.log(`\n== ${name}: ${benchmarks.get(name)?.title}\n`)
    results[name] = await runInChild(name)
  }
  const [cpu] = cpus()
  const machine = { node: process.version, cpu: cpu?.model ?? "unknown", cpus: cpus().length }
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ machine, results }, null, 2)}\n`)
}

/** Fails: when the child ends without a result. */
const runInChild = (name: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const args = [fileURLToPath(import.meta.url), "--here", ...(values.cpu ? ["--cpu"] : []), name]
    const child = spawn(process.execPath, [...process.execArgv, ...args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"]
    })
    let result: unknown = null
    child.on("message", (message) => {
      result = message
    })
    child.on("error", reject)
    child.on("exit", (code, signal) => {
      if (code === 0 && result !== null) resolve(result)
      else reject(new Error(`Benchmark "${name}" ended with ${signal ?? `exit code ${code}`}.`))
    })
  })

const runHere = async (name: string): Promise<void> => {
  const result = await benchmarks.get(name)?.run()
  if (result === undefined) throw new Error(`No benchmark ${name}.`)
  console.log(renderResult(result))
  if (process.send !== undefined) process.send(result, () => process.disconnect())
}

const [only] = positionals
if (values.here && only !== undefined) await runHere(only)
else await runAll(positionals, values.json)
