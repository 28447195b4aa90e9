/** Runs the chains of a plan at parallelism 1, one after the other, without a runtime. */
import { Batch, type KeyValue, type Timestamp } from "@tidemark/core"
import type { ChainInstance, ChainOutput } from "../../../packages/core/src/operator/ChainInstance.ts"
import { type ChainMode, compileChain } from "../../../packages/core/src/pipeline/compileChain.ts"
import type { PhysicalPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"
import { makeSubtaskState } from "../../../packages/core/src/state/makeSubtaskState.ts"

/** The plan with every state kept in maps. */
export const inMaps = (plan: PhysicalPlan): PhysicalPlan => ({
  ...plan,
  tasks: plan.tasks.map((task) => ({
    ...task,
    steps: task.steps.map((step) => ({
      ...step,
      states: step.states.map((state) => ({ ...state, layout: "maps" as const }))
    })),
    output: task.output._tag === "Sink" ? task.output : { ...task.output, needsGroups: true }
  }))
})

/** What a chain is fed, in order. */
export type Feed =
  | { readonly records: ReadonlyArray<unknown> }
  | { readonly watermark: Timestamp }
  | { readonly clock: number }

export interface Outcome {
  readonly values: ReadonlyArray<unknown>
  readonly timestamps: ReadonlyArray<Timestamp>
  /** Key and key group of every record on every exchange. */
  readonly routes: ReadonlyArray<readonly [KeyValue, number]>
  readonly late: ReadonlyArray<readonly [string, number]>
  /** What was emitted to side outputs, by tag. */
  readonly sides: ReadonlyArray<readonly [string, unknown, Timestamp]>
  /** The first error, after which nothing is fed any more. */
  readonly error: unknown
}

class Collected implements ChainOutput {
  readonly isSingle: boolean
  readonly routes: Array<readonly [KeyValue, number]> = []
  batch = new Batch()

  constructor(isSingle: boolean) {
    this.isSingle = isSingle
  }

  collect(value: unknown, timestamp: Timestamp, key: KeyValue, group: number): void {
    this.batch.values.push(value)
    this.batch.timestamps.push(timestamp)
    this.batch.keys.push(key)
    this.batch.groups.push(group)
    this.routes.push([key, group])
  }

  take(): Batch {
    const taken = this.batch
    this.batch = new Batch()
    return taken
  }
}

interface Link {
  readonly chain: ChainInstance
  readonly output: Collected
  readonly sides: Array<readonly [string, unknown, Timestamp]>
}

/** `isSingle`: every exchange has one receiver, so that keys are hashed only for states that are kept by key group. */
export const openChains = (plan: PhysicalPlan, mode: ChainMode, isSingle = false): ReadonlyArray<Link> =>
  plan.tasks.map((task) => {
    const output = new Collected(isSingle)
    const state = makeSubtaskState({ freezeValues: true })
    const position = (index: number): string => `record ${index} of ${task.id}`
    const emitted: Array<readonly [string, unknown, Timestamp]> = []
    const sides = new Map(
      task.steps
        .flatMap((step) => step.sides ?? [])
        .map((tag) => [
          tag,
          { collect: (value: unknown, timestamp: Timestamp) => emitted.push([tag, value, timestamp]) }
        ])
    )
    const context = { subtask: 0, state, output, sides, position }
    return { output, sides: emitted, chain: compileChain(task, mode).instantiate(context) }
  })

export const runPlan = (plan: PhysicalPlan, feeds: ReadonlyArray<Feed>, mode: ChainMode, isSingle = false): Outcome => {
  const links = openChains(plan, mode, isSingle)
  const collected = new Collected(isSingle)
  let error: unknown = null
  try {
    for (const feed of feeds) runFeed(links, feed, collected)
  } catch (thrown) {
    error = thrown
  }
  const { timestamps, values } = collected.batch
  const late = links.flatMap(({ chain }) => [...chain.lateRecords()])
  const sides = links.flatMap((link) => link.sides)
  return { values, timestamps, routes: links.flatMap(({ output }) => output.routes), late, sides, error }
}

const runFeed = (links: ReadonlyArray<Link>, feed: Feed, collected: Collected): void => {
  const first = new Batch()
  if ("records" in feed) first.values.push(...feed.records)
  let batch = first
  for (const { chain, output } of links) {
    chain.run(batch)
    if ("watermark" in feed) chain.advance(feed.watermark)
    if ("clock" in feed) chain.clock?.advance(feed.clock)
    batch = output.take()
  }
  for (const [i, value] of batch.values.entries()) {
    collected.collect(value, batch.timestamps[i] ?? Number.NaN, batch.keys[i] ?? "", batch.groups[i] ?? -1)
  }
}
