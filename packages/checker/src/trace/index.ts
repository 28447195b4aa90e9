/** Traces: walked again, shown, kept, made into tests. */
export { describeAction } from "./describeAction.ts"
export { formatTrace, type TraceTitle } from "./formatTrace.ts"
export { fromJson, TraceInvalid, toJson, traceFrom } from "./json.ts"
export { type Checked, type Recheck, type ReplayedStep, recheck, replay } from "./replay.ts"
export { type Change, changeText } from "./stepDiffs.ts"
export { toMermaid } from "./toMermaid.ts"
export { toVitest, type VitestOptions } from "./toVitest.ts"
export { TraceDiverged } from "./walk.ts"
