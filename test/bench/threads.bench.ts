/** Totals by key on one worker thread and on two, with the exchange between them. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type JobOptions } from "@tidemark/core"
import { Effect } from "effect"
import type { Benchmark } from "./harness/Benchmark.ts"
import { type Row, spreadOf } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"

const module = new URL("./jobs/threadsJob.ts", import.meta.url)

const run = async (scale: Scale) => {
  const keys = scale.pick({ full: 1_000_000, quick: 200_000, tiny: 1_000 })
  const records = keys * scale.pick({ full: 12, quick: 5, tiny: 4 })
  const one: Array<number> = []
  const two: Array<number> = []
  for (let round = -scale.warmups(1); round < scale.rounds(5); round++) {
    const rates = [await rateOf(1, { keys, records }), await rateOf(2, { keys, records })] as const
    if (round < 0) continue
    one.push(rates[0])
    two.push(rates[1])
  }
  const ratios = two.map((rate, round) => rate / (one[round] ?? Number.NaN))
  const rows: ReadonlyArray<Row> = [
    { name: "one thread", unit: "M records/s", value: spreadOf(one), ratio: spreadOf([1]) },
    { name: "two threads", unit: "M records/s", value: spreadOf(two), ratio: spreadOf(ratios) }
  ]
  return {
    tables: [{ title: `${keys} int keys, ${records} records; ratio: speed-up`, rows }],
    goals: [{ goal: "threads", figure: spreadOf(ratios).median } as const]
  }
}

interface Load {
  readonly keys: number
  readonly records: number
}

/** Million records a second, from the first that a source has emitted to the last. */
const rateOf = async (threads: number, load: Load): Promise<number> => {
  const measured = await Effect.runPromise(Effect.scoped(watchJob(threads, load)))
  return (load.records - measured.head) / measured.elapsedMs / 1000
}

const watchJob = Effect.fnUntraced(function* (threads: number, { keys, records }: Load) {
  const defined = yield* Job.load(module, { keys, records })
  const storage = defined.checkpoint?.storage ?? MemoryStorage.make()
  const options: JobOptions = { ...defined, checkpoint: { ...defined.checkpoint, storage } }
  const job = yield* Job.start({ ...options, parallelism: threads, threads })
  const until = (recordsIn: number) =>
    Effect.gen(function* () {
      while (job.report().recordsIn < recordsIn && job.report().outcome === null) yield* Effect.sleep("1 millis")
      return { at: performance.now(), recordsIn: job.report().recordsIn }
    })
  const first = yield* until(1)
  const last = yield* until(records)
  const report = yield* job.await
  if (report.recordsIn !== records || report.recordsOut !== keys) {
    return yield* Effect.die(new Error(`${report.recordsIn} records in, ${report.recordsOut} keys out.`))
  }
  return { head: first.recordsIn, elapsedMs: Math.max(1, last.at - first.at) }
})

export const threads: Benchmark = {
  name: "threads",
  title: "Two worker threads against one",
  notMeasured: [
    "The start of the threads, the results at the end and the final checkpoint.",
    "The machine's own ceiling: two idle cores that share memory and caches gave 1.65-1.74 without any exchange. Where other processes want the cores, the speed-up is less."
  ],
  run
}
