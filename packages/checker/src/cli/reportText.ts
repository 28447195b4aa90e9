/** A report as the command prints it. */
import type { Property } from "../property/Property.ts"
import type { Report } from "../search/Report.ts"
import { type Conclusion, conclusionOf } from "./conclusion.ts"

export const reportText = (report: Report, properties: ReadonlyArray<Property>): string => {
  const rows = properties.map((property) => {
    const conclusion = conclusionOf(property, report)
    return [signs[conclusion], kinds[property._tag], property.name, conclusionText(property, conclusion, report)]
  })
  const untaken = report.coverage.untaken
  return [
    summaryLine(report),
    ...tableLines(rows),
    ...report.warnings.map((warning) => `warning: ${warning}`),
    ...Object.entries(report.cutOff).map(
      ([name, states]) => `not explored beyond ${name}: ${counted(states, "state")}`
    ),
    ...(untaken.length === 0 ? [] : [`never taken (${untaken.length}):`, ...untaken.map((name) => `  ${name}`)])
  ].join("\n")
}

const summaryLine = (report: Report): string => {
  const { depth, edges, isComplete, omission, seconds, states, system, terminals } = report
  const omitted = omission > 0 ? `; states omitted with probability ${omission.toExponential(1)}` : ""
  return (
    `${system}: ${counted(states, "state")}, ${counted(edges, "edge")}, depth ${depth}, ${counted(terminals, "end")}, ` +
    `${seconds.toFixed(2)} s, ${isComplete ? "complete" : "not complete"}${omitted}`
  )
}

const signs: Readonly<Record<Conclusion, string>> = {
  holds: "✓",
  seen: "✓",
  violated: "✗",
  unseen: "✗",
  undecided: "?"
}

const kinds: Readonly<Record<Property["_tag"], string>> = {
  Always: "always",
  Step: "step",
  Sometimes: "sometimes",
  Terminal: "terminal",
  LeadsTo: "leads to"
}

const conclusionText = ({ name }: Property, conclusion: Conclusion, { violations, witnesses }: Report): string => {
  switch (conclusion) {
    case "holds":
      return "holds"
    case "seen":
      return `seen after ${counted(witnesses[name]?.steps.length ?? 0, "step")}`
    case "unseen":
      return "never seen"
    case "undecided":
      return "not decided"
    case "violated": {
      const steps = violations.find(({ property }) => property === name)?.trace.steps.length ?? 0
      return `violated after ${counted(steps, "step")}`
    }
  }
}

const tableLines = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
}

const thousands = new Intl.NumberFormat("en-US")

const count = (number: number): string => thousands.format(number)

const counted = (number: number, noun: string): string => `${count(number)} ${noun}${number === 1 ? "" : "s"}`
