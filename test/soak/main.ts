/**
 * The soak: a job on threads with its checkpoints in files, for as long as told. First it is killed at random moments
 * again and again, then it runs in one process that nobody disturbs.
 *
 * Exit code 0: every line was written exactly once, memory and open files did not grow after the warm-up, the checkpoint
 * directory stayed small. 1: one of these does not hold. 2: wrong options.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { table, verdictRow } from "./measures.ts"
import { parseOptions, type SoakOptions, usage } from "./options.ts"
import { filesMax, killedPhase, type PhaseResult, type Progress, steadyPhase } from "./phases.ts"

const widths = [8, 8, 6, 5]
const progressHeader = "phase    seconds       MiB  files  kills"

const progress: Progress = (phase, cells) => {
  const numbers = cells.map((cell, column) => cell.toFixed(0).padStart(widths[column] ?? 0))
  console.log([phase.padEnd(7), ...numbers].join("  ").trimEnd())
}

const summary = (results: ReadonlyArray<PhaseResult>): string => {
  const runs = results.map(({ filesSeen, kills, phase, records, seconds }) => [
    ...[phase, seconds.toFixed(0), String(records), String(kills), String(filesSeen), String(filesMax)]
  ])
  const verdicts = results.flatMap(({ phase, verdicts: ofPhase }) => ofPhase.map((one) => verdictRow(phase, one)))
  return [
    table([["phase", "seconds", "records", "kills", "files at most", "allowed"], ...runs]),
    "",
    table([["phase", "median after warm-up", "samples", "earlier half", "later half", "allowed", ""], ...verdicts])
  ].join("\n")
}

const soak = async ({ minutes, seed, steadyShare }: SoakOptions): Promise<ReadonlyArray<string>> => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-soak-"))
  const results: Array<PhaseResult> = []
  console.log(progressHeader)
  if (steadyShare < 1) {
    results.push(await killedPhase(folder, { minutes: minutes * (1 - steadyShare), seed, progress }))
  }
  if (steadyShare > 0) results.push(await steadyPhase(folder, { minutes: minutes * steadyShare, progress }))
  console.log(`\n${summary(results)}\n`)
  const problems = results.flatMap((result) => result.problems)
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
  else console.error(`soak: what the job left is in ${folder}.`)
  return problems
}

const [, , ...args] = process.argv
if (args.includes("--help")) {
  console.log(usage)
  process.exit()
}
const options = parseOptions(args)
if (typeof options === "string") {
  console.error(`soak: ${options}\n\n${usage}`)
  process.exitCode = 2
} else {
  const problems = await soak(options)
  for (const problem of problems) console.error(`soak: ${problem}.`)
  if (problems.length === 0) console.log("soak: exactly once, nothing grew, files bounded.")
  process.exitCode = problems.length === 0 ? 0 : 1
}
