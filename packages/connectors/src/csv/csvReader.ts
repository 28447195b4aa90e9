/**
 * Reads the rows of one CSV file as records. HOT per row.
 *
 * Keeps R1 (a position is the byte behind a row and its line) and R2 (a poll decodes the rows of at most one chunk).
 */
import { type Json, type Polled, SourceFailure, type Split } from "@tidemark/core/connector"
import { Result, Schema } from "effect"
import type { FileReader, FileReaderContext } from "../internal/files/filesReader.ts"
import { decodeFileSpec } from "../internal/files/inputFiles.ts"
import { CsvRows, type CsvRowsOptions } from "./CsvRows.ts"
import type { CsvFields } from "./csvFields.ts"
import type { Row } from "./RowParser.ts"

export interface CsvReading<A> extends Pick<CsvRowsOptions, "dialect" | "trim" | "chunkBytes" | "rowBytesMax"> {
  readonly fields: CsvFields<A>
  /** `true`: the first row of a file names the columns. Else their names; then a file has no such row. */
  readonly header: true | ReadonlyArray<string>
  readonly onMalformed: "fail" | "skip"
}

const Position = Schema.Struct({ offset: Schema.Int, line: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

export interface CsvFileAt {
  readonly split: Split
  readonly position: Json | null
  readonly context: FileReaderContext
}

export class CsvReader<A> implements FileReader<A> {
  readonly #reading: CsvReading<A>
  readonly #split: string
  readonly #path: string
  readonly #rows: CsvRows
  readonly #start: () => void
  #hasStarted = false
  #columns: Columns | null = null
  #waiting: ReadonlyArray<Row> = []
  #next = 0
  #hasEnded = false
  #failure: SourceFailure | null = null
  #position: typeof Position.Type

  constructor(reading: CsvReading<A>, { context, position, split }: CsvFileAt) {
    const { path, bytes } = decodeFileSpec(split.spec)
    this.#reading = reading
    this.#split = split.id
    this.#path = path
    const from = position === null ? null : decodePosition(position)
    this.#position = from ?? { offset: 0, line: 0 }
    const { chunkBytes, dialect, fields, header, rowBytesMax, trim } = reading
    const rows = new CsvRows({
      ...{ path, bytes, from, dialect, trim, chunkBytes, rowBytesMax, wake: context.wake },
      hasHeader: header === true,
      tellsEmpty: fields.tellsEmpty
    })
    this.#rows = rows
    this.#start = () => context.runFork(rows.readAll)
  }

  poll(recordsMax: number): Polled<A> {
    const split = this.#split
    if (!this.#hasStarted) {
      this.#hasStarted = true
      this.#start()
    }
    if (this.#failure === null) {
      const { values, skipped } = this.#decodeRows(recordsMax)
      if (values.length > 0 || skipped > 0) return { _tag: "Records", split, values, position: this.#position, skipped }
    }
    if (this.#failure !== null) return { _tag: "Failed", failure: this.#failure }
    return this.#hasEnded ? { _tag: "SplitFinished", split } : { _tag: "Pending" }
  }

  /** Stops before a row that is refused: what precedes it is answered first. */
  #decodeRows(recordsMax: number): { readonly values: ReadonlyArray<A>; readonly skipped: number } {
    const values: Array<A> = []
    let skipped = 0
    if (this.#next >= this.#waiting.length) this.#readOn()
    while (values.length < recordsMax && this.#failure === null) {
      const row = this.#waiting[this.#next]
      if (row === undefined) break
      const record = this.#decode(row)
      if (Result.isSuccess(record)) values.push(record.success)
      else if (this.#reading.onMalformed === "skip" && record.failure.reason !== "column") skipped++
      else {
        this.#failure = record.failure
        break
      }
      this.#next++
      this.#position = { offset: row.end, line: row.line }
    }
    return { values, skipped }
  }

  #readOn(): void {
    const next = this.#rows.take()
    this.#waiting = next._tag === "Rows" ? next.rows : []
    this.#next = 0
    if (next._tag === "End") this.#hasEnded = true
    if (next._tag === "Failed") this.#failure = next.failure
  }

  #decode(row: Row): Result.Result<A, SourceFailure> {
    const columns = this.#columns ?? this.#findColumns()
    if (Result.isFailure(columns)) return Result.fail(columns.failure)
    this.#columns = columns
    const { count, places } = columns.success
    const found = row.cells.length
    if (found !== count)
      return Result.fail(this.#refused(row, "malformed", `it has ${found} cells instead of ${count}`))
    return Result.mapError(this.#reading.fields.decode(row.cells, places), ({ message }) =>
      this.#refused(row, "schema", message.replace(/\s*\n\s*/g, " "))
    )
  }

  /** In which column each field of the schema stands. */
  #findColumns(): Columns {
    const { fields, header } = this.#reading
    const names = header === true ? (this.#rows.first?.cells ?? []).map((name) => name ?? "") : header
    const absent = fields.required.filter((name) => !names.includes(name))
    const doubled = fields.names.filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
    if (absent.length === 0 && doubled.length === 0) {
      return Result.succeed({ count: names.length, places: fields.names.map((name) => names.indexOf(name)) })
    }
    const problem =
      absent.length > 0 ? `it has no column ${quotedList(absent)}` : `it has two columns named ${quotedList(doubled)}`
    const detail = `${problem}; its columns are ${quotedList(names)}. Correct the schema, the header or the delimiter.`
    return Result.fail(new SourceFailure({ path: this.#path, reason: "column", detail, retry: "never" }))
  }

  #refused({ cells, line }: Row, reason: "malformed" | "schema", problem: string): SourceFailure {
    const first = line - cells.reduce((breaks, cell) => breaks + (cell?.split(/\r\n|\n|\r/).length ?? 1) - 1, 0)
    const what = reason === "malformed" ? `line ${first} is malformed` : `line ${first} does not fit the schema`
    const correct = reason === "malformed" ? "the line" : "the line or the schema"
    const detail = `${what}: ${problem}. Correct ${correct}, or read with onMalformed: "skip".`
    return new SourceFailure({ path: this.#path, reason, detail, retry: "never" })
  }
}

type Columns = Result.Result<{ readonly count: number; readonly places: ReadonlyArray<number> }, SourceFailure>

const quotedList = (names: ReadonlyArray<string>): string => names.map((name) => JSON.stringify(name)).join(", ")
