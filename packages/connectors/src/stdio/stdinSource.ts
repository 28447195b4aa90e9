/**
 * Standard input as a source. It cannot be read twice: what was read after the last completed checkpoint is lost when the
 * process dies. A failure within the process loses nothing that is still kept (N1).
 */
import type { Readable } from "node:stream"
import {
  type Json,
  type Polled,
  type Source,
  SourceFailure,
  type SourceReader,
  type Split
} from "@tidemark/core/connector"
import { Effect, Result, Schema, type Scope } from "effect"
import { SplitQueue } from "../internal/SplitQueue.ts"
import { demandWhole } from "../internal/whole.ts"
import { compileDecodeLine, type DecodeLine } from "../jsonl/decodeLine.ts"
import { problemOf } from "../jsonl/jsonlReader.ts"
import { lineBytesMax as defaultLineBytesMax } from "../jsonl/LineSplitter.ts"
import { type InputLine, InputLines } from "./InputLines.ts"

export interface StdinTextOptions {
  /** Another stream in the place of standard input. */
  readonly input?: Readable
  /** The input is known to end; not by default. */
  readonly isBounded?: boolean
  /** A longer line is refused; 16 MiB by default. */
  readonly lineBytesMax?: number
}

export interface StdinJsonOptions<A> extends StdinTextOptions {
  readonly schema: Schema.Codec<A, unknown>
  /** What a line does that is not JSON or does not fit the schema: fail the job (default), or be skipped and counted. */
  readonly onMalformed?: "fail" | "skip"
}

/**
 * Reads JSON lines from standard input; empty lines are left out. At most once over a crash of the process: lines that no
 * completed checkpoint covers are gone with it. Fails: `malformed` and `schema` with the line, `io`.
 */
export const stdinSource = <A>({ onMalformed = "fail", schema, ...options }: StdinJsonOptions<A>): Source<A> =>
  inputSource(options, {
    what: "JSON lines",
    schema,
    decode: compileDecodeLine(schema),
    onMalformed,
    keepsEmpty: false
  })

/** Reads lines of text from standard input, empty ones too. At most once over a crash of the process, as `Stdio.source`. */
export const stdinTextSource = (options: StdinTextOptions = {}): Source<string> =>
  inputSource(options, {
    what: "lines",
    schema: Schema.String,
    decode: (text) => Result.succeed(text),
    onMalformed: "fail",
    keepsEmpty: true
  })

interface Reading<A> {
  readonly what: string
  readonly schema: Schema.Codec<A, unknown>
  readonly decode: DecodeLine<A>
  readonly onMalformed: "fail" | "skip"
  readonly keepsEmpty: boolean
}

const path = "standard input"
const Position = Schema.Struct({ line: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

/** What was read of a stream outlives the attempts of a job: nobody can read it again. */
const linesOf = new WeakMap<Readable, InputLines>()

const inputSource = <A>(
  { input, isBounded = false, lineBytesMax = defaultLineBytesMax }: StdinTextOptions,
  reading: Reading<A>
): Source<A> => {
  demandWhole("Stdio: lineBytesMax", { value: lineBytesMax, least: 1 })
  const lines = (): InputLines => {
    const stream = input ?? process.stdin
    const known = linesOf.get(stream) ?? new InputLines(stream, lineBytesMax)
    linesOf.set(stream, known)
    return known
  }
  return {
    description: `${path}, ${reading.what} (cannot be read again: at most once over a crash)`,
    schema: reading.schema,
    isBounded,
    isTimeOrdered: false,
    isThreadLocal: true,
    discover: Effect.succeed([{ id: "stdin", spec: null }]),
    validate: () => Effect.void,
    open: ({ wake }) => openInput(lines, { ...reading, lineBytesMax }, wake)
  }
}

const openInput = <A>(
  linesOf: () => InputLines,
  { decode, keepsEmpty, lineBytesMax, onMalformed }: Reading<A> & { readonly lineBytesMax: number },
  wake: () => void
): Effect.Effect<SourceReader<A>, never, Scope.Scope> =>
  Effect.gen(function* () {
    let open: InputLines | null = null
    yield* Effect.addFinalizer(() => Effect.sync(() => open?.close()))
    const splits = new SplitQueue<{ readonly id: string; line: number }>()
    const cuts = new Map<number, number>()
    const poll = (split: { readonly id: string; line: number }, lines: InputLines, recordsMax: number): Polled<A> => {
      const values: Array<A> = []
      let skipped = 0
      let last: InputLine = { _tag: "Pending" }
      let failure: SourceFailure | null = null
      while (values.length < recordsMax) {
        const { line, number } = lines.at(split.line)
        last = line
        if (line._tag === "Pending" || line._tag === "End" || line._tag === "Broken") break
        if (line._tag !== "Line" || keepsEmpty || line.text.trim() !== "") {
          const record = line._tag === "Line" ? decode(line.text) : Result.fail(problemOf(line, lineBytesMax))
          if (Result.isSuccess(record)) values.push(record.success)
          else if (onMalformed === "skip" && line._tag !== "TooLong") skipped++
          else {
            failure = refused(number + 1, record.failure)
            break
          }
        }
        split.line = number + 1
      }
      if (values.length > 0 || skipped > 0) {
        return { _tag: "Records", split: split.id, values, position: { line: split.line }, skipped }
      }
      if (failure !== null) return { _tag: "Failed", failure }
      if (last._tag === "Broken") return { _tag: "Failed", failure: broken(last.cause) }
      if (last._tag !== "End") return { _tag: "Pending" }
      splits.finish()
      return { _tag: "SplitFinished", split: split.id }
    }
    return {
      assign: (split: Split, position: Json | null) => {
        const line = position === null ? 0 : decodePosition(position).line
        splits.add({ id: split.id, line })
        open = linesOf()
        open.open(line, wake)
      },
      poll: (recordsMax) => {
        const { current } = splits
        return current === undefined || open === null ? { _tag: "Exhausted" } : poll(current, open, recordsMax)
      },
      cut: (checkpoint) => {
        if (splits.current !== undefined) cuts.set(checkpoint, splits.current.line)
      },
      completed: (checkpoint) => {
        const line = cuts.get(checkpoint)
        if (line !== undefined) open?.release(line)
        for (const id of cuts.keys()) if (id <= checkpoint) cuts.delete(id)
      }
    }
  })

const refused = (
  line: number,
  {
    cause,
    detail,
    reason
  }: { readonly reason: "malformed" | "schema"; readonly detail: string; readonly cause: unknown }
): SourceFailure =>
  new SourceFailure({
    path,
    reason,
    detail:
      `line ${line} ${reason === "malformed" ? "is malformed" : "does not fit the schema"}: ${detail}. ` +
      'Correct what writes it, or read with onMalformed: "skip".',
    retry: "never",
    cause
  })

const broken = (cause: Error): SourceFailure =>
  new SourceFailure({
    path,
    reason: "io",
    detail: `it broke: ${cause.message}. Start the job again.`,
    retry: "never",
    cause
  })
