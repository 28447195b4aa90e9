/** The records of a request's body, or why it has none. */
import type { IncomingMessage } from "node:http"
import { Result, type Schema } from "effect"
import { compileDecodeLine, interpretedDecode, type LineProblem } from "../jsonl/decodeLine.ts"
import { LineSplitter } from "../jsonl/LineSplitter.ts"

export type Body =
  | { readonly _tag: "Bytes"; readonly bytes: Buffer }
  | { readonly _tag: "TooLarge" }
  /** The client has gone. */
  | { readonly _tag: "Gone" }

/** Reads at most `bytesMax` bytes; the rest is let pass, so that the client hears the answer. */
export const readBody = (message: IncomingMessage, bytesMax: number): Promise<Body> =>
  new Promise((resolve) => {
    if (Number(message.headers["content-length"] ?? 0) > bytesMax) {
      message.resume()
      resolve({ _tag: "TooLarge" })
      return
    }
    let chunks: Array<Buffer> = []
    let size = 0
    message.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size <= bytesMax) chunks.push(chunk)
      else {
        chunks = []
        resolve({ _tag: "TooLarge" })
      }
    })
    message.on("end", () => resolve({ _tag: "Bytes", bytes: Buffer.concat(chunks) }))
    message.on("close", () => resolve({ _tag: "Gone" }))
    message.on("error", () => resolve({ _tag: "Gone" }))
  })

export interface BodyProblem extends LineProblem {
  /** Line of JSON lines, or place in an array; counted from one. */
  readonly line: number
}

export type DecodeBody<A> = (bytes: Buffer) => Result.Result<ReadonlyArray<A>, BodyProblem>

/** One JSON value, or an array of them. */
export const compileDecodeJson = <A>(schema: Schema.Codec<A, unknown>): DecodeBody<A> => {
  const decode = interpretedDecode(schema)
  return (bytes) => {
    const parsed = Result.try({
      try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)),
      catch: (cause): BodyProblem => ({ line: 1, reason: "malformed", detail: messageOf(cause), cause })
    })
    if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
    const values = Array.isArray(parsed.success) ? parsed.success : [parsed.success]
    return collect(values.map((value, index) => ({ line: index + 1, record: decode(value) })))
  }
}

/** One JSON value per line; empty lines are left out. */
export const compileDecodeLines = <A>(schema: Schema.Codec<A, unknown>): DecodeBody<A> => {
  const decode = compileDecodeLine(schema)
  return (bytes) => {
    const lines = new LineSplitter(0, Math.max(1, bytes.length))
    lines.push(bytes)
    lines.end()
    const records: Array<Numbered<A>> = []
    for (let line = 1; ; line++) {
      const cut = lines.next()
      if (cut === null) return collect(records)
      if (cut._tag === "Line" && cut.text.trim() === "") continue
      const record = cut._tag === "Line" ? decode(cut.text) : Result.fail(notUtf8)
      records.push({ line, record })
    }
  }
}

const notUtf8: LineProblem = { reason: "malformed", detail: "it is not valid UTF-8", cause: undefined }

interface Numbered<A> {
  readonly line: number
  readonly record: Result.Result<A, LineProblem>
}

const collect = <A>(records: ReadonlyArray<Numbered<A>>): Result.Result<ReadonlyArray<A>, BodyProblem> => {
  const values: Array<A> = []
  for (const { line, record } of records) {
    if (Result.isFailure(record)) return Result.fail({ ...record.failure, line })
    values.push(record.success)
  }
  return Result.succeed(values)
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
