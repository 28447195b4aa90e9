import { Schema } from "effect"

/** A name that leads out of the directory was not written by us, whoever has edited the checkpoint. */
const PlainName = Schema.String.check(Schema.isPattern(/^(?!\.{1,2}$)[^/\\\0]+$/))

/** A prepared part: what `commit` needs to publish it, in whatever process. Names are relative to the directory. */
export const PartTransaction = Schema.Struct({
  hidden: PlainName,
  part: PlainName,
  checkpoint: Schema.Int,
  records: Schema.Int,
  bytes: Schema.Int
})
export type PartTransaction = typeof PartTransaction.Type

export const decodeTransaction = Schema.decodeUnknownEffect(PartTransaction)
