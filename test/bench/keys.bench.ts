import type { BenchmarkResult } from "./harness/Result.ts"
export const keysBenchmark = async (): Promise<BenchmarkResult> => ({ tables: [], targets: [] })
