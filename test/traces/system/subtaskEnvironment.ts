/** What never changes about a subtask of a real run: its place in the plan, its channels, its script. */
import type { ChannelId, SubtaskId } from "../../../packages/core/src/model/ids.ts"
import {
  edgesOf,
  type PlannedTask,
  type RunOptions,
  type Script,
  type SubtaskScript,
  taskOf,
  tasksOf
} from "./RunShape.ts"

/** What never changes about a subtask, in each of its runs. */
export interface Environment {
  readonly id: SubtaskId
  readonly planned: PlannedTask
  readonly runs: ReadonlyArray<RunEnvironment>
}

export interface RunEnvironment {
  readonly inputs: ReadonlyArray<ChannelId>
  readonly outputs: ReadonlyArray<ChannelId>
  readonly parallelism: number
  readonly script: SubtaskScript
}

const emptyScript: SubtaskScript = { facts: [], prepared: {}, persisted: {}, restored: null }

export const environmentOf = ({ plan }: RunOptions, { runs }: Script, id: SubtaskId): Environment => {
  const planned = tasksOf(plan).find((task) => task.id === taskOf(id))
  if (planned === undefined) throw new Error(`Subtask ${id} belongs to no task of pipeline ${plan.pipeline}.`)
  return {
    ...{ id, planned },
    runs: runs.map(({ of, subtasks }) => {
      const parallelism = subtasks.length / plan.tasks.length
      const edges = edgesOf(plan, parallelism)
      return {
        inputs: edges.filter(({ to }) => to === id).map((edge) => edge.id),
        outputs: edges.filter(({ from }) => from === id).map((edge) => edge.id),
        ...{ parallelism, script: of[id] ?? emptyScript }
      }
    })
  }
}

export const runOf = (env: Environment, run: number): RunEnvironment =>
  env.runs[run] ?? { inputs: [], outputs: [], parallelism: 1, script: emptyScript }
