/** What never changes about a subtask of a real run: its place in the plan, its channels, its script. */
import type { ChannelId, SubtaskId } from "../../../packages/core/src/model/ids.ts"
import { edgesOf, type RunOptions, type Script, type SubtaskScript, shapeOf, taskOf, tasksOf } from "./RunShape.ts"

/** What never changes about a subtask, in each of its runs. */
export interface Environment {
  readonly id: SubtaskId
  readonly runs: ReadonlyArray<RunEnvironment>
}

export interface RunEnvironment {
  readonly isSource: boolean
  readonly twoPhaseSink: string | null
  readonly inputs: ReadonlyArray<ChannelId>
  readonly outputs: ReadonlyArray<ChannelId>
  readonly parallelism: number
  readonly script: SubtaskScript
}

const emptyScript: SubtaskScript = { facts: [], prepared: {}, persisted: {}, restored: null }

export const environmentOf = (options: RunOptions, { runs }: Script, id: SubtaskId): Environment => ({
  id,
  runs: runs.map((run) => {
    const { parallelism, plan } = shapeOf(options.plan, run)
    const edges = edgesOf(plan, parallelism)
    const planned = tasksOf(plan).find((task) => task.id === taskOf(id))
    return {
      isSource: planned?.isSource ?? false,
      twoPhaseSink: planned?.twoPhaseSink ?? null,
      inputs: edges.filter(({ to }) => to === id).map((edge) => edge.id),
      outputs: edges.filter(({ from }) => from === id).map((edge) => edge.id),
      ...{ parallelism, script: run.of[id] ?? emptyScript }
    }
  })
})

const nowhere: RunEnvironment = {
  ...{ isSource: false, twoPhaseSink: null, inputs: [], outputs: [], parallelism: 1, script: emptyScript }
}

export const runOf = (env: Environment, run: number): RunEnvironment => env.runs[run] ?? nowhere
