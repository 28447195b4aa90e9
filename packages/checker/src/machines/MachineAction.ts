/** What a machine asks for in a step: its effectful actions, by name, with their parameters. */
import type { AnyStateMachine, StateMachine } from "xstate"

export interface MachineAction {
  readonly type: string
  readonly params?: unknown
}

/** The actions of a machine: discriminated by name where `setup` declares them. */
export type MachineActionOf<M extends AnyStateMachine> =
  M extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer _Actor,
    infer Action,
    infer _Guard,
    infer _Delay,
    infer _StateValue,
    infer _Tag,
    infer _Input,
    infer _Output,
    infer Emitted,
    infer _Meta,
    infer _StateSchema,
    infer _TransitionMeta
  >
    ? string extends Action["type"]
      ? MachineAction
      : Action | EmitActionOf<Emitted>
    : MachineAction

/** What `emit` asks for, in machines that declare what they emit. */
type EmitActionOf<Emitted extends { readonly type: string }> = string extends Emitted["type"]
  ? never
  : { readonly type: "xstate.emit"; readonly params: { readonly event: Emitted } }
