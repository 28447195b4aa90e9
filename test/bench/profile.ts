/**
 * Runs the Tidemark contestant of a benchmark under V8's sampling
 * profiler, writes a `.cpuprofile` for the tools that read one, and prints where the time went.
 *
 * Only the thread that runs the job is seen: neither worker threads nor the collector's own.
 */
import { mkdir, writeFile } from "node:fs/promises"
import { Session } from "node:inspector/promises"
import { misused, readCommand } from "../tooling/readCommand.ts"
import { benchmarks, findBenchmark } from "./benchmarks.ts"
import { renderProfile } from "./harness/renderProfile.ts"
import { scales } from "./harness/scale.ts"

const names = benchmarks.filter(({ profile }) => profile !== undefined).map(({ name }) => name)
const usage = `usage: npm run profile -- <name> [--quick] [--seconds <number>]

  name       ${names.join(", ")}
  --quick    small sizes
  --seconds  how long it runs at least; 5 if left out`

const { positionals, values } = readCommand(usage, {
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, seconds: { type: "string", default: "5" } }
})

/** Microseconds between two samples. */
const interval = 250

const profile = async (name: string, seconds: number): Promise<void> => {
  const benchmark = findBenchmark(name)
  if (benchmark?.profile === undefined) return misused(usage, `There is nothing to profile in "${name}".`)
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
const seconds = Number(values.seconds)
if (!(seconds > 0)) misused(usage, `--seconds ${values.seconds} is no number above 0.`)
if (name === undefined) misused(usage, "Which benchmark?")
else await profile(name, seconds)
