/**
 * A component: something with a state that takes one event at a time. Its steps are pure; the checker memoises them.
 *
 * States, events, inputs and operations are JSON-like values: plain records, arrays, strings, finite numbers, booleans,
 * null, and snapshots of XState machines (compared by status, value, context and history).
 */
import type { AnyMachineSnapshot, AnyStateMachine } from "xstate"
import type { Message, Step } from "./Effect.ts"

export interface Component<State, Event extends Message = Message, Input = unknown> {
  readonly name: string
  /**
   * Where it starts; `durable` is what {@link Component.durable} kept of it at its last crash, undefined if it never ran
   * or was stopped.
   */
  readonly start: (input: Input, durable: unknown) => Step<State>
  /** Pure: the same state and event always give the same step, and neither is changed. */
  readonly step: (state: State, event: Event) => Step<State>
  /** Events that it may give itself now, each an action of its own: work it chooses to do, input it invents. */
  readonly internal?: (state: State) => ReadonlyArray<Event>
  /** Whether it takes messages of this channel now; default: always. */
  readonly mayReceive?: (state: State, channel: string) => boolean
  /** The event that a fired timer is to it; default `{ type: "timer.fired", timer }`. */
  readonly timerEvent?: (timer: string) => Event
  /** What of its state survives a crash; default: nothing. */
  readonly durable?: (state: State) => unknown
  /** The machines inside it: for coverage, for their checks, and for the explorer's charts. */
  readonly machines?: ReadonlyArray<AnyStateMachine>
  /** Their snapshots in a state, by name, for the explorer's charts. */
  readonly snapshots?: (state: State) => ReadonlyArray<{ readonly name: string; readonly snapshot: AnyMachineSnapshot }>
}

/** A component whose types are known to its own functions only. */
export type AnyComponent = Component<unknown, Message, unknown>

/** Makes a component out of its functions. */
export const component = <State, Event extends Message = Message, Input = unknown>(
  spec: Component<State, Event, Input>
): Component<State, Event, Input> => spec
