/** All benchmarks, in the order in which `npm run bench` runs them. */
import { chain } from "./chain.bench.ts"
import { checker } from "./checker.bench.ts"
import { checkpoint } from "./checkpoint.bench.ts"
import { disk } from "./disk.bench.ts"
import { flights } from "./flights.bench.ts"
import type { Benchmark } from "./harness/Benchmark.ts"
import { keyed } from "./keyed.bench.ts"
import { large } from "./large.bench.ts"
import { latency } from "./latency.bench.ts"
import { memory } from "./memory.bench.ts"
import { nexmark } from "./nexmark.bench.ts"
import { restore } from "./restore.bench.ts"
import { threads } from "./threads.bench.ts"
import { windows } from "./windows.bench.ts"

export const benchmarks: ReadonlyArray<Benchmark> = [
  ...[chain, keyed, windows, flights],
  ...[checkpoint, restore, disk, large, memory],
  ...[threads, latency, nexmark],
  checker
]

export const findBenchmark = (name: string): Benchmark | undefined =>
  benchmarks.find((benchmark) => benchmark.name === name)
