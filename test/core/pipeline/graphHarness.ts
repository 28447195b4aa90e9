/** Runs the chains of a plan of any shape at parallelism 1, in topological order, without a runtime. */
import { Batch, type KeyValue, type Timestamp } from "@tidemark/core"
import type { ChainOutput } from "../../../packages/core/src/operator/ChainInstance.ts"
import { type ChainMode, compileChain } from "../../../packages/core/src/pipeline/compileChain.ts"
import { exchangesOf, type PhysicalPlan, type TaskPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"
import { makeSubtaskState } from "../../../packages/core/src/state/makeSubtaskState.ts"

/** What the sources give, in order; a watermark passes through all tasks. */
export type GraphFeed =
  | { readonly source: string; readonly records: ReadonlyArray<unknown> }
  | { readonly watermark: Timestamp }

export interface GraphOutcome {
  /** Values with their timestamps, by sink. */
  readonly shown: Readonly<Record<string, ReadonlyArray<readonly [unknown, Timestamp]>>>
  /** Key and key group of every record on every exchange, by the task behind it. */
  readonly routes: Readonly<Record<string, ReadonlyArray<readonly [KeyValue, number]>>>
  readonly late: ReadonlyArray<readonly [string, number]>
  /** The first error, after which nothing is fed any more. */
  readonly error: unknown
}

/** What is on its way to a task or to a sink. */
class Waiting implements ChainOutput {
  readonly all: Array<readonly [unknown, Timestamp]> = []
  readonly routes: Array<readonly [KeyValue, number]> = []
  #batch = new Batch()

  collect(value: unknown, timestamp: Timestamp, key: KeyValue, group: number): void {
    this.#batch.values.push(value)
    this.#batch.timestamps.push(timestamp)
    this.#batch.keys.push(key)
    this.#batch.groups.push(group)
    this.all.push([value, timestamp])
    this.routes.push([key, group])
  }

  take(): Batch {
    const taken = this.#batch
    this.#batch = new Batch()
    return taken
  }
}

export const runGraph = (plan: PhysicalPlan, feeds: ReadonlyArray<GraphFeed>, mode: ChainMode): GraphOutcome => {
  const targets = new Map<string, Waiting>()
  const to = (target: string): Waiting => {
    const known = targets.get(target) ?? new Waiting()
    targets.set(target, known)
    return known
  }
  const links = plan.tasks.map((task) => ({ task, chain: instantiate(task, mode, to) }))
  let error: unknown = null
  try {
    for (const feed of feeds) {
      for (const { chain, task } of links) {
        const batch = to(task.id).take()
        if ("records" in feed && feed.source === task.id) batch.values.push(...feed.records)
        chain.run(batch)
        if ("watermark" in feed) chain.advance(feed.watermark)
      }
    }
  } catch (thrown) {
    error = thrown
  }
  const sinks = plan.tasks.flatMap(({ output }) => (output._tag === "Sink" ? [output.uid] : []))
  const exchanges = plan.tasks.flatMap((task) => exchangesOf(task).map((exchange) => exchange.to))
  return {
    shown: Object.fromEntries(sinks.map((uid) => [uid, to(uid).all])),
    routes: Object.fromEntries(exchanges.map((id) => [id, to(id).routes])),
    late: links.flatMap(({ chain }) => [...chain.lateRecords()]),
    error
  }
}

const instantiate = (task: TaskPlan, mode: ChainMode, to: (target: string) => ChainOutput) =>
  compileChain(task, mode).instantiate({
    subtask: 0,
    state: makeSubtaskState({ freezeValues: true }),
    output: to(task.output._tag === "Sink" ? task.output.uid : task.output.to),
    sides: new Map(
      task.sides.map(({ output, tag }) => [tag, output._tag === "Forward" ? to(output.to) : { collect: () => {} }])
    ),
    position: (index) => `record ${index} of ${task.id}`
  })
