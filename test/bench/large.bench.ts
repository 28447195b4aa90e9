/** Ten million keys: memory, pauses and throughput of a process that holds nothing else. */
import { pauseRows } from "./checkpoint.bench.ts"
import type { Benchmark } from "./harness/Benchmark.ts"
import { emptyLoop, floorNote, longestRow } from "./harness/emptyLoop.ts"
import type { Histogram } from "./harness/Histogram.ts"
import { type Row, spreadOf } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"
import { runChild } from "./jobs/runChild.ts"
import type { TrafficReport } from "./jobs/sums/checkpointedTotals.ts"

const run = async (scale: Scale) => {
  const options = {
    touchedShare: 1,
    keys: scale.pick({ full: 10_000_000, quick: 2_000_000, tiny: 2_000 }),
    trafficMs: scale.pick({ full: 10_000, quick: 2_500, tiny: 60 }),
    everyMs: scale.pick({ full: 1_000, quick: 1_000, tiny: 20 })
  }
  const hand: Array<TrafficReport> = []
  const ours: Array<TrafficReport> = []
  const empty: Array<Histogram> = []
  for (let round = 0; round < scale.rounds(3); round++) {
    hand.push(await runIn({ ...options, byHand: true }))
    ours.push(await runIn({ ...options, byHand: false }))
    empty.push(emptyLoop(options.trafficMs))
  }
  const rates = (runs: ReadonlyArray<TrafficReport>) => runs.map((run) => run.records / run.elapsedMs / 1000)
  const gigabytes = (runs: ReadonlyArray<TrafficReport>) => runs.map((run) => run.residentBytes / 1e9)
  const ratios = rates(ours).map((rate, round) => rate / (rates(hand)[round] ?? Number.NaN))
  const rows: ReadonlyArray<Row> = [
    { name: "hand, Map of { count, sum }", unit: "M records/s", value: spreadOf(rates(hand)), ratio: spreadOf([1]) },
    { name: "Tidemark, checkpoints", unit: "M records/s", value: spreadOf(rates(ours)), ratio: spreadOf(ratios) },
    { name: "hand, resident", unit: "GB", value: spreadOf(gigabytes(hand)) },
    { name: "Tidemark, resident", unit: "GB", value: spreadOf(gigabytes(ours)) },
    ...pauseRows("Tidemark", ours),
    longestRow(empty)
  ]
  const busy = spreadOf(ours.map((run) => run.pauses.longestBusyMs)).median
  return {
    tables: [{ title: `${options.keys} int keys, all touched, checkpoint every ${options.everyMs} ms`, rows }],
    goals: [
      {
        goal: "pause10m",
        figure: spreadOf(ours.map((run) => run.pauses.longestMs)).median,
        note: `in CPU time of the thread ${busy.toFixed(0)} ms; ${floorNote(spreadOf(empty.map(({ maxMs }) => maxMs)).median)}`
      } as const,
      { goal: "memory10m", figure: spreadOf(gigabytes(ours)).median } as const
    ]
  }
}

const runIn = (options: object): Promise<TrafficReport> =>
  runChild<TrafficReport>(new URL("./jobs/largeState.ts", import.meta.url), [JSON.stringify(options)])

export const large: Benchmark = {
  name: "large",
  title: "Ten million keys, in a process of their own",
  notMeasured: [
    "Other pipelines in the same process: these contestants are not polluted.",
    "The filling; the loop by hand makes no checkpoints."
  ],
  run
}
