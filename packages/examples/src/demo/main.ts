/**
 * The demo, `npm start`: three million flights survive two `kill -9`.
 *
 * Runs the flights job once undisturbed, and once in a process that is killed at two different places and started again
 * each time, with another parallelism. Then compares what both have written. Exit code 1 if it is not the same.
 * Options: --flights N (3,000,000 by default), --out DIR (out/demo by default), --checkpoint-every MS (100 by default: the
 * job takes two or three seconds, and one checkpoint a second would leave little to see).
 */
import { mkdir, rm } from "node:fs/promises"
import { join, relative } from "node:path"
import { count, millis } from "./format.ts"
import { LiveLine } from "./LiveLine.ts"
import { type DemoOptions, readOptions } from "./options.ts"
import { airportDays, problemsOf, readOutput } from "./proof.ts"
import type { RunSummary } from "./RunLog.ts"
import { outputLine, runReport, verdict, worstDays } from "./report.ts"
import { checkpointsOf, outputOf, type RunPlan, runWithKills } from "./runWithKills.ts"

const live = new LiveLine(process.stdout)
const title = (text: string): void => live.print(`\n${live.paint("bold", text)}`)
const printAll = (lines: ReadonlyArray<string>): void => {
  for (const line of lines) live.print(line)
}

const plansOf = ({ directory, flights, checkpointEveryMs }: DemoOptions) => {
  const each = { flights, checkpointEveryMs }
  const uninterrupted: RunPlan = { ...each, directory: join(directory, "uninterrupted"), kills: [], parallelism: [2] }
  const killed: RunPlan = {
    ...each,
    directory: join(directory, "killed"),
    kills: [
      { share: 0.3, when: "flowing" },
      { share: 0.65, when: "checkpoint" }
    ],
    parallelism: [2, 3, 1]
  }
  return { uninterrupted, killed }
}

const runFresh = async (plan: RunPlan): Promise<RunSummary> => {
  await rm(plan.directory, { recursive: true, force: true })
  await mkdir(plan.directory, { recursive: true })
  const began = performance.now()
  const summary = await runWithKills(plan, live)
  live.print(`  finished after ${millis(performance.now() - began)}: ${count(summary.records)} flights`)
  return summary
}

const here = (path: string): string => relative(process.cwd(), path) || "."

const demo = async (options: DemoOptions): Promise<number> => {
  const { uninterrupted, killed } = plansOf(options)
  title(`1. ${count(options.flights)} flights undisturbed, a checkpoint every ${options.checkpointEveryMs} ms`)
  await runFresh(uninterrupted)
  title("2. The same again, and the process is killed twice")
  const run = await runFresh(killed)
  const [reference, output] = [await readOutput(outputOf(uninterrupted)), await readOutput(outputOf(killed))]
  title("The ten worst airport-days, by minutes of delay in sum")
  printAll(worstDays(airportDays(output)))
  title("The run with the kills, over all its processes")
  printAll(runReport(run))
  title("The proof")
  live.print(outputLine("undisturbed", reference))
  live.print(outputLine("killed twice", output))
  const problems = problemsOf(run, { output, reference, kills: killed.kills.length })
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

// Whoever read has gone away, such as `head`.
process.stdout.once("error", () => process.exit(1))
try {
  process.exitCode = await demo(readOptions(process.argv.slice(2)))
} catch (error) {
  live.print(`\n  ${live.paint("red", "FAILED")}  ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
