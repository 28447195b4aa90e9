/** What checkpoints into files cost while a million keys change: throughput, and for how long they make a record wait. */
import { Effect } from "effect"
import type { Benchmark } from "./harness/Benchmark.ts"
import { emptyLoop, floorNote, longestRow } from "./harness/emptyLoop.ts"
import { collectGarbage } from "./harness/garbage.ts"
import type { Histogram } from "./harness/Histogram.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import { type GoalFigure, type Row, spreadOf, type Table } from "./harness/Result.ts"
import { numberText } from "./harness/render.ts"
import type { Scale } from "./harness/scale.ts"
import { runTraffic, type TrafficReport } from "./jobs/sums/checkpointedTotals.ts"

const run = async (scale: Scale) => {
  await Effect.runPromise(polluteRuntime(scale))
  const few = await measure(0.02, scale)
  const all = await measure(1, scale)
  const worst = few.longest.on > all.longest.on ? few.longest : all.longest
  const without = `without checkpoints ${numberText(worst.off)} ms`
  const note = `in CPU time of the thread ${numberText(worst.busy)} ms; ${without}; ${floorNote(worst.floor)}`
  const goals: ReadonlyArray<GoalFigure> = [
    { goal: "checkpoint2", figure: few.ratio },
    { goal: "checkpoint100", figure: all.ratio },
    { goal: "pause1m", figure: worst.on, note }
  ]
  return { tables: [...few.tables, ...all.tables], goals }
}

interface Measured {
  readonly tables: ReadonlyArray<Table>
  readonly ratio: number
  /** Longest pauses, medians over the runs. */
  readonly longest: { readonly on: number; readonly off: number; readonly busy: number; readonly floor: number }
}

const measure = async (touchedShare: number, scale: Scale): Promise<Measured> => {
  const options = {
    touchedShare,
    keys: scale.pick({ full: 1_000_000, quick: 1_000_000, tiny: 2_000 }),
    trafficMs: scale.pick({ full: 6_000, quick: 2_500, tiny: 60 })
  }
  const everyMs = scale.pick({ full: 1_000, quick: 1_000, tiny: 20 })
  const off: Array<TrafficReport> = []
  const on: Array<TrafficReport> = []
  const empty: Array<Histogram> = []
  for (let round = -scale.warmups(1); round < scale.rounds(5); round++) {
    collectGarbage()
    const without = await runTraffic({ ...options, everyMs: null })
    collectGarbage()
    const withThem = await runTraffic({ ...options, everyMs })
    if (round < 0) continue
    empty.push(emptyLoop(options.trafficMs))
    off.push(without)
    on.push(withThem)
  }
  const rates = (runs: ReadonlyArray<TrafficReport>) => runs.map((run) => run.records / run.elapsedMs / 1000)
  const ratios = rates(on).map((rate, round) => rate / (rates(off)[round] ?? Number.NaN))
  const what = `${options.keys} int keys, ${touchedShare * 100} % touched`
  const speed: ReadonlyArray<Row> = [
    { name: "checkpoints off", unit: "M records/s", value: spreadOf(rates(off)), ratio: spreadOf([1]) },
    { name: `every ${everyMs} ms into files`, unit: "M records/s", value: spreadOf(rates(on)), ratio: spreadOf(ratios) }
  ]
  return {
    tables: [
      { title: `${what}, throughput, polluted`, rows: speed },
      { title: `${what}, pauses of a run`, rows: [...pauseRows("off", off), ...pauseRows("on", on), longestRow(empty)] }
    ],
    ratio: spreadOf(ratios).median,
    longest: {
      on: spreadOf(on.map((run) => run.pauses.longestMs)).median,
      off: spreadOf(off.map((run) => run.pauses.longestMs)).median,
      busy: spreadOf(on.map((run) => run.pauses.longestBusyMs)).median,
      floor: spreadOf(empty.map(({ maxMs }) => maxMs)).median
    }
  }
}

export const pauseRows = (name: string, runs: ReadonlyArray<TrafficReport>): ReadonlyArray<Row> => {
  const row = (what: string, unit: string, of: (run: TrafficReport) => number): Row => ({
    ...{ name: `${name}: ${what}`, unit, value: spreadOf(runs.map(of)) }
  })
  return [
    row("longest time from poll to poll", "ms", (run) => run.pauses.longestMs),
    row("the same in CPU time of the thread", "ms", (run) => run.pauses.longestBusyMs),
    row("longest pause of the garbage collector", "ms", (run) => run.pauses.longestGarbageMs),
    row("share of garbage collection", "%", (run) => run.pauses.garbageShare * 100),
    row("checkpoints, the final one included", "", (run) => run.checkpoints),
    row("longest checkpoint", "ms", (run) => run.longestCheckpointMs)
  ]
}

export const checkpoint: Benchmark = {
  name: "checkpoint",
  title: "Checkpoints every second into files, with zstd, while the state changes",
  notMeasured: [
    "The filling of the state and the final checkpoint: the watch runs while records flow into the filled state.",
    "Other processes: where they want the same cores, the pauses contain waits for them. CPU time of the thread does not, but the kernel may count it in steps of some milliseconds, and it leaves out collectors on other threads.",
    "A disk that is busy with something else."
  ],
  run,
  profile: async (scale) => {
    await Effect.runPromise(polluteRuntime(scale))
    const keys = scale.pick({ full: 1_000_000, quick: 1_000_000, tiny: 2_000 })
    return () => runTraffic({ keys, touchedShare: 1, trafficMs: 3_000, everyMs: 1_000 })
  }
}
