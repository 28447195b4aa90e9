/** From the moment a record was to be emitted to the moment its result is written, at half of what the job can do. */
import { FileStorage } from "@tidemark/backends/file"
import { Job, Pipeline, type RunReport, Trigger } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Effect } from "effect"
import type { Benchmark } from "./harness/Benchmark.ts"
import { emptyLoop, emptyLoopName, floorNote } from "./harness/emptyLoop.ts"
import { Histogram } from "./harness/Histogram.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import { type Row, spreadOf } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import { type OpenLoopOptions, openLoop, Ping } from "./jobs/OpenLoop.ts"
import { withTemporaryDirectory } from "./jobs/temporaryDirectory.ts"

const pipelineOf = (source: Source<Ping>, sink: Sink<Ping>): Pipeline =>
  Pipeline.make("pings")
    .from("pings", source)
    .filter((ping) => ping.key >= 0)
    .keyBy("key")
    .reduce("counts", (a, b) => ({ key: b.key, at: b.at, count: a.count + b.count }))
    .to("counts-out", sink)

const run = async (scale: Scale) => {
  await Effect.runPromise(polluteRuntime(scale))
  const keys = scale.pick({ full: 100_000, quick: 100_000, tiny: 500 })
  const durationMs = scale.pick({ full: 8_000, quick: 2_500, tiny: 100 })
  const everyMs = scale.pick({ full: 1_000, quick: 1_000, tiny: 20 })
  const fastest = await runPings({ keys, durationMs: durationMs / 2, recordsPerMs: Number.POSITIVE_INFINITY }, null)
  const maximum = fastest.report.recordsIn / (durationMs / 2)
  const half = { keys, durationMs, recordsPerMs: maximum / 2 }
  const off: Array<Histogram> = []
  const on: Array<Histogram> = []
  const empty: Array<Histogram> = []
  for (let round = -scale.warmups(1); round < scale.rounds(5); round++) {
    const without = await runPings(half, null)
    const withThem = await runPings(half, everyMs)
    if (round < 0) continue
    empty.push(emptyLoop(durationMs))
    off.push(without.latency)
    on.push(withThem.latency)
  }
  const rows: ReadonlyArray<Row> = [
    { name: "the most that the job can do", unit: "k records/s", value: spreadOf([maximum]) },
    ...quantileRows("checkpoints off", off),
    ...quantileRows(`every ${everyMs} ms`, on),
    ...quantileRows(emptyLoopName, empty)
  ]
  const p99 = (runs: ReadonlyArray<Histogram>) => spreadOf(runs.map((run) => run.quantile(0.99))).median
  return {
    tables: [{ title: `${keys} int keys, a result per record, at half load, polluted`, rows }],
    goals: [{ goal: "latencyP99", figure: p99(on), note: floorNote(p99(empty)) } as const]
  }
}

const quantileRows = (name: string, runs: ReadonlyArray<Histogram>): ReadonlyArray<Row> => [
  ...(
    [
      ["p50", 0.5],
      ["p99", 0.99],
      ["p99.9", 0.999]
    ] as const
  ).map(([text, share]) => ({
    name: `${name}: ${text}`,
    unit: "ms",
    value: spreadOf(runs.map((run) => run.quantile(share)))
  })),
  { name: `${name}: longest`, unit: "ms", value: spreadOf(runs.map((run) => run.maxMs)) }
]

interface Pinged {
  readonly latency: Histogram
  readonly report: RunReport
}

/** Fails: when a record is lost or counted twice. */
const runPings = (options: OpenLoopOptions, everyMs: number | null): Promise<Pinged> =>
  withTemporaryDirectory(async (directory) => {
    const latency = new Histogram()
    const sink = new CountingSink<Ping>(Ping, (ping) => {
      latency.add(performance.now() - ping.at)
      return ping.count
    })
    const report = await Job.runPromise({
      pipeline: pipelineOf(openLoop(options), sink.sink),
      checkpoint: {
        storage: FileStorage.at(directory),
        trigger: everyMs === null ? Trigger.manual : Trigger.every(`${everyMs} millis`)
      }
    })
    const expected = sumOfCounts(report.recordsIn, options.keys)
    if (sink.count !== report.recordsIn || sink.sum !== expected) {
      throw new Error(`${sink.count} of ${report.recordsIn} results, counts of ${sink.sum} instead of ${expected}.`)
    }
    return { latency, report }
  })

/** What the running counts of all records add up to, when every key comes in turn. */
const sumOfCounts = (records: number, keys: number): number => {
  const full = Math.floor(records / keys)
  const rest = records % keys
  return (keys * full * (full + 1)) / 2 + rest * (full + 1)
}

export const latency: Benchmark = {
  name: "latency",
  title: "Latency end to end at half load, with checkpoints and without",
  notMeasured: [
    "A network on either side; visibility of two-phase output, which waits for a checkpoint by design; several threads.",
    "Where other processes want the same cores, latencies contain waits for them, and the most that the job can do is less."
  ],
  run,
  profile: async (scale) => {
    await Effect.runPromise(polluteRuntime(scale))
    return () => runPings({ keys: 100_000, durationMs: 1_000, recordsPerMs: Number.POSITIVE_INFINITY }, null)
  }
}
