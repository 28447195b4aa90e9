/** Makes one loop that meets every fairness condition, out of a set of states in which there is one. */
import { type FairnessRules, isEnabling } from "./fairnessRules.ts"
import type { PathStep } from "./reachability.ts"
import { AnyClass, isInside, type Rows } from "./StateGraph.ts"

/** The set: the states that carry the label of `entry` in `part`. */
export interface FairSet {
  readonly rows: Rows
  readonly part: Int32Array
  readonly entry: number
  readonly strengths: Uint8Array
  readonly rules: FairnessRules
}

/**
 * Starts with staying in the entry, and goes on to what the first unmet condition demands until none is left; what a
 * longer loop enables anew is demanded then. The result is empty if nothing fair is enabled in the entry.
 */
export const fairLoop = (set: FairSet): ReadonlyArray<PathStep> => {
  const path: PathStep[] = []
  let last = set.entry
  for (;;) {
    const back = shortest(set, last, (state) => state === set.entry, null)
    const unmet = firstUnmet(set, [...path, ...back.steps])
    if (unmet === null) return [...path, ...back.steps]
    const onward = shortest(set, last, (state) => set.strengths[unmet] === 1 && !enables(set, state, unmet), unmet)
    path.push(...onward.steps)
    last = onward.end
  }
}

/** The first class whose condition a loop does not meet. */
const firstUnmet = (set: FairSet, loop: ReadonlyArray<PathStep>): number | null => {
  const { rows, rules, strengths } = set
  const visited = new Set([set.entry, ...loop.map((step) => step.state)])
  const taken = new Set(loop.map(({ state, edge }) => rows.classes[(rows.offsets[state] ?? 0) + edge]))
  for (const [index, strength] of strengths.entries()) {
    if (strength === 0) continue
    const enabled = [...visited].filter((state) => enables(set, state, index)).length
    if (rules.judge(strength === 2 ? 2 : 1, enabled, visited.size, taken.has(index)) !== "met") return index
  }
  return null
}

const enables = ({ rows, rules }: FairSet, state: number, index: number): boolean => {
  const end = rows.offsets[state + 1] ?? 0
  for (let edge = rows.offsets[state] ?? 0; edge < end; edge += 1) {
    const found = rows.classes[edge]
    if (found !== index && found !== AnyClass) continue
    if (isEnabling(rules, rows.states, state, rows.targets[edge] ?? 0)) return true
  }
  return false
}

interface Found {
  readonly steps: ReadonlyArray<PathStep>
  readonly end: number
}

/** The shortest path inside the set to a state that is wanted, or over an edge of the class that is wanted. */
const shortest = (set: FairSet, start: number, isWanted: (state: number) => boolean, wanted: number | null): Found => {
  const { rows, part, rules } = set
  if (isWanted(start)) return { steps: [], end: start }
  const arrivals = new Map<number, PathStep | null>([[start, null]])
  for (const state of arrivals.keys()) {
    const first = rows.offsets[state] ?? 0
    const end = rows.offsets[state + 1] ?? 0
    for (let edge = first; edge < end; edge += 1) {
      const target = rows.targets[edge] ?? 0
      if (!isInside(rows.states, target) || part[target] !== part[set.entry] || !rules.isStep(state, target)) continue
      const step = { state, edge: edge - first }
      if (rows.classes[edge] === wanted || isWanted(target)) {
        return { steps: [...pathTo(arrivals, state), step], end: target }
      }
      if (!arrivals.has(target)) arrivals.set(target, step)
    }
  }
  throw new Error(
    `liveness: no way on from state ${start} inside its fair component; this is an error of the checker: report it with the system that shows it`
  )
}

const pathTo = (arrivals: ReadonlyMap<number, PathStep | null>, end: number): ReadonlyArray<PathStep> => {
  const steps: PathStep[] = []
  for (let step = arrivals.get(end) ?? null; step !== null; step = arrivals.get(step.state) ?? null) steps.push(step)
  return steps.reverse()
}
