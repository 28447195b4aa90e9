/**
 * Parses the bytes of a CSV file from a place on, and tells where each row ends.
 */
import { SourceFailure } from "@tidemark/core/connector"
import { CsvError, type InfoRecord, type Options, parse } from "csv-parse"
import { Effect } from "effect"
import { readFailure } from "../internal/sourceFailures.ts"
import type { ResolvedDialect } from "./csvDialect.ts"
import type { Cell } from "./csvFields.ts"

export interface Row {
  readonly cells: ReadonlyArray<Cell>
  /** Byte behind the row. */
  readonly end: number
  /** The row's last line, counted from one. */
  readonly line: number
}

/** Where rows begin. */
export interface RowPlace {
  readonly offset: number
  /** Lines before it. */
  readonly line: number
}

export interface RowParserOptions {
  readonly path: string
  readonly dialect: ResolvedDialect
  readonly trim: boolean
  /** Whether empty cells without quotes are told from those with. */
  readonly tellsEmpty: boolean
  readonly rowBytesMax: number
}

interface Suspect {
  readonly from: number
  readonly row: Row
}

export class RowParser {
  readonly offset: number
  rows: Array<Row> = []
  #suspects: Array<Suspect> = []
  readonly #options: RowParserOptions
  readonly #lines: number
  readonly #parser: ReturnType<typeof parse>
  /** The parser counts a CRLF within quotes as two lines. */
  #doubled = 0
  #end: number

  constructor(options: RowParserOptions, from: RowPlace, lineBreaks: ReadonlyArray<Buffer>) {
    const { dialect, rowBytesMax, tellsEmpty, trim } = options
    this.#options = options
    this.offset = from.offset
    this.#end = from.offset
    this.#lines = from.line
    const settings: Options = {
      bom: from.offset === 0,
      delimiter: dialect.delimiter,
      quote: dialect.quote,
      escape: dialect.quote,
      trim,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: rowBytesMax,
      on_record: (cells, info) => {
        this.#record(cells, info)
        return null
      },
      ...(lineBreaks.length > 0 ? { record_delimiter: [...lineBreaks] } : {}),
      ...(tellsEmpty ? { cast: (cell, { quoting }) => (cell === "" && !quoting ? null : cell) } : {})
    }
    this.#parser = parse(settings)
    this.#parser.on("error", () => {}) // Told by the callbacks of `parse`.
  }

  lineBreaks(): ReadonlyArray<Buffer> {
    return this.#parser.options.record_delimiter
  }

  takeRows(): ReadonlyArray<Row> {
    const { rows } = this
    this.rows = []
    return rows
  }

  takeSuspects(): ReadonlyArray<Suspect> {
    const suspects = this.#suspects
    this.#suspects = []
    return suspects
  }

  /** Parses the next bytes, or with null what is left. Fails: for quotes that do not fit and rows that are too long. */
  parse(bytes: Buffer | null): Effect.Effect<void, SourceFailure> {
    return Effect.tryPromise({
      try: () =>
        new Promise<void>((resolve, reject) => {
          const done = (error?: Error | null): void => (error ? reject(error) : resolve())
          if (bytes === null) this.#parser.end(done)
          else this.#parser.write(bytes, done)
        }),
      catch: (error) => this.#refused(error)
    })
  }

  #record(cells: ReadonlyArray<Cell>, { bytes, lines }: InfoRecord): void {
    let isSuspect = false
    for (const cell of cells) {
      if (cell === null) continue
      if (cell.includes("\r\n")) this.#doubled += cell.split("\r\n").length - 1
      if (cell.includes("\ufffd")) isSuspect = true
    }
    const row = { cells, end: this.offset + bytes, line: this.#lines + lines - this.#doubled }
    if (isSuspect) this.#suspects.push({ from: this.#end, row })
    this.rows.push(row)
    this.#end = row.end
  }

  #refused(error: unknown): SourceFailure {
    const { path, rowBytesMax } = this.#options
    if (!(error instanceof CsvError)) return readFailure(path, error)
    const line = this.#lines + this.#parser.info.lines - this.#doubled
    const column = typeof error.column === "number" ? error.column + 1 : null
    return malformed(path, { line, column, problem: problemText(error, rowBytesMax) })
  }
}

const problemText = ({ code, message }: CsvError, rowBytesMax: number): string => {
  switch (code) {
    case "CSV_MAX_RECORD_SIZE":
      return `a row is longer than ${rowBytesMax} bytes; is a quote left open?`
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quote is opened and never closed"
    case "CSV_INVALID_CLOSING_QUOTE":
    case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
      return "text follows a closing quote; a quote within a cell is written twice"
    case "INVALID_OPENING_QUOTE":
      return "a quote stands within a cell that does not begin with one"
    default:
      return message
  }
}

export const malformed = (
  path: string,
  at: { readonly line: number; readonly column: number | null; readonly problem: string }
): SourceFailure =>
  new SourceFailure({
    path,
    reason: "malformed",
    detail:
      `line ${at.line}${at.column === null ? "" : `, column ${at.column}`} is malformed: ${at.problem}. ` +
      "Correct the file; where a row ends is not known, so that it cannot be skipped.",
    retry: "never"
  })
