/** Runs a plan of a source task and one keyed task that is stopped, captured and restored between feeds. */
import { Batch } from "@tidemark/core"
import { Effect } from "effect"
import { hashKey, keyGroupOf, keyGroupRange, ownerOf } from "../../../packages/core/src/model/keyGroups.ts"
import type { ChainInstance } from "../../../packages/core/src/operator/ChainInstance.ts"
import { type ChainMode, compileChain } from "../../../packages/core/src/pipeline/compileChain.ts"
import type { PhysicalPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"
import { makeSubtaskState, type SubtaskState } from "../../../packages/core/src/state/index.ts"
import { encoded, open } from "../state/support/sums.ts"
import { type Feed, openChains } from "./chainHarness.ts"

export type FeedOrRestart = Feed | { readonly restart: number }

interface Subtask {
  readonly chain: ChainInstance
  readonly state: SubtaskState
}

export const runRestarted = Effect.fnUntraced(function* (
  plan: PhysicalPlan,
  feeds: ReadonlyArray<FeedOrRestart>,
  mode: ChainMode
) {
  const [source] = openChains(plan, mode)
  const [, task] = plan.tasks
  if (source === undefined || task === undefined) return yield* Effect.die("the plan has two tasks")
  const values: Array<unknown> = []
  const openSubtask = (subtask: number): Subtask => {
    const state = makeSubtaskState({ freezeValues: true })
    const output = { collect: (value: unknown) => values.push(value) }
    return { state, chain: compileChain(task, mode).instantiate({ subtask, state, output, position: String }) }
  }
  let subtasks: ReadonlyArray<Subtask> = [openSubtask(0)]
  let late = 0
  const countLate = (): void => {
    for (const { chain } of subtasks) for (const [, count] of chain.lateRecords()) late += count
  }
  for (const feed of feeds) {
    if ("restart" in feed) {
      countLate()
      const watermark = Math.min(...subtasks.map(({ chain }) => chain.watermark()))
      const readers = yield* Effect.forEach(subtasks, ({ state }) => Effect.flatMap(encoded(state), open))
      subtasks = Array.from({ length: feed.restart }, (_, i) => openSubtask(i))
      for (const [i, { chain, state }] of subtasks.entries()) {
        yield* state.restore(readers, keyGroupRange(i, feed.restart))
        chain.restoreWatermark(watermark)
      }
    } else {
      const batch = new Batch()
      if ("records" in feed) batch.values.push(...feed.records)
      source.chain.run(batch)
      const parts = deal(source.output.take(), subtasks.length)
      for (const [i, { chain }] of subtasks.entries()) {
        chain.run(parts[i] ?? new Batch())
        if ("watermark" in feed) chain.advance(feed.watermark)
      }
    }
  }
  countLate()
  return { values, late }
})

/** As an exchange deals records to the owners of their key groups. */
const deal = (batch: Batch, parallelism: number): ReadonlyArray<Batch> => {
  const parts = Array.from({ length: parallelism }, () => new Batch())
  for (const [i, key] of batch.keys.entries()) {
    const group = keyGroupOf(hashKey(key))
    const part = parts[ownerOf(group, parallelism)]
    part?.values.push(batch.values[i])
    part?.timestamps.push(batch.timestamps[i] ?? Number.NaN)
    part?.keys.push(key)
    part?.groups.push(group)
  }
  return parts
}
