import type { BenchmarkResult, Row, Spread, Table } from "./Result.ts"

export const renderResult = (result: BenchmarkResult): string =>
  [...result.tables.map(renderTable), renderTargets(result)].join("\n\n")

const renderTable = ({ rows, title }: Table): string => {
  const hasRatios = rows.some((row) => row.ratio !== undefined)
  const heads = ["", "median", "min", "max", "unit", ...(hasRatios ? ["ratio", "min", "max"] : [])]
  const lines = [heads, ...rows.map((row) => cellsOf(row, hasRatios))]
  const widths = heads.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const text = lines.map((cells) =>
    cells.map((cell, column) =>
      isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
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

const renderTargets = ({ targets }: BenchmarkResult): string =>
  targets.map(({ figure, isMet, text }) => `  ${isMet ? "met   " : "MISSED"}  ${text}: ${figure}`).join("\n")
