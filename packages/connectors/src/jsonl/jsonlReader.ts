/**
 * Reads the lines of JSONL files as records. HOT per line.
 *
 * Keeps R1 (a position is a byte offset and a line number, whatever the chunks) and R2 (a poll decodes at most 1 MiB).
 */
import { type Json, type Polled, SourceFailure, type Split } from "@tidemark/core/connector"
import { Result, Schema } from "effect"
import { FileChunks } from "../internal/files/FileChunks.ts"
import type { FileReader, FileReaderContext } from "../internal/files/filesReader.ts"
import { decodeFileSpec } from "../internal/files/inputFiles.ts"
import type { DecodeLine, LineProblem } from "./decodeLine.ts"
import { type CutLine, LineSplitter } from "./LineSplitter.ts"

export interface JsonlReaderOptions<A> {
  readonly decode: DecodeLine<A>
  readonly onMalformed: "fail" | "skip"
  readonly chunkBytes: number
  readonly lineBytesMax: number
}

/** Bytes that one poll decodes before it answers (R2). */
const bytesPerPollMax = 1024 * 1024

const Position = Schema.Struct({ offset: Schema.Int, line: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

export const jsonlReader = <A>(
  options: JsonlReaderOptions<A>,
  {
    context,
    position,
    split
  }: { readonly split: Split; readonly position: Json | null; readonly context: FileReaderContext }
): FileReader<A> =>
  new JsonlReader({ ...options, ...context, split, from: position === null ? start : decodePosition(position) })

const start = { offset: 0, line: 0 }

interface OneFileOptions<A> extends JsonlReaderOptions<A>, FileReaderContext {
  readonly split: Split
  readonly from: typeof Position.Type
}

class JsonlReader<A> implements FileReader<A> {
  private readonly options: OneFileOptions<A>
  private readonly path: string
  private readonly bytes: number
  private readonly lines: LineSplitter
  private chunks: FileChunks | null = null
  private hasEnded = false
  private failure: SourceFailure | null = null
  /** After the last line that was accepted or skipped; a refused line is read again after a restart. */
  private offset: number
  private line: number

  constructor(options: OneFileOptions<A>) {
    this.options = options
    const { bytes, path } = decodeFileSpec(options.split.spec)
    this.path = path
    this.bytes = bytes
    this.lines = new LineSplitter(options.from.offset, options.lineBytesMax)
    this.offset = options.from.offset
    this.line = options.from.line
  }

  poll(recordsMax: number): Polled<A> {
    const split = this.options.split.id
    if (this.failure !== null) return { _tag: "Failed", failure: this.failure }
    const { values, skipped } = this.decodeLines(recordsMax)
    if (values.length > 0 || skipped > 0) {
      return { _tag: "Records", split, values, position: { offset: this.offset, line: this.line }, skipped }
    }
    if (this.failure !== null) return { _tag: "Failed", failure: this.failure }
    return this.hasEnded ? { _tag: "SplitFinished", split } : { _tag: "Pending" }
  }

  /** Stops before a line that is refused: what precedes it is answered first. */
  private decodeLines(recordsMax: number): { readonly values: ReadonlyArray<A>; readonly skipped: number } {
    const values: Array<A> = []
    const offsetMax = this.offset + bytesPerPollMax
    let skipped = 0
    while (values.length < recordsMax && (this.offset < offsetMax || values.length + skipped === 0)) {
      const line = this.lines.next()
      if (line === null) {
        if (this.readOn()) continue
        break
      }
      if (line._tag !== "Line" || line.text.trim() !== "") {
        const decoded =
          line._tag === "Line"
            ? this.options.decode(line.text)
            : Result.fail(problemOf(line, this.options.lineBytesMax))
        if (Result.isSuccess(decoded)) values.push(decoded.success)
        else if (this.options.onMalformed === "skip" && line._tag !== "TooLong") skipped++
        else {
          this.failure = refused(this.path, { line: this.line + 1, problem: decoded.failure })
          break
        }
      }
      this.offset = this.lines.offset
      this.line++
    }
    return { values, skipped }
  }

  /** Feeds the next chunk to the splitter; false when nothing is to be read now. */
  private readOn(): boolean {
    if (this.hasEnded) return false
    const next = this.startedChunks().take()
    switch (next._tag) {
      case "Chunk":
        this.lines.push(next.bytes)
        return true
      case "End":
        this.lines.end()
        this.hasEnded = true
        return true
      case "Failed":
        this.failure = next.failure
        return false
      case "Pending":
        return false
    }
  }

  private startedChunks(): FileChunks {
    if (this.chunks === null) {
      const { wake, chunkBytes, from, runFork } = this.options
      this.chunks = new FileChunks({ path: this.path, offset: from.offset, end: this.bytes, chunkBytes, wake })
      runFork(this.chunks.readAll)
    }
    return this.chunks
  }
}

export const problemOf = (line: Exclude<CutLine, { readonly _tag: "Line" }>, lineBytesMax: number): LineProblem => ({
  reason: "malformed",
  detail:
    line._tag === "NotUtf8"
      ? "it is not valid UTF-8"
      : `it is longer than ${lineBytesMax} bytes (${line.bytes} bytes seen); is the file really made of lines?`,
  cause: undefined
})

const refused = (
  path: string,
  { line, problem }: { readonly line: number; readonly problem: LineProblem }
): SourceFailure =>
  new SourceFailure({
    path,
    reason: problem.reason,
    detail:
      problem.reason === "malformed"
        ? `line ${line} is malformed: ${problem.detail}. Correct the line, or read with onMalformed: "skip".`
        : `line ${line} does not fit the schema: ${problem.detail}. ` +
          'Correct the line or the schema, or read with onMalformed: "skip".',
    retry: "never",
    cause: problem.cause
  })
