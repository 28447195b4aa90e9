/** The items of an operator's list as JSON, by the schema of the values. */
import { Effect, Result, Schema } from "effect"
import { SnapshotCorrupt, StateValueInvalid } from "../model/errors.ts"
import type { Json } from "../model/Json.ts"

export interface JsonItems<A> {
  /** Fails: throws `StateValueInvalid` for a value that does not fit. */
  readonly encode: (value: A) => Json
  /** Fails: for an item that was written by another schema. */
  readonly decode: (item: Json) => Effect.Effect<A, SnapshotCorrupt>
}

/** `of` names the list in messages. */
export const jsonItems = <A>(
  schema: Schema.Codec<A, unknown>,
  of: { readonly operator: string; readonly name: string }
): JsonItems<A> => {
  const codec = Schema.toCodecJson(schema)
  const encode = Schema.encodeUnknownResult(codec)
  const decode = Schema.decodeUnknownResult(codec)
  return {
    encode: (value) => {
      const encoded = encode(value)
      if (Result.isSuccess(encoded)) return encoded.success
      throw new StateValueInvalid({ operator: of.operator, state: of.name, problem: String(encoded.failure) })
    },
    decode: (item) => {
      const decoded = decode(item)
      if (Result.isSuccess(decoded)) return Effect.succeed(decoded.success)
      return Effect.fail(
        new SnapshotCorrupt({
          object: `list "${of.name}" of operator "${of.operator}"`,
          checkpoint: null,
          problem: `an item does not fit the schema of the pipeline: ${String(decoded.failure)}`
        })
      )
    }
  }
}
