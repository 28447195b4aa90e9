/**
 * A part of the environment: a log, a store, a database. Operations on it are in flight until one of their outcomes
 * happens, in any order.
 */
import type { Effect, Message } from "./Effect.ts"

/** What an operation does to a resource, and what is sent because of it. */
export interface Outcome<State> {
  readonly state: State
  readonly effects: ReadonlyArray<Effect>
}

/**
 * How an operation may end.
 *
 * - `ok`: it is applied and answered.
 * - `fails`: it is not applied, and the answer says so.
 * - `ambiguous`: it is applied, and the answer says that nobody knows.
 * - `late`: the answer says that nobody knows, and it stays in flight: it `lands` or `vanishes` later, unanswered.
 * - `torn`: it is applied in part.
 */
export type OperationOutcome = "ok" | "fails" | "ambiguous" | "late" | "torn" | "lands" | "vanishes"

export interface Resource<State, Operation = unknown> {
  readonly name: string
  readonly initial: State
  /**
   * Pure. The effects are the answer; they are dropped when nobody waits for it any more, or when the answer is another
   * one. What they note is noted all the same.
   */
  readonly apply: (state: State, operation: Operation) => Outcome<State>
  /** The answer to an operation that failed; without it none fails. */
  readonly failure?: (operation: Operation, state: State) => ReadonlyArray<Effect>
  /** The answer to an operation of unknown outcome; without it `ambiguous` and `late` do not happen. */
  readonly unknown?: (operation: Operation, state: State) => ReadonlyArray<Effect>
  /** What a torn operation leaves behind; without it none is torn. */
  readonly torn?: (state: State, operation: Operation) => Outcome<State>
  /**
   * Operations of one component are applied in the order of their requests; default: in any order. One that nobody waits
   * for any more, because it is late or its component has gone, may land at any time.
   */
  readonly isOrdered?: boolean
}

/** A resource as the engine sees it: its types are forgotten. */
export type AnyResource = Resource<unknown>

/** Describes a resource; checks its types only. */
export const resource = <State, Operation = unknown>(spec: Resource<State, Operation>): Resource<State, Operation> =>
  spec

export type { Message }
