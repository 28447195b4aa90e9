/** All benchmarks, in the order in which `npm run bench` runs them. */
import { chain } from "./chain.bench.ts"
import type { Benchmark } from "./harness/Benchmark.ts"
import { keyed } from "./keyed.bench.ts"

export const benchmarks: ReadonlyArray<Benchmark> = [chain, keyed]

export const findBenchmark = (name: string): Benchmark | undefined =>
  benchmarks.find((benchmark) => benchmark.name === name)
