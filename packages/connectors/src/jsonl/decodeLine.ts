/**
 * One line of JSON to one record.
 */
import { Result, Schema } from "effect"
import { jsonCodec } from "../internal/jsonCodec.ts"

/** Why a line is no record: it is not JSON, or its value does not fit the schema. */
export interface LineProblem {
  readonly reason: "malformed" | "schema"
  readonly detail: string
  readonly cause: unknown
}

export type DecodeLine<A> = (text: string) => Result.Result<A, LineProblem>

/** Compiles the decoder of a schema's JSON lines. */
export const compileDecodeLine = <A>(schema: Schema.Codec<A, unknown>): DecodeLine<A> => {
  const decode = Schema.decodeUnknownResult(jsonCodec(schema))
  return (text) => {
    const parsed = parseJson(text)
    if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
    const decoded = decode(parsed.success)
    return Result.isSuccess(decoded)
      ? Result.succeed(decoded.success)
      : Result.fail({ reason: "schema", detail: issueText(decoded.failure), cause: decoded.failure })
  }
}

const issueText = (error: Schema.SchemaError): string => error.message.replace(/\s*\n\s*/g, " ")

const parseJson = (text: string): Result.Result<unknown, LineProblem> =>
  Result.try({
    try: (): unknown => JSON.parse(text),
    catch: (cause): LineProblem => ({
      reason: "malformed",
      detail: cause instanceof Error ? cause.message : String(cause),
      cause
    })
  })
