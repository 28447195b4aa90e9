/** What a run of a job is made of: its plan, and what a trace says that nobody can foresee. */
import type { ChannelId, CheckpointId, SubtaskId } from "../../../packages/core/src/model/ids.ts"
import { channelId, subtaskId } from "../../../packages/core/src/model/ids.ts"
import { fuseExchanges } from "../../../packages/core/src/pipeline/fuseExchanges.ts"
import type { PhysicalPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"
import type { StateHandle } from "../../../packages/core/src/protocol/checkpointMessages.ts"
import type { CoordinatorEvent } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { CheckpointPolicy, RestartPolicy, Resume } from "../../../packages/core/src/protocol/policy.ts"
import type { SubtaskEvent } from "../../../packages/core/src/protocol/subtaskMessages.ts"
import type { Inspection } from "../../../packages/core/src/runtime/Inspection.ts"
import type { Found } from "../TraceLine.ts"

export interface PlannedTask {
  readonly id: string
  /** What it writes to: its output first, then its side outputs; nothing for a sink. */
  readonly exchanges: ReadonlyArray<{ readonly to: string; readonly isForward: boolean }>
  readonly isSource: boolean
  /** Name of its sink; null if it has none, or one that knows no transactions. */
  readonly twoPhaseSink: string | null
}

/** What a conformance check must be told of the job beside its trace. */
export interface RunOptions {
  /** As it is compiled, for every parallelism. */
  readonly plan: PhysicalPlan
  readonly checkpointPolicy: CheckpointPolicy
  readonly restartPolicy: RestartPolicy
  readonly resume: Resume
  /** How many attempts may fail: more failures than were injected are a finding. */
  readonly failures: number
  /** How many appends to the log may fail. */
  readonly refusedAppends: number
}

/** One run: what an attempt of some process was before it ended. */
export interface RunScript {
  readonly subtasks: ReadonlyArray<SubtaskId>
  readonly sources: ReadonlyArray<SubtaskId>
  readonly of: Readonly<Record<SubtaskId, SubtaskScript>>
}

/** What a subtask says of the commands that it performs on its data plane. */
export type DataPlaneFact = Extract<Inspection, { readonly _tag: "Captured" | "BarrierSent" | "BarrierTaken" }>

export interface SubtaskScript {
  /** In the order of the trace. */
  readonly facts: ReadonlyArray<DataPlaneFact>
  readonly prepared: Readonly<Record<CheckpointId, string>>
  /** Sizes of the written objects and what they refer to, and what could not be written. */
  readonly persisted: Readonly<Record<CheckpointId, Omit<StateHandle, "object"> | "failed">>
  readonly restored: Extract<SubtaskEvent, { readonly type: "state.restored" }> | null
}

/** What a trace says that nobody can foresee. */
export interface Script {
  readonly job: ReadonlyArray<JobEvent>
  readonly coordinator: ReadonlyArray<CoordinatorEvent>
  readonly runs: ReadonlyArray<RunScript>
  readonly found: ReadonlyArray<Found>
}

export const tasksOf = (plan: PhysicalPlan): ReadonlyArray<PlannedTask> =>
  plan.tasks.map(({ id, input, output, sides }) => ({
    id,
    exchanges: [output, ...sides.map((side) => side.output)].flatMap((way) =>
      way._tag === "Exchange" || way._tag === "Forward" ? [{ to: way.to, isForward: way._tag === "Forward" }] : []
    ),
    isSource: input._tag === "Source",
    twoPhaseSink: output._tag === "Sink" && output.sink.delivery === "two-phase" ? output.uid : null
  }))

export interface Edge {
  readonly id: ChannelId
  readonly from: SubtaskId
  readonly to: SubtaskId
}

export const edgesOf = (plan: PhysicalPlan, parallelism: number): ReadonlyArray<Edge> =>
  tasksOf(plan).flatMap(({ exchanges, id }) =>
    exchanges.flatMap(({ isForward, to }) =>
      each(parallelism).flatMap((sender) =>
        (isForward ? [sender] : each(parallelism)).map((receiver) => edge(id, sender, to, receiver))
      )
    )
  )

/** The shape of a run: how many subtasks a task had, and the plan for so many. */
export const shapeOf = (plan: PhysicalPlan, { subtasks }: Pick<RunScript, "subtasks">) => {
  const parallelism = Math.max(0, ...subtasks.map(indexOf)) + 1
  return { parallelism, plan: fuseExchanges(plan, parallelism) }
}

const edge = (task: string, sender: number, to: string, receiver: number): Edge => {
  const from = subtaskId({ task, index: sender })
  const target = subtaskId({ task: to, index: receiver })
  return { id: channelId({ from, to: target }), from, to: target }
}

export const taskOf = (subtask: SubtaskId): string => subtask.slice(0, subtask.lastIndexOf("#"))
export const indexOf = (subtask: SubtaskId): number => Number(subtask.slice(subtask.lastIndexOf("#") + 1))

const each = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)
