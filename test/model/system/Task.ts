/** A subtask of the model: the real machine and its committer over an abstract data plane. */
import { type Component, component } from "../../../packages/checker/src/system/Component.ts"
import type { SubtaskId } from "../../../packages/core/src/model/ids.ts"
import { mayRead } from "../../../packages/core/src/protocol/alignment.ts"
import { makeComponent } from "../../../packages/core/src/protocol/component.ts"
import type { SubtaskCommand } from "../../../packages/core/src/protocol/subtaskMessages.ts"
import type { Machines, Settings } from "./Config.ts"
import type { SubtaskMail } from "./messages.ts"
import { edgeOf, type ProcessName, taskOf } from "./names.ts"
import { makePlane } from "./Plane.ts"
import { edgesOf } from "./plan.ts"
import type { SubtaskStepper, TaskEnvironment, TaskInput, TaskState } from "./TaskState.ts"
import { TaskStep } from "./TaskStep.ts"

export const subtaskStepper = (machines: Machines): SubtaskStepper =>
  makeComponent<Machines["subtask"], Machines["committer"], SubtaskCommand>(machines.subtask, machines.committer)

export const makeTask = (
  settings: Settings,
  machines: Machines,
  place: { readonly process: ProcessName; readonly task: SubtaskId; readonly stepper: SubtaskStepper }
): Component<TaskState, SubtaskMail, TaskInput> => {
  const { process, task, stepper } = place
  const { plan, mutant, hasEnd, config } = settings
  const edges = edgesOf(plan)
  const spec = plan[task]
  const inputs = edges.filter(({ to }) => to === task).map(({ id }) => id)
  const env: TaskEnvironment = {
    ...{ process, task, stepper, inputs, mutant, hasEnd },
    outputs: edges.filter(({ from }) => from === task),
    isSink: spec?.isSink ?? false,
    records: spec?.records ?? 0,
    isPrompt: config.capturesArePrompt ?? false,
    isIncremental: settings.policy.incremental
  }
  const channels = new Map(inputs.map((id) => [edgeOf(process, id), id]))
  return component<TaskState, SubtaskMail, TaskInput>({
    name: taskOf(process, task),
    start: (input) => startTask(env, input),
    step: (state, mail) => {
      const step = new TaskStep(env, state)
      step.take(mail)
      return step.result
    },
    internal: (state) => chosen(env, state),
    mayReceive: ({ machine, plane }, channel) => {
      const edge = channels.get(channel)
      if (edge === undefined) return true
      if (plane.isHalted || !machine.owner.matches("active")) return false
      return mutant === "blockedChannelIsRead" || mayRead(machine.owner.context, edge)
    },
    machines: [machines.subtask, machines.committer],
    snapshots: ({ machine }) => [
      { name: "subtask", snapshot: machine.owner },
      ...machine.parts.map(({ snapshot }) => ({ name: "committer", snapshot }))
    ]
  })
}

const startTask = (env: TaskEnvironment, input: TaskInput) => {
  const [machine] = env.stepper.initial({ subtask: env.task, channels: env.inputs, hasCommitter: env.isSink })
  const { mutant } = env
  const offset =
    mutant === "restoreWithoutRewind" && input.restored > 0
      ? Math.min(input.position.offset + 1, env.records)
      : input.position.offset
  const plane = makePlane({ ...input, position: { ...input.position, offset } })
  const step = new TaskStep(env, { machine, plane })
  step.dispatch({ type: "state.restore" })
  const prepared = mutant === "restoreForgetsCommit" ? [] : input.prepared
  step.dispatch({ type: "state.restored", lastId: input.restored, prepared })
  return step.result
}

/** A source goes on when it likes. */
const chosen = (env: TaskEnvironment, { machine, plane }: TaskState): ReadonlyArray<SubtaskMail> => {
  if (env.inputs.length > 0 || plane.isHalted || !machine.owner.matches("active")) return []
  if (plane.isDrained) return plane.isExhausted ? [] : [{ type: "plane.exhaust" }]
  if (plane.position.offset < env.records) return [{ type: "plane.emit" }]
  return env.hasEnd && !plane.isExhausted ? [{ type: "plane.exhaust" }] : []
}
