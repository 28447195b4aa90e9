/**
 * Machines as pure functions: `step(snapshot, event) -> [snapshot, actions]`.
 *
 * M1 A step performs nothing: the machine's effectful actions come back as data, in order; events that it raises to
 *    itself are consumed within the step.
 * M2 A snapshot is never changed, and has no child actors.
 *
 * The public `transition()` of XState builds an actor for every call; one inert scope makes steps several times cheaper.
 */
import {
  type AnyStateMachine,
  createActor,
  createMachine,
  type EventFrom,
  type InputFrom,
  type SnapshotFrom
} from "xstate"
import { trusted } from "../system/trusted.ts"
import { invokeRemedy, isConsumed, remedyFor } from "./activities.ts"
import type { MachineAction, MachineActionOf } from "./MachineAction.ts"

/** Steps a machine without running it: a snapshot and an event give the next snapshot and its actions as data. */
export interface MachineStepper<M extends AnyStateMachine> {
  readonly machine: M
  readonly initial: (input: InputFrom<M>) => readonly [SnapshotFrom<M>, ReadonlyArray<MachineActionOf<M>>]
  readonly step: (
    snapshot: SnapshotFrom<M>,
    event: EventFrom<M>
  ) => readonly [SnapshotFrom<M>, ReadonlyArray<MachineActionOf<M>>]
}

/** Transitions that one event may make; XState itself would go on until there is no memory left. */
const microstepsMax = 10_000

/** Fails: the functions throw what a guard or an assignment throws, and for activities, delays, child actors and endless loops. */
export const machineStepper = <M extends AnyStateMachine>(machine: M): MachineStepper<M> => {
  let collected: Array<MachineAction> = []
  const scope = makeInertScope((action) => {
    refuseActivity(machine, action)
    if (!isConsumed(action.type)) collected.push({ type: action.type, params: action.params })
  })
  let microsteps = 0
  scope.system.inspect(({ type }) => {
    if (type !== "@xstate.microstep" || ++microsteps <= microstepsMax) return
    throw new Error(
      `Machine ${machine.id} comes to no end: one event has made more than ${microstepsMax} transitions. Look for \`always\` ` +
        "or raised events that lead back to where they began."
    )
  })
  const collecting = (run: () => SnapshotLike) => {
    collected = []
    microsteps = 0
    const snapshot = run()
    if (snapshot.status === "error") throw snapshot.error
    const children = Object.keys(snapshot.children)
    if (children.length > 0) {
      throw new Error(`Machine ${machine.id} has spawned ${children.join(", ")}. Instead, ${invokeRemedy}.`)
    }
    return [trusted(snapshot), trusted(collected)] as const
  }
  return {
    machine,
    initial: (input) => collecting(() => machine.getInitialSnapshot(trusted(scope), input)),
    step: (snapshot, event) => collecting(() => machine.transition(snapshot, event, trusted(scope)))
  }
}

interface SnapshotLike {
  readonly status: string
  readonly error: unknown
  readonly children: object
}

interface ExecutableAction extends MachineAction {
  readonly params?: { readonly delay?: unknown }
}

const refuseActivity = ({ id }: AnyStateMachine, { type, params }: ExecutableAction): void => {
  const remedy = remedyFor(type, params)
  if (remedy === null) return
  const what = type === "xstate.raise" ? "a delayed event (xstate.raise)" : `"${type}"`
  throw new Error(`Machine ${id} asked for ${what}, which only a running actor can do. Instead, ${remedy}.`)
}

/** What a machine reads of an actor scope; nothing in it does anything but collect. */
const makeInertScope = (collect: (action: ExecutableAction) => void) => {
  const self = createActor(createMachine({ id: "inert" }))
  const nothing = (): void => {}
  return {
    self,
    system: self.system,
    id: self.id,
    sessionId: self.sessionId,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: collect
  }
}
