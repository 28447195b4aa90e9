/** Ten million keys in a process of their own, which tells what it took. Argument: the options as JSON. */
import { Schema } from "effect"
import { runTraffic } from "./sums/checkpointedTotals.ts"
import { handTraffic } from "./sums/handTraffic.ts"

const Options = Schema.Struct({
  byHand: Schema.Boolean,
  keys: Schema.Number,
  touchedShare: Schema.Number,
  trafficMs: Schema.Number,
  everyMs: Schema.NullOr(Schema.Number)
})

const { byHand, ...options } = Schema.decodeUnknownSync(Schema.fromJsonString(Options))(process.argv[2])
const report = byHand ? handTraffic(options) : await runTraffic(options)
process.send?.(report, () => process.disconnect())
