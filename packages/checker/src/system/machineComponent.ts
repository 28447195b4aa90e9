/** A component that is one XState machine: its state is the snapshot, its actions become effects. */
import type { AnyStateMachine, EventFrom, InputFrom, SnapshotFrom } from "xstate"
import type { MachineActionOf } from "../machines/MachineAction.ts"
import { machineStepper } from "../machines/machineStepper.ts"
import { describeValue } from "../values/describeValue.ts"
import type { Component } from "./Component.ts"
import type { Effect, Step } from "./Effect.ts"
import { trusted } from "./trusted.ts"

/** `Internal` and `Fired`: the very events that are given, so that their types need no `as const`. */
export interface MachineComponentOptions<
  M extends AnyStateMachine,
  Internal extends EventFrom<M> = EventFrom<M>,
  Fired extends EventFrom<M> = EventFrom<M>
> {
  readonly name: string
  /** The machine as it runs in production. */
  readonly machine: M
  /** What it starts with; default: the input of the effect that starts it. */
  readonly input?: InputFrom<M>
  /** What an action asks of the system; undefined for an action that it does not know, which is an error. */
  readonly effects: (action: MachineActionOf<M>, snapshot: SnapshotFrom<M>) => ReadonlyArray<Effect> | undefined
  /** Events that it may give itself now. */
  readonly internal?: (snapshot: SnapshotFrom<M>) => ReadonlyArray<Internal>
  readonly mayReceive?: (snapshot: SnapshotFrom<M>, channel: string) => boolean
  readonly timerEvent?: (timer: string) => Fired
  /** What survives a crash, for {@link restore}. */
  readonly durable?: (snapshot: SnapshotFrom<M>) => unknown
  /** What it starts with after a crash, made of what survived. */
  readonly restore?: (durable: unknown, input: InputFrom<M>) => InputFrom<M>
}

export const machineComponent = <
  M extends AnyStateMachine,
  const Internal extends EventFrom<M> = EventFrom<M>,
  const Fired extends EventFrom<M> = EventFrom<M>
>(
  options: MachineComponentOptions<M, Internal, Fired>
): Component<SnapshotFrom<M>, EventFrom<M>, InputFrom<M>> => {
  const { name, machine, internal, mayReceive, timerEvent, durable, restore } = options
  if ((durable === undefined) !== (restore === undefined)) {
    const [given, missing] = durable === undefined ? ["restore", "durable"] : ["durable", "restore"]
    throw new Error(`Component ${name} has "${given}" without "${missing}". Give both: what survives, and its use.`)
  }
  const { initial, step } = machineStepper(machine)
  const routed = ([state, actions]: readonly [SnapshotFrom<M>, ReadonlyArray<MachineActionOf<M>>]) =>
    ({ state, effects: actions.flatMap((action) => route(options, action, state)) }) satisfies Step<SnapshotFrom<M>>
  return {
    name,
    machines: [machine],
    snapshots: (state) => [{ name: machine.id, snapshot: trusted(state) }],
    start: (given, kept) => {
      const input = options.input ?? given
      return routed(initial(restore === undefined || kept === undefined ? input : restore(kept, input)))
    },
    step: (state, event) => routed(step(state, event)),
    ...(internal === undefined ? {} : { internal }),
    ...(mayReceive === undefined ? {} : { mayReceive }),
    ...(timerEvent === undefined ? {} : { timerEvent }),
    ...(durable === undefined ? {} : { durable })
  }
}

const route = <M extends AnyStateMachine>(
  { name, effects }: Pick<MachineComponentOptions<M>, "name" | "effects">,
  action: MachineActionOf<M>,
  state: SnapshotFrom<M>
): ReadonlyArray<Effect> => {
  const routed = effects(action, state)
  if (routed !== undefined) return routed
  throw new Error(
    `Component ${name}: nobody routes the action ${describeValue(action)}. ` +
      "Answer it with effects, or with an empty list if nothing in the model depends on it."
  )
}
