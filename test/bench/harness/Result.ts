/** What a benchmark reports: tables of measured figures, and how they compare with the goals. JSON values only. */
import type { GoalName } from "./goals.ts"

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Row {
  readonly name: string
  readonly unit: string
  readonly value: Spread
  /** To the row that the others are compared with, round by round; absent where nothing is compared. */
  readonly ratio?: Spread
}

export interface Table {
  readonly title: string
  readonly rows: ReadonlyArray<Row>
}

/** What a benchmark found out about a line of `goals.ts`. */
export interface GoalFigure {
  readonly goal: GoalName
  /** Null where it cannot be measured yet or on this machine; the note says why. */
  readonly figure: number | null
  readonly note?: string
}

export interface BenchmarkResult {
  readonly tables: ReadonlyArray<Table>
  readonly goals: ReadonlyArray<GoalFigure>
}

export const spreadOf = (values: ReadonlyArray<number>): Spread => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = sorted.length / 2
  const median = sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2
  return { median, min: at(0), max: at(sorted.length - 1) }
}
