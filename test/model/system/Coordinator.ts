/** The coordinator of the model: the real machine and its checkpoints, with what `CoordinatorActor` keeps beside them. */
import { type Component, component } from "../../../packages/checker/src/system/Component.ts"
import { expiredCheckpoint } from "../../../packages/core/src/protocol/checkpointMessages.ts"
import { makeComponent } from "../../../packages/core/src/protocol/component.ts"
import type { CoordinatorCommand } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { Machines, Settings } from "./Config.ts"
import type { CoordinatorEnvironment, CoordinatorState, CoordinatorStepper, PostedTimer } from "./CoordinatorState.ts"
import { CoordinatorStep } from "./CoordinatorStep.ts"
import type { CoordinatorMail } from "./messages.ts"
import { coordinatorOf, mailboxOf, type ProcessName } from "./names.ts"
import { sinksOf, tasksOf } from "./plan.ts"

export const coordinatorStepper = (machines: Machines): CoordinatorStepper =>
  makeComponent<Machines["coordinator"], Machines["checkpoint"], CoordinatorCommand>(
    machines.coordinator,
    machines.checkpoint
  )

export const makeCoordinator = (
  settings: Settings,
  machines: Machines,
  place: { readonly process: ProcessName; readonly stepper: CoordinatorStepper }
): Component<CoordinatorState, CoordinatorMail | PostedTimer, null> => {
  const name = coordinatorOf(place.process)
  const { config, plan } = settings
  const mailbox = mailboxOf(name)
  const env: CoordinatorEnvironment = {
    ...{ settings, ...place, mailbox, tasks: tasksOf(plan), sinks: sinksOf(plan) },
    isPrompt: config.capturesArePrompt ?? false
  }
  return component<CoordinatorState, CoordinatorMail | PostedTimer, null>({
    name,
    start: () => {
      const [machine] = place.stepper.initial({ policy: settings.policy })
      return { state: { machine, attempt: null, tails: [], places: [], retiring: [] }, effects: [] }
    },
    step: (state, mail) => {
      if (mail.type === "timer.posted") {
        return { state, effects: [{ _tag: "Send", channel: mailbox, message: timerEvent(mail.timer) }] }
      }
      const step = new CoordinatorStep(env, state)
      step.take(mail)
      return step.result
    },
    timerEvent: (timer) => (config.timersArePosted ? { type: "timer.posted", timer } : timerEvent(timer)),
    machines: [machines.coordinator, machines.checkpoint],
    snapshots: ({ machine }) => [
      { name: "coordinator", snapshot: machine.owner },
      ...machine.parts.map(({ key, snapshot }) => ({ name: `checkpoint ${key}`, snapshot }))
    ]
  })
}

const timerEvent = (timer: string): CoordinatorMail => {
  const expired = expiredCheckpoint(timer)
  return expired === null ? { type: "timer.fired", timer } : { type: "checkpoint.expired", id: expired }
}
