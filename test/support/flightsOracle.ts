/** What the flights job must show, from elsewhere: DuckDB's answer over the same file. And what it shows. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { Effect } from "effect"
import { flightsFile } from "../../packages/examples/src/flight-delays.ts"
import { duckRows } from "../connectors/parquet/duckFile.ts"

/** Sorted lines for the first rows of the file. */
export const duckFlights = (limit: number): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    duckRows(`
      select origin, strftime(date, '%Y-%m-%d') as day, count(*) as flights,
        count(*) filter (delay > 15) as delayed, sum(delay) as "delaySum", max(delay) as "delayMax"
      from read_parquet('${flightsFile()}', file_row_number = true)
      where file_row_number < ${limit}
      group by 1, 2`),
    (rows) =>
      rows
        .map((row) =>
          JSON.stringify({
            origin: row.origin,
            day: row.day,
            flights: Number(row.flights),
            delayed: Number(row.delayed),
            delaySum: Number(row.delaySum),
            delayMax: Number(row.delayMax)
          })
        )
        .sort()
  )

export interface VisibleFlights {
  /** The lines of all visible files, sorted. */
  readonly lines: ReadonlyArray<string>
  /** Visible files that are no part of a committed checkpoint. */
  readonly foreign: ReadonlyArray<string>
  /** The newest checkpoint that has a visible file; 0 without one. */
  readonly highest: number
  /** Names that begin with a dot. */
  readonly hidden: ReadonlyArray<string>
}

/** Nothing for a directory that is not there yet. */
export const namesIn = (directory: string): ReadonlyArray<string> =>
  existsSync(directory) ? readdirSync(directory).sort() : []

const part = /^part-c(\d{9})-t\d{4}-s\d{2}\.flight-delays\.report\.jsonl$/

/** What somebody sees who reads every file of the output directory that does not begin with a dot. */
export const visibleFlights = (directory: string): VisibleFlights => {
  const names = namesIn(directory)
  const visible = names.filter((name) => !name.startsWith("."))
  const lines = visible.flatMap((name) => {
    const text = readFileSync(`${directory}/${name}`, "utf8")
    // A last line without its end would be a torn one.
    return text.endsWith("\n") ? text.slice(0, -1).split("\n") : [...text.split("\n"), `${name} is torn`]
  })
  const checkpoints = visible.map((name) => part.exec(name)?.[1])
  return {
    lines: lines.sort(),
    foreign: visible.filter((name) => !part.test(name)),
    highest: Math.max(0, ...checkpoints.map((checkpoint) => Number(checkpoint ?? 0))),
    hidden: names.filter((name) => name.startsWith("."))
  }
}
