/**
 * The demo, `npm start`: three million flights survive two `kill -9`.
 *
 * Runs the flights job once undisturbed, and once in a process that is killed at two different places and started again
 * each time, with another parallelism. Then compares what both have written. Exit code 1 if it is not the same.
 * Options: --flights N (3,000,000 by default), --out DIR (out/demo by default), --checkpoint-every MS (100 by default: the
 * job takes two or three seconds, and one checkpoint a second would leave little to see).
 */
import { mkdir, rm } from "node:fs/promises"
import { join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { count, millis, plural } from "./format.ts"
import { LiveLine } from "./LiveLine.ts"
import { wholeNumber } from "./options.ts"
import { airportDays, difference, readOutput } from "./proof.ts"
import type { RunSummary } from "./RunLog.ts"
import { outputLine, runReport, verdict, worstDays } from "./report.ts"
import { checkpointsOf, outputOf, type RunPlan, runWithKills } from "./runWithKills.ts"

const root = fileURLToPath(new URL("../../../../", import.meta.url))
const text = { type: "string" } as const
const { values } = parseArgs({ options: { flights: text, out: text, "checkpoint-every": text } })
const flights = wholeNumber("--flights", values.flights ?? "3000000")
const directory = resolve(values.out ?? join(root, "out/demo"))
const checkpointEveryMs = wholeNumber("--checkpoint-every", values["checkpoint-every"] ?? "100")

const uninterrupted: RunPlan = {
  directory: join(directory, "uninterrupted"),
  flights,
  checkpointEveryMs,
  kills: [],
  parallelism: [2]
}
const killed: RunPlan = {
  ...uninterrupted,
  directory: join(directory, "killed"),
  kills: [
    { share: 0.3, when: "flowing" },
    { share: 0.65, when: "checkpoint" }
  ],
  parallelism: [2, 3, 1]
}

const live = new LiveLine(process.stdout)
const title = (text: string): void => live.print(`\n${live.paint("bold", text)}`)
const printAll = (lines: ReadonlyArray<string>): void => {
  for (const line of lines) live.print(line)
}

const runFresh = async (plan: RunPlan): Promise<RunSummary> => {
  await rm(plan.directory, { recursive: true, force: true })
  await mkdir(plan.directory, { recursive: true })
  const began = performance.now()
  const summary = await runWithKills(plan, live)
  live.print(`  finished after ${millis(performance.now() - began)}: ${count(summary.records)} flights`)
  return summary
}

/** Compares the outputs and says every reason why the proof would not hold. */
const prove = async (run: RunSummary): Promise<ReadonlyArray<string>> => {
  const [reference, output] = [await readOutput(outputOf(uninterrupted)), await readOutput(outputOf(killed))]
  const days = airportDays(output)
  const counted = days.reduce((sum, day) => sum + day.flights, 0)
  title("The ten worst airport-days, by minutes of delay in sum")
  printAll(worstDays(days))
  title("The run with the kills, over all its processes")
  printAll(runReport(run))
  title("The proof")
  live.print(outputLine("uninterrupted", reference))
  live.print(outputLine("killed twice", output))
  const different = difference(output, reference)
  const kills = run.processes.length - 1
  return [
    ...(different === null ? [] : [`the outputs differ: ${different}.`]),
    ...(counted === run.records ? [] : [`the lines count ${count(counted)} flights, the job ${count(run.records)}.`]),
    ...(run.lateRecords === 0 ? [] : [`${plural(run.lateRecords, "flight")} came too late for a window.`]),
    ...(kills === killed.kills.length ? [] : [`the job was over after ${kills} of 2 kills: give it more --flights.`])
  ]
}

const here = (path: string): string => relative(process.cwd(), path) || "."

const demo = async (): Promise<number> => {
  title(`1. ${count(flights)} flights without a disturbance, a checkpoint every ${checkpointEveryMs} ms`)
  await runFresh(uninterrupted)
  title("2. The same again, and the process is killed twice")
  const problems = await prove(await runFresh(killed))
  printAll(verdict(problems, live.paint))
  title("Look further")
  const checkpoints = here(checkpointsOf(killed))
  printAll([
    `  npx tidemark checkpoints list ${checkpoints}`,
    `  npx tidemark checkpoints verify ${checkpoints}`,
    `  ls ${here(outputOf(killed))}`
  ])
  return problems.length === 0 ? 0 : 1
}

try {
  process.exitCode = await demo()
} catch (error) {
  live.print(`\n  ${live.paint("red", "FAILED")}  ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
