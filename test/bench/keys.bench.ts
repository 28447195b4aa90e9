/**
 * A running sum over a million keys, with a checkpoint every second and with none but the final one: what checkpoints
 * cost, and for how long they make a record wait.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { alternate, type Contestant, ratioOf } from "./harness/alternate.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import { type BenchmarkResult, type Row, spreadOf, type Table, type Target } from "./harness/Result.ts"
import { numberText } from "./harness/render.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import { RepeatedRecords } from "./jobs/RepeatedRecords.ts"
import { type KeyKind, makeVisits, Visit, visitsPipeline } from "./jobs/visits.ts"

const users = 1_000_000
const passes = 3
const pauseMaxMs = 50

const off = "checkpoints off"
const on = "checkpoint every second"

export const keysBenchmark = async (): Promise<BenchmarkResult> => {
  const visits = makeVisits(users)
  await Effect.runPromise(polluteRuntime)
  const measured: Array<Measured> = []
  for (const kind of ["string", "integer"] as const) measured.push(await measure(kind, visits))
  return {
    tables: measured.flatMap(({ tables }) => tables),
    targets: measured.flatMap(({ targets }) => targets)
  }
}

interface Measured {
  readonly tables: ReadonlyArray<Table>
  readonly targets: ReadonlyArray<Target>
}

/** What one run showed besides its speed. */
interface Pauses {
  readonly betweenBatchesMs: number
  readonly busyMs: number
  readonly eventLoopMs: number
  readonly checkpoints: number
  readonly checkpointMs: number
}

const measure = async (kind: KeyKind, visits: ReadonlyArray<Visit>): Promise<Measured> => {
  const pauses = new Map<string, Array<Pauses>>()
  const contestant = (name: string, trigger: Trigger): Contestant => {
    const seen: Array<Pauses> = []
    pauses.set(name, seen)
    return {
      name,
      records: users * passes,
      run: async () => {
        seen.push(await runJob(kind, visits, trigger))
      }
    }
  }
  const title = `${users} ${kind} keys, ${users * passes} records, polluted`
  const speed = await alternate([contestant(off, Trigger.manual), contestant(on, Trigger.every("1 second"))], {
    ...{ title, rounds: 5, warmups: 1 }
  })
  const withCheckpoints = pauses.get(on)?.slice(1) ?? []
  // The worse of the two: the time between batches ends with the input, the event loop also shows what comes behind it.
  const longest = spreadOf(withCheckpoints.map((run) => Math.max(run.betweenBatchesMs, run.eventLoopMs)))
  return {
    tables: [speed, pauseTable(kind, pauses)],
    targets: [
      {
        text: `${kind} keys: longest pause of a run, of batches or event loop, <= ${pauseMaxMs} ms`,
        figure: `${numberText(longest.median)} ms; throughput with checkpoints ${numberText(ratioOf(speed, on))}`,
        isMet: longest.median <= pauseMaxMs
      }
    ]
  }
}

const pauseTable = (kind: KeyKind, pauses: ReadonlyMap<string, ReadonlyArray<Pauses>>): Table => ({
  title: `${kind} keys: pauses of a run`,
  rows: [...pauses].flatMap(([name, runs]): ReadonlyArray<Row> => {
    const counted = runs.slice(1)
    const row = (what: string, unit: string, of: (run: Pauses) => number): Row => ({
      ...{ name: `${name}: ${what}`, unit, value: spreadOf(counted.map(of)) }
    })
    return [
      row("longest time between two batches", "ms", (run) => run.betweenBatchesMs),
      row("the same in CPU time of the thread", "ms", (run) => run.busyMs),
      row("longest delay of the event loop", "ms", (run) => run.eventLoopMs),
      row("checkpoints", "", (run) => run.checkpoints),
      row("longest checkpoint", "ms", (run) => run.checkpointMs)
    ]
  })
})

const runJob = async (kind: KeyKind, visits: ReadonlyArray<Visit>, trigger: Trigger): Promise<Pauses> => {
  const input = new RepeatedRecords({ schema: Visit, records: visits, passes })
  const counting = new CountingSink<Visit>(Visit, (visit) => visit.amount)
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const report = await Job.runPromise({
    pipeline: visitsPipeline(kind, input.source, counting.sink),
    checkpoint: { storage: MemoryStorage.make(), trigger }
  })
  delays.disable()
  if (counting.count !== users * passes) throw new Error(`The sink has seen ${counting.count} records.`)
  return {
    betweenBatchesMs: input.longestGapMs,
    busyMs: input.longestBusyGapMs,
    eventLoopMs: delays.max / 1e6,
    checkpoints: report.checkpoints.completed,
    checkpointMs: Math.max(0, ...report.checkpoints.history.map((checkpoint) => checkpoint.durationMs))
  }
}
