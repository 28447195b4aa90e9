import type { BenchmarkResult } from "./Result.ts"
import type { Scale } from "./scale.ts"

/** One page of the benchmarks; `benchmarks.ts` lists them. */
export interface Benchmark {
  readonly name: string
  readonly title: string
  /** Printed below its tables, a sentence each. */
  readonly notMeasured: ReadonlyArray<string>
  /** Fails: when a contestant's answer is wrong. A goal that is missed is reported, not failed. */
  readonly run: (scale: Scale) => Promise<BenchmarkResult>
  /** Prepares what `npm run profile` runs over and over; absent where the work is done in other processes. */
  readonly profile?: (scale: Scale) => Promise<() => unknown>
}
