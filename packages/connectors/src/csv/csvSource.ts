/**
 * A source of CSV files; splits are files.
 */
import type { Source } from "@tidemark/core/connector"
import type { Schema } from "effect"
import { fileSource, type WatchOptions } from "../internal/files/fileSource.ts"
import type { InputPath } from "../internal/files/inputFiles.ts"
import { demandWhole } from "../internal/whole.ts"
import { type CsvDialect, resolveDialect } from "./csvDialect.ts"
import { csvFields } from "./csvFields.ts"
import { CsvReader, type CsvReading } from "./csvReader.ts"

export interface CsvSourceOptions<A> extends CsvDialect {
  /** A file, a list of files, a directory, of which the `.csv` and `.tsv` files are read, or a pattern of file names. */
  readonly path: InputPath
  /** A struct; its fields are the columns that are read, by their names. */
  readonly schema: Schema.Codec<A, unknown>
  /**
   * `true` (default): the first row of a file names its columns. `false`: a file has no such row, and the schema's
   * columns in the schema's order. Or the names of the columns, for a file without such a row.
   */
  readonly header?: boolean | ReadonlyArray<string>
  /** Goes on for ever and reads files as they appear, whole, in the directory; see `JsonlFile.source`. */
  readonly watch?: boolean | WatchOptions
  /** What a row does that has another number of cells or does not fit the schema: fail the job (default), or be skipped and counted. */
  readonly onMalformed?: "fail" | "skip"
  /** Spaces around cells without quotes do not count; they do by default. */
  readonly trim?: boolean
  /** Every record is at most as old as those of the files that follow by name. */
  readonly isTimeOrdered?: boolean
  /** Bytes parsed at once; 64 KiB by default. */
  readonly chunkBytes?: number
  /** A longer row is refused; 16 MiB by default. */
  readonly rowBytesMax?: number
}

/**
 * Reads records from CSV: quoted cells may hold line breaks; empty lines, CRLF and a byte order mark are fine; text is
 * UTF-8. Repeatable, and bounded but for a watched directory. Fails: `missing`, `denied`, `column`, `malformed` and
 * `schema` with file and line, `changed`, `io`.
 */
export const csvSource = <A>(options: CsvSourceOptions<A>): Source<A> => {
  const connector = "CsvFile.source"
  const { path, schema, header = true, isTimeOrdered, watch } = options
  demandWhole(`${connector}: chunkBytes`, { value: options.chunkBytes, least: 1 })
  demandWhole(`${connector}: rowBytesMax`, { value: options.rowBytesMax, least: 1 })
  const fields = csvFields(connector, schema)
  const reading: CsvReading<A> = {
    fields,
    header: typeof header === "boolean" ? header || fields.names : header,
    dialect: resolveDialect(connector, options),
    onMalformed: options.onMalformed ?? "fail",
    trim: options.trim ?? false,
    chunkBytes: options.chunkBytes ?? 64 * 1024,
    rowBytesMax: options.rowBytesMax ?? 16 * 1024 * 1024
  }
  return fileSource({
    ...{ connector, path, schema, isTimeOrdered, watch },
    description: `csv ${typeof path === "string" ? path : path.join(", ")}${watch ? " (watched)" : ""}`,
    kind: { extensions: [".csv", ".tsv"] },
    read: (split, position, context) => new CsvReader(reading, { split, position, context })
  })
}
