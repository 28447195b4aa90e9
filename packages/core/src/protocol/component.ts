/**
 * A component: one machine and the machines that are parts of it, stepped as one.
 *
 * C1 One event is one atomic step: the owner's commands to parts and the parts' events to the owner are folded in
 *    before anything leaves; what leaves is a list of external commands, in order.
 * C2 The state is a JSON-like value: the owner's snapshot and the parts sorted by key.
 */
import type { AnyStateMachine, EventFrom, InputFrom, SnapshotFrom } from "xstate"
import { makeStepper } from "./step.ts"

/** Commands that stay inside a component. */
export type InternalCommand<PartInput, PartEvent, OwnerEvent> =
  | { readonly _tag: "StartParts"; readonly parts: ReadonlyArray<{ readonly key: number; readonly input: PartInput }> }
  | { readonly _tag: "ToParts"; readonly keys: ReadonlyArray<number>; readonly event: PartEvent }
  | { readonly _tag: "StopParts"; readonly keys: ReadonlyArray<number> }
  | { readonly _tag: "ToOwner"; readonly event: OwnerEvent }

/** Snapshots of an owner and of its parts, which are sorted by key. */
export interface ComponentState<Owner, Part> {
  readonly owner: Owner
  readonly parts: ReadonlyArray<{ readonly key: number; readonly snapshot: Part }>
}

/** An actor for the runtime and for the model checker: a state, and steps that give commands as data. */
export interface Component<State, Input, Event, Command> {
  readonly id: string
  readonly initial: (input: Input) => readonly [State, ReadonlyArray<Command>]
  readonly step: (state: State, event: Event) => readonly [State, ReadonlyArray<Command>]
}

type Folded<O extends AnyStateMachine, P extends AnyStateMachine, External> =
  | External
  | InternalCommand<InputFrom<P>, EventFrom<P>, EventFrom<O>>

/** Makes the component of an owner and its parts. Fails: steps throw what the machines throw, and for an unknown part's start. */
export const makeComponent = <
  O extends AnyStateMachine,
  P extends AnyStateMachine,
  External extends { readonly _tag: string }
>(
  ownerMachine: O,
  partMachine: P
): Component<ComponentState<SnapshotFrom<O>, SnapshotFrom<P>>, InputFrom<O>, EventFrom<O>, External> => {
  type State = ComponentState<SnapshotFrom<O>, SnapshotFrom<P>>
  type Command = Folded<O, P, External>
  const owner = makeStepper<O, Command>(ownerMachine)
  const part = makeStepper<P, Command>(partMachine)

  const fold = (start: State, commands: ReadonlyArray<Command>): readonly [State, ReadonlyArray<External>] => {
    const external: Array<External> = []
    const forOwner: Array<EventFrom<O>> = []
    let state = start
    const run = (pending: ReadonlyArray<Command>): void => {
      for (const command of pending) {
        if (!isInternal<O, P, External>(command)) external.push(command)
        else if (command._tag === "ToOwner") forOwner.push(command.event)
        else if (command._tag === "StopParts") state = withoutParts(state, command.keys)
        else if (command._tag === "StartParts") {
          for (const { key, input } of command.parts) {
            const [snapshot, next] = part.initial(input)
            state = withPart(state, key, snapshot)
            run(next)
          }
        } else for (const key of command.keys) run(stepPart(key, command.event))
      }
    }
    const stepPart = (key: number, event: EventFrom<P>): ReadonlyArray<Command> => {
      const found = state.parts.find((candidate) => candidate.key === key)
      if (found === undefined) return []
      const [snapshot, next] = part.step(found.snapshot, event)
      state = withPart(state, key, snapshot)
      return next
    }
    run(commands)
    for (let event = forOwner.shift(); event !== undefined; event = forOwner.shift()) {
      const [snapshot, next] = owner.step(state.owner, event)
      state = { ...state, owner: snapshot }
      run(next)
    }
    return [state, external]
  }

  return {
    id: ownerMachine.id,
    initial: (input) => {
      const [snapshot, commands] = owner.initial(input)
      return fold({ owner: snapshot, parts: [] }, commands)
    },
    step: (state, event) => {
      const [snapshot, commands] = owner.step(state.owner, event)
      return snapshot === state.owner && commands.length === 0
        ? [state, []]
        : fold({ ...state, owner: snapshot }, commands)
    }
  }
}

const internalTags: ReadonlySet<string> = new Set(["StartParts", "ToParts", "StopParts", "ToOwner"])

const isInternal = <O extends AnyStateMachine, P extends AnyStateMachine, External extends { readonly _tag: string }>(
  command: Folded<O, P, External>
): command is InternalCommand<InputFrom<P>, EventFrom<P>, EventFrom<O>> => internalTags.has(command._tag)

const withoutParts = <O, P>(state: ComponentState<O, P>, keys: ReadonlyArray<number>): ComponentState<O, P> => ({
  owner: state.owner,
  parts: state.parts.filter((part) => !keys.includes(part.key))
})

const withPart = <O, P>(state: ComponentState<O, P>, key: number, snapshot: P): ComponentState<O, P> => ({
  owner: state.owner,
  parts: [...state.parts.filter((part) => part.key !== key), { key, snapshot }].sort((a, b) => a.key - b.key)
})
