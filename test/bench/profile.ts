/**
 * `npm run profile -- name [--quick] [--seconds N]`: runs the Tidemark contestant of a benchmark under V8's sampling
 * profiler, writes a `.cpuprofile` for the tools that read one, and prints where the time went.
 *
 * Only the thread that runs the job is seen: neither worker threads nor the collector's own.
 */
import { mkdir, writeFile } from "node:fs/promises"
import { Session } from "node:inspector/promises"
import { parseArgs } from "node:util"
import { benchmarks, findBenchmark } from "./benchmarks.ts"
import { renderProfile } from "./harness/renderProfile.ts"
import { scales } from "./harness/scale.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, seconds: { type: "string", default: "5" } }
})

/** Microseconds between two samples. */
const interval = 250

const profile = async (name: string, seconds: number): Promise<void> => {
  const benchmark = findBenchmark(name)
  if (benchmark?.profile === undefined) {
    const names = benchmarks.filter((one) => one.profile !== undefined).map((one) => one.name)
    console.error(`Nothing to profile in "${name}"; there are ${names.join(", ")}.`)
    process.exitCode = 2
    return
  }
  const run = await benchmark.profile(values.quick ? scales.quick : scales.full)
  await run()
  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.setSamplingInterval", { interval })
  await session.post("Profiler.start")
  const until = performance.now() + seconds * 1000
  do await run()
  while (performance.now() < until)
  const { profile: taken } = await session.post("Profiler.stop")
  session.disconnect()
  await mkdir("out/profiles", { recursive: true })
  const path = `out/profiles/${name}-${new Date().toISOString().replaceAll(":", "-")}.cpuprofile`
  await writeFile(path, JSON.stringify(taken))
  console.log(`${renderProfile(`${name}: self time of the busiest functions`, taken)}\n\nWritten to ${path}`)
}

const [name] = positionals
await profile(name ?? "", Number(values.seconds))
