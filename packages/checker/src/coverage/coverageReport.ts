/** Coverage for people: which transitions were taken, and why the others were not. */
import type { Coverage } from "./Coverage.ts"

/** Why a transition cannot be taken, by its name. */
export type UnreachableReasons = Readonly<Record<string, string>>

export interface CoverageReport {
  /** A table of machines, then every transition that was not taken. */
  readonly text: string
  /** Empty if every transition was taken or has a reason, and every reason is true. */
  readonly problems: ReadonlyArray<string>
}

/** What several searches have taken together. */
export const mergeCoverage = (coverages: Iterable<Coverage>): Coverage => {
  const all = [...coverages]
  const taken = new Set(all.flatMap((coverage) => coverage.taken))
  const untaken = new Set(all.flatMap((coverage) => coverage.untaken).filter((name) => !taken.has(name)))
  return { taken: [...taken], untaken: [...untaken] }
}

export const coverageReport = (coverage: Coverage, reasons: UnreachableReasons = {}): CoverageReport => {
  const taken = new Set(coverage.taken)
  const untaken = new Set(coverage.untaken)
  const problems = [
    ...coverage.untaken
      .filter((name) => reasons[name] === undefined)
      .map((name) => `Not taken: "${name}". Widen the model, or list it with the reason why it is unreachable.`),
    ...Object.keys(reasons).flatMap((name) => {
      if (taken.has(name)) return [`Listed as unreachable, but taken: "${name}". Remove its reason.`]
      if (untaken.has(name)) return []
      return [`Listed as unreachable, but there is no such transition: "${name}". Remove it, or correct its name.`]
    })
  ]
  const excuses = coverage.untaken.map((name) => `  ${name}: ${reasons[name] ?? "NO REASON"}`)
  const text = [...table(coverage, reasons), ...(excuses.length === 0 ? [] : ["", "Not taken:", ...excuses])].join("\n")
  return { text, problems }
}

const headings = ["machine", "transitions", "taken", "unreachable", "missing"]

const table = ({ taken, untaken }: Coverage, reasons: UnreachableReasons): ReadonlyArray<string> => {
  const machines = [...new Set([...taken, ...untaken].map(machineOf))].sort()
  const count = (names: ReadonlyArray<string>, machine: string): number =>
    names.filter((name) => machineOf(name) === machine).length
  const rows = machines.map((machine) => {
    const excused = untaken.filter((name) => reasons[name] !== undefined)
    const all = count(taken, machine) + count(untaken, machine)
    const missing = count(untaken, machine) - count(excused, machine)
    return [machine, ...[all, count(taken, machine), count(excused, machine), missing].map(String)]
  })
  const lines = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
  )
}

const machineOf = (transition: string): string => transition.slice(0, transition.indexOf(" "))
