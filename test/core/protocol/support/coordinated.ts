/** A coordinator in the hands of a scenario: short words for its events, and what to look at after a step. */
import type { CheckpointPolicy, CoordinatorEvent } from "../../../../packages/core/src/protocol/index.ts"
import { coordinatorComponent } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "./Driven.ts"

const policy: CheckpointPolicy = {
  trigger: "periodic",
  concurrentMax: 1,
  toleratedFailures: null,
  retained: 1,
  queuedTriggersMax: 2,
  incremental: false
}

export const start = (given: Partial<Extract<CoordinatorEvent, { readonly type: "coordinator.start" }>> = {}) =>
  ({
    type: "coordinator.start",
    subtasks: ["a", "b"],
    nextId: 1,
    idsEnd: 1001,
    recorded: [],
    kept: [],
    ...given
  }) as const

export const coordinator = (changes: Partial<CheckpointPolicy> = {}) =>
  new Driven(coordinatorComponent.step, coordinatorComponent.initial({ policy: { ...policy, ...changes } }))

type DrivenCoordinator = ReturnType<typeof coordinator>

export const active = (changes: Partial<CheckpointPolicy> = {}, given: Parameters<typeof start>[0] = {}) => {
  const it = coordinator(changes)
  it.send(start(given))
  return it
}

export const fired = (timer: string): CoordinatorEvent => ({ type: "timer.fired", timer })
export const interval = fired("interval")
export const minPause = fired("minPause")
export const request: CoordinatorEvent = { type: "trigger.request" }
export const stop: CoordinatorEvent = { type: "coordinator.stop", kind: "stop" }
export const suspend: CoordinatorEvent = { type: "coordinator.suspend", reason: "restarted" }
export const recorded = (id: number): CoordinatorEvent => ({ type: "manifest.recorded", id })
export const expired = (id: number): CoordinatorEvent => ({ type: "checkpoint.expired", id })
export const ends = (subtask: string): CoordinatorEvent => ({ type: "subtask.ended", subtask })

export const acks = (id: number, ...subtasks: ReadonlyArray<string>): ReadonlyArray<CoordinatorEvent> =>
  subtasks.map((subtask) => ({
    type: "subtask.acknowledged",
    id,
    subtask,
    handle: { object: `${id}/${subtask}`, size: 1, shared: [] }
  }))

export const completes = (id: number): ReadonlyArray<CoordinatorEvent> => [...acks(id, "a", "b"), recorded(id)]

export const declines = (id: number, reason: "declined" | "superseded" | "storageFailed"): CoordinatorEvent => ({
  type: "subtask.declined",
  id,
  subtask: "a",
  reason
})

export const triggered = (it: DrivenCoordinator) =>
  it.commands.flatMap((command) => (command._tag === "TriggerSources" ? [command.barrier] : []))

export const released = (it: DrivenCoordinator) =>
  it.commands.flatMap((command) => (command._tag === "ReleaseState" ? [...command.objects] : []))

export const refusals = (it: DrivenCoordinator) =>
  it.commands.flatMap((command) => (command._tag === "RefuseRequest" ? [command.reason] : []))

export const toldJob = (it: DrivenCoordinator) =>
  it.commands.flatMap((command) => (command._tag === "TellJob" ? [command.event] : []))

export const contextOf = (it: DrivenCoordinator) => it.state.owner.context
export const partsOf = (it: DrivenCoordinator) => it.state.parts.map(({ key }) => key)
