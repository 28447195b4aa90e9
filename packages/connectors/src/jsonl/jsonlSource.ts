/**
 * A source of JSONL files (one JSON value per line); splits are files.
 */
import type { Source } from "@tidemark/core/connector"
import type { Schema } from "effect"
import { compileDecodeLine } from "./decodeLine.ts"
import { discoverFiles, type JsonlPath, validateFiles } from "./jsonlInput.ts"
import { openJsonlReader } from "./jsonlReader.ts"

export interface JsonlSourceOptions<A> {
  /** A file, a list of files, or a directory, of which the `.jsonl` and `.ndjson` files are read. */
  readonly path: JsonlPath
  readonly schema: Schema.Codec<A, unknown>
  /** What a line does that is not JSON or does not fit the schema: fail the job (default), or be skipped and counted. */
  readonly onMalformed?: "fail" | "skip"
  /** Every record is at most as old as those of the files that follow by name. */
  readonly isTimeOrdered?: boolean
  /** Bytes read at once; 256 KiB by default. */
  readonly chunkBytes?: number
}

/**
 * Reads records from JSON lines. Bounded, repeatable; empty lines, CRLF, a byte order mark and a missing last line break
 * are fine. Fails: `missing`, `denied`, `malformed` and `schema` with file and line, `changed`, `io`.
 */
export const jsonlSource = <A>(options: JsonlSourceOptions<A>): Source<A> => {
  const { path, schema, onMalformed = "fail", chunkBytes = 256 * 1024 } = options
  const decode = compileDecodeLine(schema)
  return {
    description: `jsonl ${typeof path === "string" ? path : path.join(", ")}`,
    schema,
    isBounded: true,
    isTimeOrdered: options.isTimeOrdered ?? false,
    discover: discoverFiles(path),
    validate: validateFiles,
    open: (context) => openJsonlReader({ decode, onMalformed, chunkBytes }, context)
  }
}
