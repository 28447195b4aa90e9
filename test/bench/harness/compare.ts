/** This run against the figures of an earlier one: of another commit, on the same machine. */
import { readFile } from "node:fs/promises"
import { Schema } from "effect"
import { numberText, renderCells } from "./render.ts"

const Spread = Schema.Struct({ median: Schema.Number, min: Schema.Number, max: Schema.Number })
const Row = Schema.Struct({
  name: Schema.String,
  unit: Schema.String,
  value: Spread,
  ratio: Schema.optionalKey(Spread)
})
const Result = Schema.Struct({
  tables: Schema.Array(Schema.Struct({ title: Schema.String, rows: Schema.Array(Row) }))
})
const Report = Schema.Struct({ scale: Schema.String, results: Schema.Record(Schema.String, Result) })
/** What is compared of a file of results. */
export type Report = typeof Report.Type

const decodeReport = Schema.decodeUnknownPromise(Schema.fromJsonString(Report))

/** Fails: for a file that is missing or was not written by `npm run bench`. */
export const readReport = async (path: string): Promise<Report> => decodeReport(await readFile(path, "utf8"))

/**
 * One line per row that both runs have. The ratio within a run is what to trust where there is one: both of its sides
 * met the same machine.
 */
export const renderComparison = (base: Report, head: Report): string => {
  const lines = Object.entries(head.results).flatMap(([benchmark, { tables }]) =>
    tables.flatMap(({ rows, title }) =>
      rows.flatMap((row): ReadonlyArray<ReadonlyArray<string>> => {
        const table = base.results[benchmark]?.tables.find((candidate) => candidate.title === title)
        const before = table?.rows.find(({ name }) => name === row.name)
        if (before === undefined) return []
        const values = quotient(before.value.median, row.value.median)
        const ratios =
          before.ratio === undefined || row.ratio === undefined ? "" : quotient(before.ratio.median, row.ratio.median)
        const [from, to] = [numberText(before.value.median), numberText(row.value.median)]
        return [[benchmark, title, row.name, from, to, row.unit, values, ratios]]
      })
    )
  )
  const heads = ["", "", "", "base", "head", "unit", "base/head", "of the ratios"]
  const scales = base.scale === head.scale ? "" : ` (base is ${base.scale}, head is ${head.scale}: not comparable)`
  return renderCells(`Compared${scales}`, [heads, ...lines], (column) => [0, 1, 2, 5].includes(column))
}

const quotient = (base: number, head: number): string => (head === 0 ? "" : numberText(base / head))
