/**
 * A source of JSONL files (one JSON value per line); splits are files.
 */
import type { Source } from "@tidemark/core/connector"
import type { Schema } from "effect"
import { fileSource, type WatchOptions } from "../internal/files/fileSource.ts"
import type { InputPath } from "../internal/files/inputFiles.ts"
import { demandWhole } from "../internal/whole.ts"
import { compileDecodeLine } from "./decodeLine.ts"
import { jsonlReader } from "./jsonlReader.ts"
import { lineBytesMax } from "./LineSplitter.ts"

export interface JsonlSourceOptions<A> {
  /**
   * A file, a list of files, a directory, of which the `.jsonl` and `.ndjson` files are read, or a pattern of file names
   * (`logs/2026-*.jsonl`).
   */
  readonly path: InputPath
  readonly schema: Schema.Codec<A, unknown>
  /**
   * Goes on for ever and reads files as they appear in the directory. A file must be whole when it gets its name: write
   * it under a name that starts with a dot, then rename it. One that changes later fails the job.
   */
  readonly watch?: boolean | WatchOptions
  /** What a line does that is not JSON or does not fit the schema: fail the job (default), or be skipped and counted. */
  readonly onMalformed?: "fail" | "skip"
  /** Every record is at most as old as those of the files that follow by name. */
  readonly isTimeOrdered?: boolean
  /** Bytes read at once; 256 KiB by default. */
  readonly chunkBytes?: number
  /** A longer line is refused; 16 MiB by default. */
  readonly lineBytesMax?: number
}

/**
 * Reads records from JSON lines. Repeatable; empty lines, CRLF, a byte order mark and a missing last line break are fine.
 * Bounded, but for a watched directory. Fails: `missing`, `denied`, `malformed` and `schema` with file and line,
 * `changed`, `io`.
 */
export const jsonlSource = <A>(options: JsonlSourceOptions<A>): Source<A> => {
  const { path, schema, onMalformed = "fail", chunkBytes = 256 * 1024, isTimeOrdered, watch } = options
  demandWhole("JsonlFile.source: chunkBytes", { value: options.chunkBytes, least: 1 })
  demandWhole("JsonlFile.source: lineBytesMax", { value: options.lineBytesMax, least: 1 })
  const reading = {
    decode: compileDecodeLine(schema),
    onMalformed,
    chunkBytes,
    lineBytesMax: options.lineBytesMax ?? lineBytesMax
  }
  return fileSource({
    ...{ path, schema, isTimeOrdered, watch },
    connector: "JsonlFile.source",
    description: `jsonl ${typeof path === "string" ? path : path.join(", ")}${watch ? " (watched)" : ""}`,
    kind: { extensions: [".jsonl", ".ndjson"] },
    read: (split, position, context) => jsonlReader(reading, { split, position, context })
  })
}
