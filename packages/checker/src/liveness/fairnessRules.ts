/**
 * What fairness means on a graph, in the sense of TLA+: `WF(A)` and `SF(A)` over steps that change the state.
 *
 * F1 A behaviour may stay in a state for ever unless a fair action is enabled there: what is not fair need not happen.
 * F2 A self-loop is stuttering. It neither enables its action nor takes it.
 * F3 A class is enabled where it has an edge to another state, or one that leads out of the graph (then it is not taken).
 * F4 Weak: a loop is fair if it takes the class, or has a state in which the class is not enabled.
 * F5 Strong: a loop is fair if it takes the class, or enables it in none of its states.
 */
import { isInside } from "./StateGraph.ts"

/** 0: no fairness; 1: weak; 2: strong. Strong implies weak, so the greatest that is asked for is enough. */
export type Strength = 0 | 1 | 2

/** What a condition means for the loops inside a strongly connected set of states. */
export type Judgement =
  /** A loop through all of it meets the condition. */
  | "met"
  /** No loop inside of it does. */
  | "hopeless"
  /** Only loops do that avoid the states which enable the class. */
  | "avoid"

/** The decision points of the search for fair loops. */
export interface FairnessRules {
  /** Whether an edge is a step at all. */
  readonly isStep: (source: number, target: number) => boolean
  /** Whether an edge that leads out of the graph enables its class. */
  readonly doesCutOffEnable: boolean
  /** Of a set of `size` states, of which `enabled` enable the class. */
  readonly judge: (strength: Strength, enabled: number, size: number, isTaken: boolean) => Judgement
}

export const fairnessRules: FairnessRules = {
  isStep: (source, target) => source !== target,
  doesCutOffEnable: true,
  judge: (strength, enabled, size, isTaken) => {
    if (strength === 0 || isTaken || enabled === 0) return "met"
    if (enabled === size) return "hopeless"
    return strength === 1 ? "met" : "avoid"
  }
}

/** Whether an edge enables its class in its source. */
export const isEnabling = (rules: FairnessRules, states: number, source: number, target: number): boolean =>
  isInside(states, target) ? rules.isStep(source, target) : rules.doesCutOffEnable

/** Fairness of a set of classes; each is fair on its own. */
export interface FairClasses {
  readonly strength: "weak" | "strong"
  readonly classes: (classIndex: number) => boolean
}

/**
 * The strength that each class needs, by class index. The last one, beyond the classes of the graph, stands for fair
 * classes that the search has not seen: where anything may be enabled, they may be.
 */
export const strengthsOf = (fairness: ReadonlyArray<FairClasses>, classCount: number): Uint8Array => {
  const greatest = (asked: ReadonlyArray<FairClasses>): Strength => {
    if (asked.some((condition) => condition.strength === "strong")) return 2
    return asked.length > 0 ? 1 : 0
  }
  return new Uint8Array(classCount + 1).map((_, index) =>
    greatest(index === classCount ? fairness : fairness.filter((condition) => condition.classes(index)))
  )
}
