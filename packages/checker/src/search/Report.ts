/** What a search has found. */
import type { Coverage } from "../coverage/Coverage.ts"
import type { Trace } from "../trace/Trace.ts"

export interface CheckOptions {
  /** Default `breadth-first`: the counterexamples are the shortest ones. */
  readonly strategy?: "breadth-first" | "depth-first"
  /**
   * How visited states are remembered: `exact` (default), `compact` (64 bits each; the report says how probable an
   * omission is), `bitstate` (a few bits each; a lower bound of coverage).
   */
  readonly visited?: "exact" | "compact" | "bitstate"
  /** Size of the array of `bitstate`: a power of two, 2^10 to 2^36; default 2^32, half a gibibyte. */
  readonly bits?: number
  /** Explore one state of every orbit of `System.symmetric`; default true where the system declares groups. */
  readonly symmetry?: boolean
  /** Stops there, incomplete. Default: no limit. */
  readonly statesMax?: number
  /** Goes on after the first violation, and reports the first of every property; default false. */
  readonly continueAfterViolation?: boolean
  /** One in so many memoised steps is computed again and compared; default 64, 0 for none. */
  readonly recheckEvery?: number
  /** Told now and then how far the search is. */
  readonly onProgress?: (progress: { readonly states: number; readonly edges: number }) => void
}

export interface Report {
  readonly system: string
  /** Every state was visited, nothing is violated, and every `sometimes` was seen. */
  readonly holds: boolean
  readonly states: number
  readonly edges: number
  /** Length of the longest shortest path; 0 for the initial state alone. */
  readonly depth: number
  readonly terminals: number
  readonly seconds: number
  /** Every reachable state within the bounds was visited; where states may be omitted, with 99 % certainty. */
  readonly isComplete: boolean
  readonly visited: "exact" | "compact" | "bitstate"
  /** Probability that at least one state was omitted; 0 when exact. */
  readonly omission: number
  /** Estimated share of the states met that was explored, not omitted; 1 when exact. What lies behind is not counted. */
  readonly share: number
  readonly bytesPerState: number
  /** Calls of step functions: everything else was remembered. */
  readonly steps: number
  /** Edges that a bound or a capacity cut off, by its name. */
  readonly cutOff: Readonly<Record<string, number>>
  readonly coverage: Coverage
  /** The shortest path to each `sometimes`, by name. */
  readonly witnesses: Readonly<Record<string, Trace>>
  readonly violations: ReadonlyArray<Violation>
  /** Every `sometimes` that was not seen. */
  readonly unwitnessed: ReadonlyArray<string>
  /** What makes a run without violations worth less, in sentences. */
  readonly warnings: ReadonlyArray<string>
}

export interface Violation {
  readonly property: string
  /** What the predicate said, or what was thrown. */
  readonly detail: string
  readonly trace: Trace
}
