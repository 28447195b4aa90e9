/** A path through a system, as data: enough to walk it again with today's machines. */
import type { Action } from "../system/Action.ts"

export interface Trace {
  readonly system: string
  readonly steps: ReadonlyArray<Action>
  /**
   * For a lasso: the index of the step to which the last one returns, or the number of steps if the last state is never
   * left; null for a finite path.
   */
  readonly loopsTo: number | null
}
