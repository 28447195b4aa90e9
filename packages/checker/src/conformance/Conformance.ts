/** Whether a log can be explained by a system, and if not, where it cannot. */
import type { Slot } from "../engine/Engine.ts"
import type { Property } from "../property/Property.ts"
import type { Action } from "../system/Action.ts"
import type { View } from "../system/View.ts"

/** What an action of the system would have logged; null if it would not have been seen. */
export type Observe<Observation> = (before: View, action: Action, after: View) => Observation | null

export interface ConformsOptions {
  /**
   * `always` and `step` properties that an explanation must not violate. The others speak of whole state spaces and are
   * refused.
   */
  readonly properties?: ReadonlyArray<Property>
  /** How many unobservable actions may lie between two observations; default 64. */
  readonly hiddenMax?: number
  /** How many states may be possible at one observation before the search gives up; default 10,000. */
  readonly statesMax?: number
}

export type Conformance<Observation> = Explained | Unexplained<Observation>

export interface Explained {
  readonly conforms: true
  /** A behaviour of the system that logs exactly this. */
  readonly steps: ReadonlyArray<Action>
  /** States visited to find it: not many more than steps, if the log says enough. */
  readonly states: number
}

export interface Unexplained<Observation> {
  readonly conforms: false
  /** Index of the first observation that no behaviour explains; everything before it has an explanation. */
  readonly at: number
  /** Null at the end of an empty log: its initial state already violates a property. */
  readonly observation: Observation | null
  /** What the system could have logged there instead. */
  readonly expected: ReadonlyArray<Observation>
  /** Properties that every explanation of the observation violates. */
  readonly violated: ReadonlyArray<{ readonly property: string; readonly detail: string }>
  /** One of the states in which the system may have been before the observation, by part. */
  readonly state: ReadonlyArray<{ readonly slot: Slot; readonly value: unknown }>
  /** How the system may have come there. */
  readonly steps: ReadonlyArray<Action>
  readonly states: number
  /** Bounds that cut the search off: with them wider there may be an explanation. */
  readonly cutOff: ReadonlyArray<"hiddenMax" | "statesMax">
}
