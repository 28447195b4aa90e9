/**
 * The compiled form of a system, as searches use it: states are vectors of small integers, each an interned value.
 *
 * E1 Successors of a state come in the same order every time, so an action's code and a state say which one is meant.
 */
import type { Action, ActionClass } from "../system/Action.ts"
import type { System } from "../system/System.ts"
import type { View } from "../system/View.ts"

/** A state of the system: one interned number per slot. */
export type StateVector = Int32Array

/**
 * Called once per edge. `next` is scratch: copy what is to be kept. `code` identifies the action in its state, `kind`
 * indexes {@link Engine.classes}.
 */
export type VisitEdge = (code: number, kind: number, next: StateVector) => void

export interface Engine {
  readonly system: System
  /** Words of a state. */
  readonly width: number
  readonly initial: StateVector
  /** All classes of actions seen so far: grows during a search, indexes stay. */
  readonly classes: ReadonlyArray<ActionClass>
  /** The bound that the state lies outside of, or the channel that is over its capacity; null to explore beyond it. */
  readonly cutOffBy: (state: StateVector) => string | null
  /** Calls `visit` for every edge. Fails: throws `StepFailure` when a function of the model throws. */
  readonly successors: (state: StateVector, visit: VisitEdge) => void
  /** The action of a code in a state. */
  readonly describe: (state: StateVector, code: number) => Action
  /** A view that reads the state; valid until the vector changes. */
  readonly view: (state: StateVector) => View
  /** Names of the words, for diffs. */
  readonly slots: ReadonlyArray<Slot>
  /** The value of a word, as JSON-like data. */
  readonly valueOf: (slot: number, id: number) => unknown
  /** Step functions called so far. */
  readonly stepCount: () => number
}

/** Which part of the system one number of a state vector belongs to. */
export interface Slot {
  readonly kind: "component" | "channel" | "resource" | "operations" | "unit" | "budget" | "stimulus" | "history"
  readonly name: string
}
