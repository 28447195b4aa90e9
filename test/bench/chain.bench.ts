/** Chains of 3, 6 and 12 stateless operators against the loop that one would write by hand, and against other libraries. */

import { Collection } from "@tidemark/connectors/collection"
import { type Pipeline as BuiltPipeline, Pipeline, type Stream } from "@tidemark/core"
import { Effect, Result, Schema } from "effect"
import type { ChainInstance } from "../../packages/core/src/operator/ChainInstance.ts"
import { compileChain } from "../../packages/core/src/pipeline/compileChain.ts"
import { compilePipeline } from "../../packages/core/src/pipeline/compilePipeline.ts"
import { batchSize, SinkOutput } from "../../packages/core/src/runtime/Outputs.ts"
import { makeSubtaskState } from "../../packages/core/src/state/index.ts"
import { alternate, type Contestant, demandEqual, ratioOf } from "./harness/alternate.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import { type BenchmarkResult, type Table } from "./harness/Result.ts"
import { makeRandom, type Random } from "./harness/random.ts"
import { numberText } from "./harness/render.ts"
import { type RunChain, runEffectStream, runMost, runNodeStreams, runRxjs } from "./jobs/chainContestants.ts"
import { chainOf, handLoops, type Item, Kept, type Step } from "./jobs/chains.ts"

const itemsCount = 32_768
/** How often a run passes over the items: the fast ones longer, so that every run takes some tens of milliseconds. */
const fastPasses = 64

const others: ReadonlyArray<{ readonly name: string; readonly passes: number; readonly run: RunChain }> = [
  { name: "most", passes: 8, run: runMost },
  { name: "RxJS", passes: 4, run: runRxjs },
  { name: "Effect Stream", passes: 4, run: runEffectStream },
  { name: "Node object streams", passes: 1, run: runNodeStreams }
]

export const chainBenchmark = async (): Promise<BenchmarkResult> => {
  await Effect.runPromise(polluteRuntime)
  await polluteOthers()
  const tables: Array<Table> = []
  for (const length of [3, 6, 12]) tables.push(await measure(length))
  return { tables, targets: targetsOf(tables) }
}

const measure = async (length: number): Promise<Table> => {
  const random = makeRandom(1)
  const items = Array.from({ length: itemsCount }, (_, id): Item => ({ id, value: random.below(1 << 24) }))
  const steps = chainOf(length)
  await demandEqual([...fastContestants(items, steps, 1), ...otherContestants(items, steps, () => 1)])
  const contestants = [
    ...fastContestants(items, steps, fastPasses),
    ...otherContestants(items, steps, (other) => other.passes)
  ]
  return alternate(contestants, { title: `${length} operators, polluted`, rounds: 9, warmups: 2 })
}

const fastContestants = (
  items: ReadonlyArray<Item>,
  steps: ReadonlyArray<Step>,
  passes: number
): ReadonlyArray<Contestant> => {
  const hand = handLoops.get(steps.length) ?? (() => {})
  const handKept = new Kept()
  const kept = new Kept()
  const chain = compileSteps(steps, kept)
  const batches = batchesOf(items)
  const records = items.length * passes
  return [
    { name: "hand-fused loop", records, run: () => repeat(passes, handKept, () => hand(items, handKept)) },
    {
      name: "Tidemark",
      records,
      run: () =>
        repeat(passes, kept, () => {
          for (const values of batches) chain.run({ values, timestamps: [], keys: [], groups: [] })
        })
    }
  ]
}

const otherContestants = (
  items: ReadonlyArray<Item>,
  steps: ReadonlyArray<Step>,
  passesOf: (other: { readonly passes: number }) => number
): ReadonlyArray<Contestant> =>
  others.map((other) => {
    const kept = new Kept()
    const passes = passesOf(other)
    const run = async (): Promise<string> => {
      kept.reset()
      for (let pass = 0; pass < passes; pass++) await other.run(items, steps, kept)
      return kept.answer
    }
    return { name: other.name, records: items.length * passes, run }
  })

const repeat = (passes: number, kept: Kept, run: () => void): string => {
  kept.reset()
  for (let pass = 0; pass < passes; pass++) run()
  return kept.answer
}

const batchesOf = (items: ReadonlyArray<Item>): ReadonlyArray<ReadonlyArray<Item>> =>
  Array.from({ length: Math.ceil(items.length / batchSize) }, (_, i) => items.slice(i * batchSize, (i + 1) * batchSize))

const ItemSchema = Schema.Struct({ id: Schema.Number, value: Schema.Number })

/** The chain as the runtime compiles and feeds it: pipeline, plan, generated loop, output to a sink's writer. */
const compileSteps = (steps: ReadonlyArray<Step>, kept: Kept): ChainInstance => {
  const source = Collection.source<Item>({ schema: ItemSchema, records: [] })
  let stream: Stream<Item> = Pipeline.make("chain").from("items", source)
  for (const step of steps) {
    stream = step._tag === "Map" ? stream.map(step.f, { schema: ItemSchema }) : stream.filter(step.keeps)
  }
  const pipeline: BuiltPipeline = stream.to("kept", Collection.sink<Item>({ schema: ItemSchema }))
  const plan = Result.getOrThrow(compilePipeline(pipeline))
  const [task] = plan.tasks
  if (task === undefined) throw new Error("The chain compiles to no task.")
  const output = new SinkOutput({
    write: (item) => kept.keep(asItem(item)),
    isFull: () => false,
    flush: Effect.void,
    prepare: () => Effect.succeed(null)
  })
  return compileChain(task, "generated").instantiate({
    ...{ subtask: 0, state: makeSubtaskState(), output },
    position: (index) => `item ${index}`
  })
}

/** SEAM: the chain above carries items; a writer of a sink is given them as `unknown`. */
const asItem = (value: unknown): Item => value as Item

/** The other libraries meet as many functions and shapes as the runtime does. */
const polluteOthers = async (): Promise<void> => {
  const random = makeRandom(11)
  for (let i = 0; i < 50; i++) {
    const items = Array.from({ length: 500 }, (_, id) => ({
      [`extra${random.below(8)}`]: i,
      id,
      value: random.below(99)
    }))
    const steps = Array.from({ length: 1 + random.below(6) }, () => randomStep(random))
    for (const { run } of others) await run(items, steps, { keep: () => {} })
  }
}

const randomStep = (random: Random): Step => {
  const amount = 1 + random.below(50)
  switch (random.below(3)) {
    case 0:
      return { _tag: "Filter", keeps: (item) => item.value % 50 !== amount }
    case 1:
      return { _tag: "Map", f: (item) => ({ ...item, value: item.value + amount }) }
    default:
      return { _tag: "Map", f: ({ id, value }) => ({ value: value ^ amount, id, amount }) }
  }
}

const targetsOf = (tables: ReadonlyArray<Table>): BenchmarkResult["targets"] => {
  const [three] = tables
  if (three === undefined) return []
  const ours = ratioOf(three, "Tidemark")
  const best = Math.max(...others.map(({ name }) => ratioOf(three, name)))
  return [
    { text: "3 operators at >= 0.7 of the hand-fused loop", figure: numberText(ours), isMet: ours >= 0.7 },
    {
      text: "ahead of most, RxJS, Effect Stream and Node streams",
      figure: `${numberText(ours / best)} times the fastest of them`,
      isMet: ours > best
    }
  ]
}
