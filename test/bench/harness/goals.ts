/** What the benchmarks are to reach. One line here is one line of the summary that every run ends with. */

export interface Goal {
  readonly text: string
  readonly bound: "atLeast" | "atMost"
  readonly limit: number
  readonly unit: string
  /** The benchmark that measures it. */
  readonly benchmark: string
}

const atLeast = (limit: number, benchmark: string, text: string, unit = "×"): Goal => ({
  ...{ text, bound: "atLeast", limit, unit, benchmark }
})
const atMost = (limit: number, benchmark: string, text: string, unit: string): Goal => ({
  ...{ text, bound: "atMost", limit, unit, benchmark }
})

export const goals = {
  chain3: atLeast(0.9, "chain", "chain of 3, objects, polluted, against the hand-fused loop"),
  chain12: atLeast(0.85, "chain", "chain of 12, objects, polluted, against the hand-fused loop"),
  chainRxjs: atLeast(10, "chain", "chains of 3 and 12 against RxJS"),
  chainEffect: atLeast(10, "chain", "chains of 3 and 12 against Effect Stream"),
  chainNode: atLeast(50, "chain", "chains of 3 and 12 against Node object streams"),
  chainMost: atLeast(4, "chain", "chains of 3 and 12 against most"),
  keyed1mInt: atLeast(2.5, "keyed", "keyed sum against a loop over Map: 1 M int keys"),
  keyed1mString: atLeast(1.1, "keyed", "keyed sum against a loop over Map: 1 M string keys"),
  keyed100kString: atLeast(1.1, "keyed", "keyed sum against a loop over Map: 100 k string keys"),
  keyed1kString: atLeast(0.8, "keyed", "keyed sum against a loop over Map: 1 k string keys"),
  flightsMemory: atLeast(1, "flights", "flights from memory, checkpoints on, against the hand loop"),
  checkpoint2: atLeast(0.97, "checkpoint", "throughput with checkpoints on/off, 1 M keys, 2 % touched"),
  checkpoint100: atLeast(0.9, "checkpoint", "throughput with checkpoints on/off, 1 M keys, 100 % touched"),
  pause1m: atMost(5, "checkpoint", "longest processing pause with checkpoints, 1 M keys", "ms"),
  pause10m: atMost(10, "large", "longest processing pause with checkpoints, 10 M keys", "ms"),
  restore1m: atMost(200, "restore", "restore of 1 M keys", "ms"),
  diskEntry: atMost(20, "disk", "bytes per entry on disk (int key, two numbers, compressed)", "B"),
  diskSecond: atMost(3, "disk", "second checkpoint after touching 1 %, of the full size", "%"),
  threads: atLeast(1.6, "threads", "two threads against one, keyed aggregation with exchange"),
  nexmark: atLeast(2, "nexmark", "the slowest Nexmark query against Flink local"),
  memory10m: atMost(1, "large", "10 M int keys with two numbers, resident", "GB"),
  latencyP99: atMost(20, "latency", "end to end p99 at half load, checkpoints on", "ms"),
  memoryMain: atMost(600, "memory", "peak memory of the main job over its Parquet file", "MB"),
  restoreFlights: atMost(500, "restore", "restore of the flights job", "ms"),
  checkerRate: atLeast(250, "checker", "exact search, one thread", "k states/s"),
  checkerSpin: atLeast(0.5, "checker", "exact search against SPIN")
} as const satisfies Readonly<Record<string, Goal>>

export type GoalName = keyof typeof goals

export const goalOf = (name: GoalName): Goal => goals[name]

export const isMet = (name: GoalName, figure: number): boolean => {
  const { bound, limit } = goalOf(name)
  return bound === "atLeast" ? figure >= limit : figure <= limit
}
