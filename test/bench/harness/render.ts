import { type Goal, type GoalName, goalOf, goals, isMet } from "./goals.ts"
import type { GoalFigure, Row, Spread, Table } from "./Result.ts"

export const renderTable = ({ rows, title }: Table): string => {
  const hasRatios = rows.some((row) => row.ratio !== undefined)
  const heads = ["", "median", "min", "max", "unit", ...(hasRatios ? ["ratio", "min", "max"] : [])]
  return renderCells(title, [heads, ...rows.map((row) => cellsOf(row, hasRatios))], isText)
}

/** Text columns are set flush left, the others flush right. */
export const renderCells = (
  title: string,
  lines: ReadonlyArray<ReadonlyArray<string>>,
  isTextColumn: (column: number) => boolean
): string => {
  const columns = Math.max(...lines.map((cells) => cells.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0))
  )
  const text = lines.map((cells) =>
    cells.map((cell, column) =>
      isTextColumn(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
    )
  )
  return [title, ...text.map((cells) => `  ${cells.join("  ").trimEnd()}`)].join("\n")
}

const isText = (column: number): boolean => column === 0 || column === 4

const cellsOf = (row: Row, hasRatios: boolean): ReadonlyArray<string> => [
  row.name,
  ...spreadCells(row.value),
  row.unit,
  ...(hasRatios ? (row.ratio === undefined ? ["", "", ""] : spreadCells(row.ratio)) : [])
]

const spreadCells = ({ max, median, min }: Spread): ReadonlyArray<string> => [median, min, max].map(numberText)

export const numberText = (value: number): string => {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4)
}

export const renderNotMeasured = (sentences: ReadonlyArray<string>): string =>
  ["Not measured:", ...sentences.map((sentence) => `  - ${sentence}`)].join("\n")

/** Every goal with what this run found: the lines that the figures speak of, or with `all` every line there is. */
export const renderGoals = (found: ReadonlyArray<GoalFigure>, all: boolean): string => {
  const names = goalNames().filter((name) => all || found.some(({ goal }) => goal === name))
  const lines = names.map((name): ReadonlyArray<string> => {
    const goal = goalOf(name)
    const figure = found.find((candidate) => candidate.goal === name)
    return [outcomeOf(name, figure), goal.text, boundText(goal), figureText(goal, figure), noteOf(goal, figure)]
  })
  return renderCells("To reach", [["", "", "goal", "figure", ""], ...lines], (column) => ![2, 3].includes(column))
}

const goalNames = (): ReadonlyArray<GoalName> => Object.keys(goals).filter((name): name is GoalName => name in goals)

const outcomeOf = (name: GoalName, found: GoalFigure | undefined): string => {
  if (found === undefined) return "not run"
  if (found.figure === null) return "not yet"
  return isMet(name, found.figure) ? "met" : "MISSED"
}

const withUnit = (value: string, unit: string): string => (unit === "×" ? `${value}${unit}` : `${value} ${unit}`)

const boundText = ({ bound, limit, unit }: Goal): string =>
  `${bound === "atLeast" ? ">=" : "<="} ${withUnit(String(limit), unit)}`

const figureText = ({ unit }: Goal, found: GoalFigure | undefined): string =>
  found === undefined || found.figure === null ? "" : withUnit(numberText(found.figure), unit)

const noteOf = ({ benchmark }: Goal, found: GoalFigure | undefined): string =>
  found === undefined ? `npm run bench -- ${benchmark}` : (found.note ?? "")
