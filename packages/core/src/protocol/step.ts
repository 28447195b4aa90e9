/**
 * The one way a machine moves: `step(snapshot, event) -> [snapshot, commands]`, called by the runtime and by the checker.
 *
 * P1 A step performs nothing: the commands of `perform(commands)` are collected as data, in order.
 * P2 The same snapshot and event always give the same result; a snapshot is never changed.
 *
 * XState's public `transition()` builds an actor per call; one inert actor scope per machine makes a step 2-5 times cheaper.
 */
import type { AnyStateMachine, EventFrom, InputFrom, SnapshotFrom } from "xstate"
import { createActor, createMachine, initialTransition } from "xstate"

/** A machine whose steps give their commands as data instead of performing them. */
export interface Stepper<M extends AnyStateMachine, Command> {
  readonly id: string
  readonly machine: M
  readonly initial: (input: InputFrom<M>) => readonly [SnapshotFrom<M>, ReadonlyArray<Command>]
  readonly step: (snapshot: SnapshotFrom<M>, event: EventFrom<M>) => readonly [SnapshotFrom<M>, ReadonlyArray<Command>]
}

/** The shape of the only effectful action that a machine of the protocol may have. */
interface PerformAction {
  readonly type: string
  readonly params?: unknown
}

/**
 * Makes the stepper of a machine. Fails: the steps throw what a guard or an assignment throws (a defect), and for an
 * action other than `perform`.
 */
export const makeStepper = <M extends AnyStateMachine, Command>(machine: M): Stepper<M, Command> => {
  let collected: Array<Command> = []
  const collect = (action: PerformAction): void => {
    if (action.type !== "perform") {
      throw new Error(`Machine ${machine.id} asked for "${action.type}"; the only effectful action is "perform".`)
    }
    const commands: ReadonlyArray<Command> = typed(action.params)
    collected.push(...commands)
  }
  const takeCollected = (): ReadonlyArray<Command> => {
    const commands = collected
    collected = []
    return commands
  }
  const scope = makeInertScope(collect)
  return {
    id: machine.id,
    machine,
    initial: (input) => {
      collected = []
      const [snapshot, actions] = initialTransition(machine, input)
      actions.forEach(collect)
      return [typed(snapshot), takeCollected()]
    },
    step: (snapshot, event) => {
      collected = []
      const next = machine.transition(snapshot, event, typed(scope))
      return [typed(next), takeCollected()]
    }
  }
}

/** What `StateMachine.transition` reads of an actor scope; nothing in it does anything but collect. */
const makeInertScope = (collect: (action: PerformAction) => void) => {
  const self = createActor(createMachine({ id: "inert" }))
  return {
    self,
    system: self.system,
    id: self.id,
    sessionId: self.sessionId,
    logger: () => {},
    defer: () => {},
    emit: () => {},
    stopChild: () => {},
    actionExecutor: collect
  }
}

/**
 * SEAM: the only unchecked cast of the protocol. XState types an actor scope and a snapshot by fifteen parameters that
 * cannot be named for a generic machine; `setup` has already checked the machine's own actions and events.
 */
// biome-ignore lint/suspicious/noExplicitAny: the marked seam
const typed = (value: unknown): any => value
