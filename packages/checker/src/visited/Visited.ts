/**
 * The states that a search has seen already.
 *
 * V1 A state is new once: `add` answers its new index, counting up from 0, the first time, and a negative number after.
 * V2 `exact` forgets and confuses nothing; `compact` and `bitstate` may take a new state for a known one, never a known
 *    one for a new one.
 * V3 A set that cannot grow any more fails with `OutOfMemory` and keeps what it holds.
 */
import type { StateVector } from "../engine/Engine.ts"

export interface Visited {
  readonly mode: "exact" | "compact" | "bitstate"
  /** States added so far. */
  readonly count: number
  /** Bytes that it occupies now. */
  readonly bytes: number
  /** Probability that at least one new state was taken for a known one; 0 when exact. */
  readonly omission: number
  /**
   * Estimated share of the new states met that was taken for new; 1 when exact. What lies only behind omitted states is
   * not counted, so the share of the whole space may be smaller.
   */
  readonly share: number
  /** The index of the state if it is new; `~index` of the equal one if it is known (`bitstate`: always -1). */
  readonly add: (state: StateVector) => number
  /** Reads the state of an index. Only `exact` keeps states; the others throw. */
  readonly load: (index: number, into: StateVector) => void
}
