/**
 * Standard output as a sink: a record is written soon after it comes, and again if a failure makes the job repeat it.
 * A completed checkpoint has written what it covers.
 */
import type { Writable } from "node:stream"
import { type Sink, SinkFailure, type SinkWriter } from "@tidemark/core/connector"
import { Effect, Result, Schema, type Scope } from "effect"
import { compileEncodeLine } from "../jsonl/encodeLine.ts"

export interface StdoutTextOptions {
  /** Another stream in the place of standard output. */
  readonly output?: Writable
}

/** `schema` encodes the records; one that cannot be encoded fails the job. */
export interface StdoutJsonOptions<A> extends StdoutTextOptions {
  readonly schema: Schema.Codec<A, unknown>
}

/** Writes records as JSON lines to standard output. At least once. Fails: `schema`, and when the reader has gone away. */
export const stdoutSink = <A>({ output, schema }: StdoutJsonOptions<A>): Sink<A> =>
  outputSink(output, { what: "JSON lines", schema, encode: compileEncodeLine(schema) })

/** Writes texts to standard output, a line each. At least once. Fails: when the reader has gone away. */
export const stdoutTextSink = ({ output }: StdoutTextOptions = {}): Sink<string> =>
  outputSink(output, { what: "lines", schema: Schema.String, encode: (text) => Result.succeed(text) })

const target = "standard output"

interface Writing<A> {
  readonly what: string
  readonly schema: Schema.Codec<A, unknown>
  readonly encode: (value: A) => Result.Result<string, string>
}

const outputSink = <A>(output: Writable | undefined, writing: Writing<A>): Sink<A> => ({
  description: `${target}, ${writing.what} (at least once)`,
  schema: writing.schema,
  delivery: "immediate",
  isThreadLocal: true,
  open: () =>
    Effect.sync(() => {
      const stream = output ?? process.stdout
      const health = healthOf(stream)
      return {
        highestVisible: Effect.succeed(null),
        rewind: null,
        rollback: () => Effect.void,
        commit: () => Effect.void,
        writer: () => openWriter(stream, health, writing)
      }
    })
})

interface Health {
  failure: SinkFailure | null
}

const healths = new WeakMap<Writable, Health>()

/** Listens for as long as the process lives: a pipe may break after the last write, and nobody else would listen. */
const healthOf = (stream: Writable): Health => {
  const known = healths.get(stream)
  if (known !== undefined) return known
  const health: Health = { failure: null }
  stream.on("error", (error) => {
    health.failure ??= brokenBy(error)
  })
  healths.set(stream, health)
  return health
}

/** Characters that wait to be written before the task has to wait, too. */
const waitingMax = 1024 * 1024

const openWriter = <A>(
  stream: Writable,
  health: Health,
  { encode }: Writing<A>
): Effect.Effect<SinkWriter<A>, never, Scope.Scope> => {
  const writer = new StreamWriter(stream, health, encode)
  // A failed job has told why it failed; what is left is written if it can be.
  return Effect.as(
    Effect.addFinalizer(() => Effect.ignore(writer.flush)),
    writer
  )
}

class StreamWriter<A> implements SinkWriter<A> {
  readonly #stream: Writable
  readonly #health: Health
  readonly #encode: Writing<A>["encode"]
  #text = ""
  #isScheduled = false

  constructor(stream: Writable, health: Health, encode: Writing<A>["encode"]) {
    this.#stream = stream
    this.#health = health
    this.#encode = encode
  }

  write(value: A): void {
    const line = this.#encode(value)
    if (Result.isFailure(line)) throw refused(line.failure)
    this.#text += `${line.success}\n`
    if (this.#isScheduled) return
    this.#isScheduled = true
    // Many records, one write; but no record waits for the next.
    setImmediate(() => this.#push())
  }

  isFull(): boolean {
    return this.#text.length >= waitingMax || this.#stream.writableNeedDrain || this.#health.failure !== null
  }

  get flush(): Effect.Effect<void, SinkFailure> {
    return Effect.callback<void, SinkFailure>((resume) => {
      const done = (error?: Error | null): void => {
        if (error) this.#health.failure ??= brokenBy(error)
        resume(this.#health.failure === null ? Effect.void : Effect.fail(this.#health.failure))
      }
      if (this.#health.failure === null) this.#push(done)
      else done()
    })
  }

  prepare(): Effect.Effect<null, SinkFailure> {
    return Effect.as(this.flush, null)
  }

  #push(done?: (error?: Error | null) => void): void {
    this.#isScheduled = false
    const text = this.#text
    this.#text = ""
    if (text !== "" || done !== undefined) this.#stream.write(text, done)
  }
}

const refused = (problem: string): SinkFailure =>
  new SinkFailure({
    target,
    operation: "write",
    reason: "schema",
    detail: `a record does not fit the schema: ${problem}. Correct the pipeline or the schema.`,
    retry: "never"
  })

const brokenBy = (error: Error): SinkFailure => {
  const isClosed =
    "code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED" || error.code === "ECONNRESET")
  return new SinkFailure({
    target,
    operation: "write",
    reason: "io",
    detail: isClosed
      ? "the program that reads it has closed the pipe. Start the job again with a reader that stays; it resumes from its last checkpoint."
      : `${error.message}. The job resumes from its last checkpoint.`,
    retry: "never",
    cause: error
  })
}
