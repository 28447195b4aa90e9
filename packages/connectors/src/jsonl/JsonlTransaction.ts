import { Schema } from "effect"

/** A prepared part: what `commit` needs to publish it, in whatever process. Names are relative to the directory. */
export const JsonlTransaction = Schema.Struct({
  hidden: Schema.String,
  part: Schema.String,
  checkpoint: Schema.Int,
  records: Schema.Int,
  bytes: Schema.Int
})
export type JsonlTransaction = typeof JsonlTransaction.Type

export const decodeTransaction = Schema.decodeUnknownEffect(JsonlTransaction)
