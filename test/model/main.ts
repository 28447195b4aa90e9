/**
 * Explores the deep configurations of the model, or those that are named, and prints a table: `npm run model`.
 *
 * `npm run model -- small` explores the small ones, `npm run model -- "two processes"` one of either.
 */

import type { Report } from "../../packages/checker/src/search/Report.ts"
import { formatTrace } from "../../packages/checker/src/trace/formatTrace.ts"
import { type Configuration, checkConfiguration } from "./configurations/Configuration.ts"
import { deep } from "./configurations/deep.ts"
import { small } from "./configurations/small.ts"
import { protocolSystem } from "./system/protocolSystem.ts"

const headings = ["configuration", "states", "edges", "depth", "seconds", "states/s", "bytes/state", "verdict"]
const widths = [24, 12, 13, 6, 8, 9, 11, 0]

const line = (cells: ReadonlyArray<string>): string =>
  cells
    .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
    .join("  ")

const verdictOf = (report: Report, { states, edges }: Configuration): string => {
  if (!report.holds) return "VIOLATED"
  if (report.states !== states || report.edges !== edges)
    return `holds, and ${states} states, ${edges} edges were expected`
  return report.omission > 0 ? `holds; omission ${report.omission.toExponential(1)}` : "holds"
}

const rowOf = (report: Report, found: Configuration): string =>
  line([
    found.config.name,
    report.states.toLocaleString("en"),
    report.edges.toLocaleString("en"),
    String(report.depth),
    report.seconds.toFixed(1),
    Math.round(report.states / report.seconds).toLocaleString("en"),
    String(report.bytesPerState),
    verdictOf(report, found)
  ])

const chosen = (names: ReadonlyArray<string>): ReadonlyArray<Configuration> => {
  if (names.length === 0) return deep
  if (names.includes("small")) return small
  const found = [...deep, ...small].filter(({ config }) => names.includes(config.name))
  if (found.length < names.length) {
    const known = [...deep, ...small].map(({ config }) => config.name).join(", ")
    throw new Error(`There is no configuration ${names.join(", ")}; there are: ${known}.`)
  }
  return found
}

console.log(line(headings))
for (const found of chosen(process.argv.slice(2))) {
  const report = checkConfiguration(found, { visited: "compact" })
  const verdict = rowOf(report, found)
  console.log(verdict)
  if (report.holds && report.states === found.states && report.edges === found.edges) continue
  process.exitCode = 1
  for (const { property, detail, trace } of report.violations)
    console.log(`${property}: ${detail}\n${formatTrace(protocolSystem(found.config).system, trace)}`)
  for (const warning of report.warnings) console.log(warning)
}
