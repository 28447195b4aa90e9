/** Explores the deep configurations of the model, or those that are named, and prints a table; two at a time. */
import { runTasks } from "@tidemark/checker"
import { misused, readCommand } from "../tooling/readCommand.ts"
import { deep } from "./configurations/deep.ts"
import { small } from "./configurations/small.ts"
import type { Searched } from "./searchTask.ts"

const headings = ["configuration", "states", "edges", "depth", "seconds", "states/s", "bytes/state", "verdict"]
const widths = [24, 12, 13, 6, 8, 9, 11, 0]

const line = (cells: ReadonlyArray<string>): string =>
  cells
    .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
    .join("  ")

const verdictOf = ({ holds, omission }: Searched): string => {
  if (!holds) return "FAILED"
  return omission > 0 ? `holds; a state is omitted with probability ${omission.toExponential(1)}` : "holds"
}

const rowOf = (searched: Searched): string =>
  line([
    searched.name,
    searched.states.toLocaleString("en"),
    searched.edges.toLocaleString("en"),
    String(searched.depth),
    searched.seconds.toFixed(1),
    Math.round(searched.states / searched.seconds).toLocaleString("en"),
    String(searched.bytesPerState),
    verdictOf(searched)
  ])

const namesOf = (all: typeof deep): ReadonlyArray<string> => all.map(({ config }) => config.name)

const usage = `usage: npm run model -- [name ...]

  name  a configuration, or "small" for all that the tests explore, too; the deep ones if left out

  deep: ${namesOf(deep).join(", ")}
  small: ${namesOf(small).join(", ")}`

const chosen = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (names.length === 0) return namesOf(deep)
  if (names.includes("small")) return namesOf(small)
  const known = [...namesOf(deep), ...namesOf(small)]
  const unknown = names.filter((name) => !known.includes(name))
  return unknown.length === 0 ? names : misused(usage, `No configuration ${unknown.join(", ")}.`)
}

const tasks = chosen(readCommand(usage, { allowPositionals: true }).positionals)
console.log(line(headings))
const searched = await runTasks<string, Searched>({
  module: new URL("./searchTask.ts", import.meta.url),
  tasks,
  workers: 2,
  onResult: (result) => {
    console.log(rowOf(result))
    for (const problem of result.problems) console.log(problem)
  }
})
const failed = searched.filter(({ holds }) => !holds).length
console.log(`${searched.length - failed} hold, ${failed} failed`)
if (failed > 0) process.exitCode = 1
