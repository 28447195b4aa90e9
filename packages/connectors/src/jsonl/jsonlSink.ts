import type { Files, Sink } from "@tidemark/core/connector"
import type { Schema } from "effect"
import { partSink } from "../internal/parts/partSink.ts"
import { compileEncodeLine } from "./encodeLine.ts"

export interface JsonlSinkOptions<A> {
  /** Where the files appear; created if missing. Several jobs and operators may share it. */
  readonly directory: string
  readonly schema: Schema.Codec<A, unknown>
  /** The file system; that of the machine by default. */
  readonly files?: Files
}

/**
 * Writes records as JSON lines that become visible exactly once, when their checkpoint has completed.
 * Fails: at `open` when the directory cannot be written to; `schema` for a value that has no JSON line.
 */
export const jsonlSink = <A>({ directory, files, schema }: JsonlSinkOptions<A>): Sink<A> => {
  if (directory.trim() === "") throw new RangeError("JsonlFile.sink: directory is empty. Name an output directory.")
  const format = { extension: "jsonl", head: "", encode: compileEncodeLine(schema) }
  return partSink({ description: `jsonl ${directory}`, directory, schema, files, format })
}
