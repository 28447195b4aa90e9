import type { BenchmarkResult } from "./harness/Result.ts"
export const flightsBenchmark = async (): Promise<BenchmarkResult> => ({ tables: [], targets: [] })
