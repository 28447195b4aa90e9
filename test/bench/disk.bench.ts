/** How many bytes a checkpoint of a million keys puts on the disk, and how many the next one after a few have changed. */
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { Job, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import type { Benchmark } from "./harness/Benchmark.ts"
import { type Row, spreadOf } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"
import { CountingSink } from "./jobs/CountingSink.ts"
import { MeasuredSource } from "./jobs/MeasuredSource.ts"
import { generated, IntVisit, intTotals, scattered, Total } from "./jobs/sums/visits.ts"
import { withTemporaryDirectory } from "./jobs/temporaryDirectory.ts"

const run = async (scale: Scale) => {
  const keys = scale.pick({ full: 1_000_000, quick: 1_000_000, tiny: 2_000 })
  const touched = Math.floor(keys / 100)
  const far = await measure(keys, touched, (index) => scattered(index % touched, touched) * 100)
  const near = await measure(keys, touched, (index) => index % touched)
  const perEntry = far.first / keys
  const share = (far.second / far.first) * 100
  const row = (name: string, unit: string, value: number): Row => ({ name, unit, value: spreadOf([value]) })
  const rows: ReadonlyArray<Row> = [
    row("first checkpoint, all of it", "MB", far.first / 1e6),
    row("bytes per entry", "B", perEntry),
    row("second, 1 % touched all over the keys", "MB", far.second / 1e6),
    row("of the first", "%", share),
    row("second, 1 % touched in one range of keys", "MB", near.second / 1e6),
    row("of the first", "%", (near.second / near.first) * 100)
  ]
  return {
    tables: [{ title: `Files of ${keys} int keys with two numbers`, rows }],
    goals: [
      { goal: "diskEntry", figure: perEntry } as const,
      {
        goal: "diskSecond",
        figure: share,
        note: `touched in one range of keys ${((near.second / near.first) * 100).toFixed(1)} %`
      } as const
    ]
  }
}

/** On average: the counts of the keys differ. */
const visitsPerKey = 3

const anyKey = (index: number, keys: number): number => (Math.imul(index, 0x9e3779b1) >>> 0) % keys

interface Written {
  readonly first: number
  readonly second: number
}

/** Bytes of the files that each checkpoint added. */
const measure = (keys: number, touched: number, keyOf: (index: number) => number): Promise<Written> =>
  withTemporaryDirectory((directory) =>
    Effect.runPromise(Effect.scoped(twoCheckpoints({ directory, keys, touched, keyOf })))
  )

interface Touching {
  readonly directory: string
  readonly keys: number
  readonly touched: number
  readonly keyOf: (index: number) => number
}

const twoCheckpoints = Effect.fnUntraced(function* ({ directory, keyOf, keys, touched }: Touching) {
  const filling = keys * visitsPerKey
  let limit = filling
  let isEnd = false
  const input = new MeasuredSource({
    schema: IntVisit,
    take: generated(keys, (index) => (index < filling ? anyKey(index, keys) : keyOf(index))),
    until: () => ({ limit, isEnd })
  })
  const sink = new CountingSink<Total>(Total, ({ count }) => count)
  const job = yield* Job.start({
    pipeline: intTotals(input.source, sink.sink),
    checkpoint: { storage: FileStorage.at(directory), trigger: Trigger.manual }
  })
  const flowed = Effect.gen(function* () {
    while (job.report().recordsIn < limit) yield* Effect.sleep("2 millis")
  })
  yield* flowed
  const before = yield* Effect.promise(() => bytesIn(directory))
  yield* job.triggerCheckpoint
  const first = yield* Effect.promise(() => bytesIn(directory))
  limit += touched
  input.wake()
  yield* flowed
  yield* job.triggerCheckpoint
  const second = yield* Effect.promise(() => bytesIn(directory))
  isEnd = true
  input.wake()
  yield* job.await
  if (sink.sum !== filling + touched) throw new Error(`${sink.sum} of ${filling + touched} records have come out.`)
  return { first: first - before, second: second - first }
})

/** Nothing is retired yet: the default keeps three checkpoints. */
const bytesIn = async (directory: string): Promise<number> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

export const disk: Benchmark = {
  name: "disk",
  title: "Bytes of checkpoints on disk",
  notMeasured: [
    "Compaction: two checkpoints are too few for any.",
    "Keys that are spread over all numbers: these are a range, as ids often are. Sums are of two to three random amounts.",
    "Block sizes of the file system. Files of the log are counted."
  ],
  run
}
