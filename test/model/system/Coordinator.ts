/** The coordinator of the model: the real machine and its checkpoints, with what `CoordinatorActor` keeps beside them. */
import { type Component, component } from "../../../packages/checker/src/system/Component.ts"
import type { CheckpointId, SubtaskId, Term } from "../../../packages/core/src/model/ids.ts"
import { expiredCheckpoint } from "../../../packages/core/src/protocol/checkpointMessages.ts"
import { makeComponent } from "../../../packages/core/src/protocol/component.ts"
import type { coordinatorComponent } from "../../../packages/core/src/protocol/components.ts"
import type { CoordinatorCommand } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { Machines, Settings } from "./Config.ts"
import { CoordinatorStep } from "./CoordinatorStep.ts"
import type { CoordinatorMail, Place } from "./messages.ts"
import { coordinatorOf, mailboxOf, type ProcessName } from "./names.ts"
import { sinksOf, tasksOf } from "./plan.ts"
import type { Tail } from "./tail.ts"

export type CoordinatorStepper = typeof coordinatorComponent

/** A claim under which this process has appended, or may append. */
export interface HeldTail extends Tail {
  readonly term: Term
  readonly idsEnd: CheckpointId
  readonly resumesFrom: CheckpointId | null
}

export interface CoordinatorState {
  readonly machine: ReturnType<CoordinatorStepper["initial"]>[0]
  /** The running attempt and the nonce of its claim; null between attempts. */
  readonly attempt: { readonly number: number; readonly nonce: number } | null
  /** The newest claim's tail, and older ones that are still appending. */
  readonly tails: ReadonlyArray<HeldTail>
  /** Where completed checkpoints stand, by id. */
  readonly places: ReadonlyArray<Place>
}

/** What never changes about a coordinator. */
export interface CoordinatorEnvironment {
  readonly settings: Settings
  readonly process: ProcessName
  readonly stepper: CoordinatorStepper
  readonly mailbox: string
  readonly tasks: ReadonlyArray<SubtaskId>
  readonly sinks: ReadonlyArray<SubtaskId>
  readonly isPrompt: boolean
}

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
      return { state: { machine, attempt: null, tails: [], places: [] }, effects: [] }
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

/** A timer that has fired and has not been heard yet. */
export interface PostedTimer {
  readonly type: "timer.posted"
  readonly timer: string
}

const timerEvent = (timer: string): CoordinatorMail => {
  const expired = expiredCheckpoint(timer)
  return expired === null ? { type: "timer.fired", timer } : { type: "checkpoint.expired", id: expired }
}
