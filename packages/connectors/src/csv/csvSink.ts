import type { Files, Sink } from "@tidemark/core/connector"
import { Result, type Schema } from "effect"
import { partSink } from "../internal/parts/partSink.ts"
import { type CsvDialect, type ResolvedDialect, resolveDialect } from "./csvDialect.ts"
import { type Cell, csvFields } from "./csvFields.ts"

export interface CsvSinkOptions<A> extends CsvDialect {
  /** Where the files appear; created if missing. Several jobs and operators may share it. */
  readonly directory: string
  /** A struct; its fields are the columns. */
  readonly schema: Schema.Codec<A, unknown>
  /** Whether every file begins with the names of the columns; it does by default. */
  readonly header?: boolean
  /** The file system; that of the machine by default. */
  readonly files?: Files
}

/**
 * Writes records as rows of CSV (RFC 4180, lines end in `\n`) that become visible exactly once, when their checkpoint has
 * completed. A cell is quoted where it must be; what a spreadsheet makes of one that begins with `=` is not looked at.
 * Fails: at `open` when the directory cannot be written to; `schema` for a value that has no row.
 */
export const csvSink = <A>(options: CsvSinkOptions<A>): Sink<A> => {
  const { directory, files, header = true, schema } = options
  if (directory.trim() === "") throw new RangeError("CsvFile.sink: directory is empty. Name an output directory.")
  const fields = csvFields("CsvFile.sink", schema)
  const row = rowText(resolveDialect("CsvFile.sink", options))
  const format = {
    extension: "csv",
    head: header ? `${row(fields.names)}\n` : "",
    encode: (value: A) => Result.map(fields.encode(value), row)
  }
  return partSink({ description: `csv ${directory}`, directory, schema, files, format })
}

/** HOT per cell. */
const rowText = ({ delimiter, quote }: ResolvedDialect): ((cells: ReadonlyArray<Cell>) => string) => {
  const doubled = quote + quote
  const quoted = (cell: string): string => quote + cell.replaceAll(quote, doubled) + quote
  // Spaces and a byte order mark at an end would be lost on readers that trim.
  const needsQuotes = (cell: string): boolean =>
    cell === "" ||
    cell.includes(delimiter) ||
    cell.includes(quote) ||
    cell.includes("\n") ||
    cell.includes("\r") ||
    cell.trim().length !== cell.length
  return (cells) => {
    // An empty line is no row.
    if (cells.length === 1 && cells[0] === null) return doubled
    let text = ""
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] ?? null
      if (i > 0) text += delimiter
      if (cell !== null) text += needsQuotes(cell) ? quoted(cell) : cell
    }
    return text
  }
}
