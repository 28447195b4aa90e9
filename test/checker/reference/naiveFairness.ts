/** Whether something can be owed for ever, fairly: by plain fixpoints over sets of states, for graphs of some hundreds. */

export interface Demand {
  readonly strength: "weak" | "strong"
  readonly kind: string
}

export interface FairnessQuestion {
  /** The steps of each state: those that lead elsewhere. */
  readonly steps: ReadonlyArray<ReadonlyArray<{ readonly target: number; readonly kind: string }>>
  readonly isEnabled: (state: number, kind: string) => boolean
  readonly owes: (state: number) => boolean
  readonly pays: (state: number) => boolean
  readonly demands: ReadonlyArray<Demand>
}

/**
 * The greatest set of unpaying states in which each can go on, inside the set, to what every weakly fair kind demands,
 * and either does not enable a strongly fair kind or can go on, inside the set, to where it is taken: a behaviour that
 * can go no deeper into this set may go round where it is, and visit everything there.
 */
export const canOweForEver = ({ steps, isEnabled, owes, pays, demands }: FairnessQuestion): boolean => {
  const leadingTo = (inside: ReadonlySet<number>, goals: ReadonlyArray<number>): Set<number> => {
    const found = new Set(goals)
    for (let size = -1; size !== found.size; ) {
      size = found.size
      for (const state of inside) if (steps[state]?.some(({ target }) => found.has(target))) found.add(state)
    }
    return found
  }
  const unpaying = new Set([...steps.keys()].filter((state) => !pays(state)))
  let set = unpaying
  for (let size = -1; size !== set.size; ) {
    size = set.size
    for (const { strength, kind } of demands) {
      const inside = set
      const isTaken = (state: number) =>
        steps[state]?.some((step) => step.kind === kind && inside.has(step.target)) === true
      const goals = [...inside].filter((state) => isTaken(state) || (strength === "weak" && !isEnabled(state, kind)))
      const goesOn = leadingTo(inside, goals)
      set = new Set(
        [...inside].filter((state) => goesOn.has(state) || (strength === "strong" && !isEnabled(state, kind)))
      )
    }
  }
  const reached = leadingTo(unpaying, [...set])
  return [...unpaying].some((state) => owes(state) && reached.has(state))
}
