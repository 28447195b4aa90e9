/** The results as tables for a terminal. */
import { pairOperator, type Result, ratioOf, type Score, scoreOf } from "./Result.ts"

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`

const cells = (score: Score): ReadonlyArray<string> => [
  String(score.all),
  String(score.killed),
  String(score.equivalent),
  String(score.unreached),
  String(score.survived),
  percent(ratioOf(score))
]

const head = ["all", "killed", "equivalent", "(unreached)", "survived", "score"]

/** Operators by machines: how many, and what became of them. */
export const renderScores = (all: ReadonlyArray<Result>): string => {
  const results = all.filter(({ operator }) => operator !== pairOperator)
  const rows = [...Map.groupBy(results, ({ operator }) => operator)].flatMap(([operator, ofOperator]) =>
    [...Map.groupBy(ofOperator, ({ machine }) => machine)].map(([machine, some]) => [
      operator,
      machine,
      ...cells(scoreOf(some))
    ])
  )
  const perMachine = [...Map.groupBy(results, ({ machine }) => machine)].map(([machine, some]) => [
    "(all)",
    machine,
    ...cells(scoreOf(some))
  ])
  return aligned([
    ["operator", "machine", ...head],
    ...rows,
    ...perMachine,
    ["(all)", "(all)", ...cells(scoreOf(results))]
  ])
}

/** Who kills: properties by the number of their victims. */
export const renderKillers = (results: ReadonlyArray<Result>): string => {
  const victims = Map.groupBy(
    results.flatMap(({ fate }) => (fate._tag === "Killed" ? [fate] : [])),
    ({ property }) => property
  )
  const rows = [...victims]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([property, killed]) => [property.slice(0, 100), String(killed.length)])
  return aligned([["property", "kills"], ...rows])
}

/** One line for each mutant. */
export const renderFate = ({ name, fate, seconds }: Result): string => {
  const time = `${seconds.toFixed(2)} s`
  switch (fate._tag) {
    case "Killed": {
      const path = fate.length === null ? "" : `, ${fate.length} steps${fate.isShortest ? "" : " or fewer"}`
      return `killed      ${name}\n            by "${fate.property}" in ${fate.configuration} (${fate.states} states${path}, ${time})`
    }
    case "Equivalent":
      return `equivalent  ${name} (same ${fate.by}, ${time})`
    case "Survived": {
      const unbounded = fate.unboundedIn.length === 0 ? "" : `; not explored to the end: ${fate.unboundedIn.join(", ")}`
      return `SURVIVED    ${name}\n            differs in ${fate.differsIn.join(", ")}${unbounded} (${time})`
    }
  }
}

const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row.map((cell, at) => (isNumber(cell) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
    )
    .map((row) => row.join("  ").trimEnd())
    .join("\n")
}

const isNumber = (cell: string): boolean => /^[0-9.]+( %)?$/.test(cell)
