/**
 * The rows of one CSV file, parsed ahead of their consumer: at most two chunks of them wait to be taken.
 *
 * V1 A row's end is the byte behind its line break; parsing from there on yields the rows that follow, and no others.
 *    That holds for the line break, too: the file's first one is meant for all of the file.
 */
import { isUtf8 } from "node:buffer"
import { type FileHandle, open } from "node:fs/promises"
import type { SourceFailure } from "@tidemark/core/connector"
import { Cause, Effect, Latch, Option } from "effect"
import { changedFailure, readFailure, triedRead } from "../internal/sourceFailures.ts"
import { malformed, type Row, RowParser, type RowParserOptions, type RowPlace } from "./RowParser.ts"

export type NextRows =
  | { readonly _tag: "Rows"; readonly rows: ReadonlyArray<Row> }
  | { readonly _tag: "Pending" }
  | { readonly _tag: "End" }
  | { readonly _tag: "Failed"; readonly failure: SourceFailure }

export interface CsvRowsOptions extends RowParserOptions {
  /** Bytes that the file had when it was discovered. */
  readonly bytes: number
  /** Null at the beginning of the file. */
  readonly from: RowPlace | null
  /** Whether the first row names the columns. */
  readonly hasHeader: boolean
  readonly chunkBytes: number
  readonly wake: () => void
}

const chunksAheadMax = 2

/** Bytes read at once to find the first row. */
const headBytes = 4096

export class CsvRows {
  readonly #options: CsvRowsOptions
  readonly #waiting: Array<ReadonlyArray<Row>> = []
  readonly #hasRoom = Latch.makeUnsafe(true)
  #first: Row | null = null
  #last: NextRows = { _tag: "Pending" }

  constructor(options: CsvRowsOptions) {
    this.#options = options
  }

  /** The file's first row, which is the header if it has one; null before rows are answered and for an empty file. */
  get first(): Row | null {
    return this.#first
  }

  /** The next rows, or why there are none. Synchronous. */
  take(): NextRows {
    const rows = this.#waiting.shift()
    if (rows === undefined) return this.#last
    this.#hasRoom.openUnsafe()
    return { _tag: "Rows", rows }
  }

  /** Reads to the end; to be run in a fiber of its own. Outcomes arrive through {@link take}. */
  get readAll(): Effect.Effect<void> {
    const { path, wake } = this.#options
    const read = Effect.acquireUseRelease(
      triedRead(path, () => open(path, "r")),
      (file) => this.#readRows(file),
      (file) => Effect.promise(() => file.close())
    )
    return read.pipe(
      Effect.matchCause({
        onSuccess: (): NextRows => ({ _tag: "End" }),
        onFailure: (cause): NextRows => ({
          _tag: "Failed",
          failure: Option.getOrElse(Cause.findErrorOption(cause), () => readFailure(path, Cause.squash(cause)))
        })
      }),
      Effect.flatMap((last) =>
        Effect.sync(() => {
          this.#last = last
          wake()
        })
      )
    )
  }

  readonly #readRows = Effect.fnUntraced(function* (
    this: CsvRows,
    file: FileHandle
  ): Effect.fn.Return<void, SourceFailure> {
    const { chunkBytes, hasHeader } = this.#options
    // V1: what the first row says of its line break is said to every parser.
    const start = this.#parser({ offset: 0, line: 0 }, [])
    yield* this.#feed(start, file, { chunkBytes: headBytes, isBody: false })
    this.#first = start.rows[0] ?? null
    if (this.#first === null) return
    const behindHeader = { offset: this.#first.end, line: this.#first.line }
    const from = this.#options.from ?? (hasHeader ? behindHeader : { offset: 0, line: 0 })
    const body = this.#parser(from, start.lineBreaks())
    yield* this.#feed(body, file, { chunkBytes, isBody: true })
  })

  /** Feeds the file to a parser: for the first row, or to hand on the rows of the body chunk by chunk. */
  readonly #feed = Effect.fnUntraced(function* (
    this: CsvRows,
    parser: RowParser,
    file: FileHandle,
    { chunkBytes, isBody }: { readonly chunkBytes: number; readonly isBody: boolean }
  ): Effect.fn.Return<void, SourceFailure> {
    const { path, bytes } = this.#options
    for (let offset = parser.offset; ; ) {
      if (isBody) yield* this.#hasRoom.await
      const wanted = Math.min(chunkBytes, bytes - offset)
      let chunk: Buffer | null = null
      if (wanted > 0) {
        const read = yield* triedRead(path, () => file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset))
        if (read.bytesRead === 0)
          return yield* changedFailure(path, `it was cut from ${bytes} to ${offset} bytes or fewer`)
        chunk = read.buffer.subarray(0, read.bytesRead)
        offset += read.bytesRead
      }
      const parsed = yield* Effect.result(parser.parse(chunk))
      if (isBody) yield* this.#demandUtf8(file, parser)
      if (!isBody && parser.rows.length > 0) return
      if (isBody) this.#offer(parser.takeRows())
      if (parsed._tag === "Failure") return yield* parsed.failure
      if (chunk === null) return
    }
  })

  #offer(rows: ReadonlyArray<Row>): void {
    if (rows.length === 0) return
    this.#waiting.push(rows)
    if (this.#waiting.length >= chunksAheadMax) this.#hasRoom.closeUnsafe()
    this.#options.wake()
  }

  #parser(from: RowPlace, lineBreaks: ReadonlyArray<Buffer>): RowParser {
    return new RowParser(this.#options, from, lineBreaks)
  }

  /** The parser puts a replacement character where bytes are no UTF-8; whether the file has one itself is looked up. */
  readonly #demandUtf8 = Effect.fnUntraced(function* (
    this: CsvRows,
    file: FileHandle,
    parser: RowParser
  ): Effect.fn.Return<void, SourceFailure> {
    const { path } = this.#options
    for (const { from, row } of parser.takeSuspects()) {
      const length = row.end - from
      const { buffer } = yield* triedRead(path, () => file.read(Buffer.alloc(length), 0, length, from))
      if (isUtf8(buffer)) continue
      this.#offer(parser.takeRows().filter(({ end }) => end < row.end))
      return yield* malformed(path, { line: row.line, column: null, problem: "it is not valid UTF-8" })
    }
  })
}
