import type { BenchmarkResult } from "./harness/Result.ts"
export const memoryBenchmark = async (): Promise<BenchmarkResult> => ({ tables: [], targets: [] })
