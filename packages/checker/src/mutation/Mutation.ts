/** A small mistake in the definition of a machine. */
import type { StateConfig } from "./MachineConfig.ts"
import type { Place } from "./Place.ts"

/** The kinds of mistakes, in the order in which they are made. */
export const mutationOperators = [
  "transition dropped",
  "event unhandled",
  "target swapped",
  "guard negated",
  "guard removed",
  "command dropped",
  "command doubled",
  "commands reordered",
  "assignment dropped",
  "assignment off by one",
  "action dropped",
  "entry or exit dropped"
] as const

/** The kind of a mistake. */
export type MutationOperator = (typeof mutationOperators)[number]

export interface Mutation {
  readonly operator: MutationOperator
  /** Where: what does not reach one of these places behaves as before. */
  readonly places: ReadonlyArray<Place>
  /** What exactly; empty where operator and place say it all. */
  readonly detail: string
  readonly apply: (config: StateConfig) => StateConfig
}
