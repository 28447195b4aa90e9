/**
 * One line of JSON to one record. HOT per line: a flat struct that needs no change is only looked over.
 */
import { Result, Schema } from "effect"
import { flatFields, flatGuard } from "../internal/flatFields.ts"
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
  const decode = interpretedDecode(schema)
  const fields = flatFields(schema)
  const isRecord = fields === null ? null : flatGuard<A>(fields)
  return (text) => {
    const parsed = parseJson(text)
    if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
    const value = parsed.success
    return isRecord?.(value) === true ? Result.succeed(value) : decode(value)
  }
}

/** The twin of the flat guard, for any schema; also says why a value does not fit. */
export const interpretedDecode = <A>(
  schema: Schema.Codec<A, unknown>
): ((value: unknown) => Result.Result<A, LineProblem>) => {
  const decode = Schema.decodeUnknownResult(jsonCodec(schema))
  return (value) =>
    Result.mapError(decode(value), (error) => ({ reason: "schema", detail: issueText(error), cause: error }))
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
