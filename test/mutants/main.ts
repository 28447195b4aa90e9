/** The mutation score of the protocol: fails if it is below 0.95, or if the survivors are not those of survivors.ts. */
import { misused, readCommand } from "../tooling/readCommand.ts"
import { designDisagreements } from "./design.ts"
import { runPool } from "./harness/pool.ts"
import { disagreements, type Result, ratioOf, scoreOf } from "./harness/Result.ts"
import { renderFate, renderKillers, renderScores } from "./harness/table.ts"
import { survivors } from "./survivors.ts"

const scoreMin = 0.95

const usage = `usage: npm run mutants -- [--only <text>] [--workers <number>] [--quiet]

  --only     tries the mutants whose name has the text
  --workers  threads; 2 if left out
  --quiet    shows the tables only`

const { values } = readCommand(usage, {
  options: {
    only: { type: "string", default: "" },
    workers: { type: "string", default: "2" },
    quiet: { type: "boolean", default: false }
  }
})

const workers = Number(values.workers)
if (!(Number.isSafeInteger(workers) && workers > 0)) misused(usage, `--workers ${values.workers} is no number from 1.`)

const began = performance.now()
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)} s`
const isAll = values.only === ""

const results = await runPool({
  module: new URL("./subjects/protocol.ts", import.meta.url),
  workers,
  // An equivalent mutant is explored in every configuration.
  secondsMax: 1_200,
  isWanted: (name) => name.includes(values.only),
  onReady: ({ candidates, configurations }) => {
    console.log(`${candidates.length} mutants in ${configurations.length} configurations (${seconds()})`)
    for (const { name, states } of configurations) console.log(`  ${String(states).padStart(9)} states  ${name}`)
  },
  onResult: (result) => {
    if (!values.quiet) console.log(renderFate(result))
  }
})

const reasons = new Map(survivors.map(({ name, reason }) => [name, reason]))
const withReason = (result: Result): string => {
  const reason = reasons.get(result.name)
  return `${renderFate(result)}\n            ${reason === undefined ? "NOT LISTED" : `because ${reason}`}`
}
const ofTag = (tag: Result["fate"]["_tag"]) => results.filter(({ fate }) => fate._tag === tag)
const unreached = ofTag("Equivalent").filter(({ fate }) => fate._tag === "Equivalent" && fate.by === "unreached")

console.log(`\n${renderScores(results)}\n\n${renderKillers(results)}`)
console.log(`\nunreached in every configuration\n${unreached.map(({ name }) => `  ${name}`).join("\n")}`)
console.log(`\nsurvivors\n${ofTag("Survived").map(withReason).join("\n")}`)

const problems = [
  ...(isAll ? disagreements(results, survivors) : []),
  ...designDisagreements(results),
  ...(isAll && ratioOf(scoreOf(results)) < scoreMin ? [`The score is below ${scoreMin}.`] : [])
]
console.log(problems.length === 0 ? "\nall as expected" : `\n${problems.join("\n")}`)
console.log(`score ${(ratioOf(scoreOf(results)) * 100).toFixed(1)} % in ${seconds()}`)
process.exitCode = problems.length === 0 ? 0 : 1
