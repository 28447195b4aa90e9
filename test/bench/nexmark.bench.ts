/**
 * Nexmark queries and a running sum per key, against Apache Flink in a local mini-cluster where Java and Maven are
 * installed: the same events from the same file, the same parallelism, both with a checkpoint every second.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"
import type { Benchmark } from "./harness/Benchmark.ts"
import { collectGarbage } from "./harness/garbage.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import { type BenchmarkResult, type GoalFigure, type Row, spreadOf, type Table } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"
import { answerByHand } from "./nexmark/answersByHand.ts"
import type { Event } from "./nexmark/Event.ts"
import { readEventFile, writeEventFile } from "./nexmark/eventFile.ts"
import { Flink } from "./nexmark/Flink.ts"
import { firstTime, generateEvents } from "./nexmark/generateEvents.ts"
import { type Query, type QueryName, queries } from "./nexmark/queries.ts"
import { type Finished, prepareQuery } from "./nexmark/runQuery.ts"

const us = "Tidemark"
const parallelism = 1
const seed = 1

interface Task {
  readonly name: QueryName
  readonly query: Query
  /** Of all events, the first so many, so often over. */
  readonly events: number
  readonly passes: number
}

/** Stateless queries run over few events many times: over all of them, memory would be measured and not the engine. */
const taskOf = (name: QueryName, query: Query, all: number, scale: Scale): Task => {
  const few = Math.min(all, 20_000)
  const passes = scale.pick({ full: 3000, quick: 600, tiny: 2 })
  return query.isStateless ? { name, query, events: few, passes } : { name, query, events: all, passes: 1 }
}

/** One who runs a query once. */
interface Engine {
  readonly name: string
  readonly run: (task: Task) => Promise<Finished>
}

const run = async (scale: Scale): Promise<BenchmarkResult> => {
  const directory = await mkdtemp(join(tmpdir(), "nexmark-"))
  try {
    const path = join(directory, "events.bin")
    const count = scale.pick({ full: 5_000_000, quick: 1_000_000, tiny: 20_000 })
    await writeEventFile({ path, events: generateEvents({ events: count, seed }), count, firstTime })
    const events = await readEventFile(path)
    await Effect.runPromise(polluteRuntime(scale))
    const missing = scale.name === "tiny" ? "Flink takes longer to start than this run" : await Flink.build()
    const flink =
      missing === null ? await Flink.start({ events: path, checkpoints: join(directory, "checkpoints") }) : null
    try {
      const tables: Array<Table> = []
      for (const [name, query] of queries) {
        const task = taskOf(name, query, count, scale)
        tables.push(await measure(task, { events, directory, flink, scale }))
      }
      return { tables, goals: [goalOf(tables, missing)] }
    } finally {
      await flink?.stop()
    }
  } finally {
    await rm(directory, { recursive: true })
  }
}

interface Surroundings {
  readonly events: ReadonlyArray<Event>
  readonly directory: string
  readonly flink: Flink | null
  readonly scale: Scale
}

/** In turns, as all benchmarks; what each says of its own time counts, since neither's start-up does. */
const measure = async (task: Task, { directory, events, flink, scale }: Surroundings): Promise<Table> => {
  const ours: Engine = {
    name: us,
    run: prepareQuery(task.query, {
      events: events.slice(0, task.events),
      passes: task.passes,
      parallelism,
      directory
    })
  }
  const engines = flink === null ? [ours] : [flinkEngine(flink), ours]
  const finished = engines.map((): Array<Finished> => [])
  const expected = answerByHand(task.name, events.slice(0, task.events))
  const rounds = scale.rounds(5)
  for (let round = -scale.warmups(2); round < rounds; round++) {
    for (const [index, engine] of engines.entries()) {
      await settle()
      const answer = await engine.run(task)
      demand(engine, task, answer, { count: expected.count * task.passes, sum: expected.sum * task.passes })
      if (round >= 0) finished[index]?.push(answer)
    }
  }
  return tableOf(task, engines, finished)
}

const flinkEngine = (flink: Flink): Engine => ({
  name: "Flink",
  run: ({ events, name, passes }) => flink.run({ query: name, parallelism, events, passes })
})

/** Collects garbage and waits until the collector's threads have swept it away: they want the memory's bandwidth. */
const settle = async (): Promise<void> => {
  collectGarbage()
  for (let waits = 0; waits < 50; waits++) {
    const before = process.cpuUsage()
    await setTimeout(20)
    const { system, user } = process.cpuUsage(before)
    if (system + user < 3_000) return
  }
}

/** Fails: where an engine has come to another result than the loops by hand. */
const demand = (
  engine: Engine,
  task: Task,
  { count, sum }: Finished,
  expected: { count: number; sum: number }
): void => {
  if (count === expected.count && sum === expected.sum) return
  throw new Error(
    `${engine.name} answers ${count} results and sum ${sum} to ${task.name}; ` +
      `it must be ${expected.count} and ${expected.sum}.`
  )
}

const tableOf = (
  task: Task,
  engines: ReadonlyArray<Engine>,
  finished: ReadonlyArray<ReadonlyArray<Finished>>
): Table => {
  const records = task.events * task.passes
  const [baseline] = finished
  return {
    title: `${task.name}, ${task.query.title}: ${records} events, parallelism ${parallelism}`,
    rows: engines.flatMap(({ name }, index): ReadonlyArray<Row> => {
      const runs = finished[index] ?? []
      return [
        {
          ...{ name, unit: "M events/s", value: spreadOf(runs.map(({ millis }) => records / millis / 1000)) },
          ratio: spreadOf(runs.map(({ millis }, round) => (baseline?.[round]?.millis ?? Number.NaN) / millis))
        },
        {
          ...{ name: `${name}, CPU time of all its threads`, unit: "ns/event" },
          value: spreadOf(runs.map(({ cpuMillis }) => (cpuMillis * 1e6) / records)),
          ratio: spreadOf(runs.map(({ cpuMillis }, round) => (baseline?.[round]?.cpuMillis ?? Number.NaN) / cpuMillis))
        }
      ]
    })
  }
}

const goalOf = (tables: ReadonlyArray<Table>, missing: string | null): GoalFigure => {
  if (missing !== null) return { goal: "nexmark", figure: null, note: `Flink was not measured: ${missing}` }
  const ratios = tables
    .filter(({ title }) => title.startsWith("q"))
    .map(({ rows, title }) => ({
      ratio: rows.find((row) => row.name === us)?.ratio?.median ?? Number.NaN,
      query: title.slice(0, title.indexOf(","))
    }))
  const slowest = ratios.reduce((a, b) => (a.ratio <= b.ratio ? a : b))
  return { goal: "nexmark", figure: slowest.ratio, note: slowest.query }
}

/** Hot items: both stages of windows. */
const profile = async (scale: Scale): Promise<() => unknown> => {
  const events = [...generateEvents({ events: scale.pick({ full: 2_000_000, quick: 1_000_000, tiny: 20_000 }), seed })]
  const query = queries.get("q5")
  if (query === undefined) throw new Error("There is no query q5.")
  const directory = await mkdtemp(join(tmpdir(), "nexmark-"))
  return prepareQuery(query, { events, passes: 1, parallelism, directory })
}

export const nexmark: Benchmark = {
  name: "nexmark",
  title: "Nexmark queries against Apache Flink",
  notMeasured: [
    "Reading and parsing: both read the file into objects in memory first.",
    "Starting: of a mini-cluster, a JVM or a job. Flink's time runs from the first source's split to the last record in the last sink; ours from the first poll to the end of the job, its final checkpoint included.",
    "Memory's bandwidth in q0, q1 and q2: they see 20,000 events over and over. Nor the strings that only pad the published events: they are left out.",
    "A cluster, a network, RocksDB, Flink SQL and its planner; parallelism above 1.",
    "Equal use of the two cores: at parallelism 1 every task of Flink has a thread of its own, and all of ours share one; hence the rows of CPU time."
  ],
  run,
  profile
}
