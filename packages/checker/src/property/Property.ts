/** What is to hold of a system. Predicates are pure functions of what they read of a {@link View}; they are memoised. */
import type { Action, ActionClass } from "../system/Action.ts"
import type { View } from "../system/View.ts"

/** A predicate may also say what is wrong: a text means that it does not hold. */
export type Verdict = boolean | string

/**
 * Fairness of a set of actions: `weak` if they happen again and again unless they are disabled again and again,
 * `strong` if they happen again and again whenever they are enabled again and again.
 *
 * What is not fair need never happen, even where nothing else can: the system may stay as it is for ever. An action that
 * would change nothing is no step: it counts as neither enabled nor taken.
 */
export interface Fairness {
  readonly strength: "weak" | "strong"
  /** Every class for which this holds is fair on its own. */
  readonly of: (actions: ActionClass) => boolean
}

export type Property =
  | { readonly _tag: "Always"; readonly name: string; readonly holds: (view: View) => Verdict }
  | {
      readonly _tag: "Step"
      readonly name: string
      readonly holds: (before: View, action: Action, after: View) => Verdict
    }
  /** Must be seen: a search in which it is not fails. */
  | { readonly _tag: "Sometimes"; readonly name: string; readonly holds: (view: View) => boolean }
  /** About the states that nothing leaves: no action is enabled, or only such that change nothing. */
  | { readonly _tag: "Terminal"; readonly name: string; readonly holds: (view: View) => Verdict }
  | {
      readonly _tag: "LeadsTo"
      readonly name: string
      readonly from: (view: View) => boolean
      readonly to: (view: View) => boolean
      readonly fair: ReadonlyArray<Fairness>
    }

/** A safety property: holds in every state that can be reached. */
export const always = (name: string, holds: (view: View) => Verdict): Property => ({ _tag: "Always", name, holds })

/** A safety property of every transition: of a state, an action and the state after it. */
export const step = (name: string, holds: (before: View, action: Action, after: View) => Verdict): Property => ({
  _tag: "Step",
  name,
  holds
})

/** Holds in at least one state; without one the other properties may have been proved of a system that does nothing. */
export const sometimes = (name: string, holds: (view: View) => boolean): Property => ({
  _tag: "Sometimes",
  name,
  holds
})

/** Holds in every state in which nothing more can happen. */
export const terminal = (name: string, holds: (view: View) => Verdict): Property => ({ _tag: "Terminal", name, holds })

/**
 * A liveness property: from every state `from` the system gets to one of `to`, given the fairness of the named
 * actions.
 */
export const leadsTo = (
  name: string,
  of: {
    readonly from: (view: View) => boolean
    readonly to: (view: View) => boolean
    readonly fair: ReadonlyArray<Fairness>
  }
): Property => ({ _tag: "LeadsTo", name, ...of })
