/** A global state as properties see it. What a view answers is frozen; a property that changes it throws. */
import type { Message, Step } from "./Effect.ts"
import type { Outcome } from "./Resource.ts"

export interface View {
  /** The state of a component; undefined while it is down. */
  readonly of: <State>(component: ComponentOf<State>) => State | undefined
  /** What a channel holds, in the order of sending where it has one. */
  readonly messages: (channel: { readonly name: string }) => ReadonlyArray<Message>
  readonly timers: (component: { readonly name: string }) => ReadonlyArray<string>
  readonly resource: <State>(resource: ResourceOf<State>) => State
  /** Operations in flight. */
  readonly inFlight: (resource: { readonly name: string }) => ReadonlyArray<InFlight>
  readonly isDown: (unit: { readonly name: string }) => boolean
  /** What is left of a fault budget. */
  readonly faultsLeft: (fault: string) => number
  readonly history: <H>(history: HistoryOf<H>) => H
}

export interface InFlight {
  readonly operation: unknown
  /** Who waits for the answer; null if nobody does. */
  readonly from: string | null
}

/** Anything that names a component and fixes the type of its states. */
export interface ComponentOf<State> {
  readonly name: string
  readonly start: (input: never, durable: unknown) => Step<State>
}

/** What a view needs of a resource to answer with the type of its state. */
export interface ResourceOf<State> {
  readonly name: string
  readonly apply: (state: never, operation: never) => Outcome<State>
}

/** What a view needs of a history to answer with its type. */
export interface HistoryOf<H> {
  readonly initial: H
}
