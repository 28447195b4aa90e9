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
 * Starts with staying in the entry, and goes on to the nearest place that any unmet condition demands until none is left;
 * then back, and on again if the way back enables what the loop does not take. What is met stays met, so there are no
 * more ways on than conditions. The result is empty if nothing fair is enabled in the entry.
 */
export const fairLoop = (set: FairSet): ReadonlyArray<PathStep> => {
  const walker = new Walker(set)
  const path: PathStep[] = []
  let last = set.entry
  for (let budget = set.strengths.length; budget >= 0; budget -= 1) {
    let unmet = unmetClasses(set, path, last)
    if (unmet.size === 0) {
      const back = walker.shortest(last, (state) => state === set.entry, none)
      const loop = [...path, ...back.steps]
      unmet = unmetClasses(set, loop, set.entry)
      if (unmet.size === 0) return loop
    }
    const isDemanded = (state: number) =>
      [...unmet].some((kind) => set.strengths[kind] === 1 && !enables(set, state, kind))
    const onward = walker.shortest(last, isDemanded, unmet)
    for (const step of onward.steps) path.push(step)
    last = onward.end
  }
  throw wrong(set, "a condition was met, and is not")
}

const none: ReadonlySet<number> = new Set()

/** The classes whose conditions a walk that ends in `last` does not meet. */
const unmetClasses = (set: FairSet, walk: ReadonlyArray<PathStep>, last: number): ReadonlySet<number> => {
  const { rows, rules, strengths } = set
  const fair = [...strengths.keys()].filter((kind) => strengths[kind] !== 0)
  const enabled = new Map<number, number>()
  const visited = new Set([...walk.map((step) => step.state), last])
  for (const state of visited) {
    for (const kind of enabledClasses(rows, rules, state, fair)) enabled.set(kind, (enabled.get(kind) ?? 0) + 1)
  }
  const taken = new Set(walk.map(({ state, edge }) => rows.classes[(rows.offsets[state] ?? 0) + edge]))
  const isMet = (kind: number) =>
    rules.judge(strengths[kind] === 2 ? 2 : 1, enabled.get(kind) ?? 0, visited.size, taken.has(kind)) === "met"
  return new Set(fair.filter((kind) => !isMet(kind)))
}

const enabledClasses = (
  rows: Rows,
  rules: FairnessRules,
  state: number,
  all: ReadonlyArray<number>
): ReadonlySet<number> => {
  const found = new Set<number>()
  const end = rows.offsets[state + 1] ?? 0
  for (let edge = rows.offsets[state] ?? 0; edge < end; edge += 1) {
    if (!isEnabling(rules, rows.states, state, rows.targets[edge] ?? 0)) continue
    const kind = rows.classes[edge] ?? 0
    if (kind !== AnyClass) found.add(kind)
    else for (const each of all) found.add(each)
  }
  return found
}

const enables = ({ rows, rules }: FairSet, state: number, kind: number): boolean =>
  enabledClasses(rows, rules, state, [kind]).has(kind)

interface Found {
  readonly steps: ReadonlyArray<PathStep>
  readonly end: number
}

/** Breadth-first searches inside the set, one after another. */
class Walker {
  readonly #set: FairSet
  readonly #queue: Int32Array
  /** The number of the search that reached a state last, and the edge and state from which it did. */
  readonly #round: Int32Array
  readonly #edge: Int32Array
  readonly #parent: Int32Array
  #rounds = 0

  constructor(set: FairSet) {
    this.#set = set
    this.#queue = new Int32Array(set.rows.states)
    this.#round = new Int32Array(set.rows.states)
    this.#edge = new Int32Array(set.rows.states)
    this.#parent = new Int32Array(set.rows.states)
  }

  /** The shortest path to a state that is wanted, or over an edge of a class that is wanted. */
  shortest(start: number, isWanted: (state: number) => boolean, wanted: ReadonlySet<number>): Found {
    if (isWanted(start)) return { steps: [], end: start }
    const { rows, part, rules, entry } = this.#set
    this.#rounds += 1
    this.#round[start] = this.#rounds
    this.#queue[0] = start
    let found = 1
    for (let next = 0; next < found; next += 1) {
      const state = this.#queue[next] ?? 0
      const first = rows.offsets[state] ?? 0
      const end = rows.offsets[state + 1] ?? 0
      for (let edge = first; edge < end; edge += 1) {
        const target = rows.targets[edge] ?? 0
        if (!isInside(rows.states, target) || part[target] !== part[entry] || !rules.isStep(state, target)) continue
        if (wanted.has(rows.classes[edge] ?? 0) || isWanted(target)) {
          return { steps: [...this.#pathTo(start, state), { state, edge: edge - first }], end: target }
        }
        if (this.#round[target] === this.#rounds) continue
        this.#round[target] = this.#rounds
        this.#edge[target] = edge - first
        this.#parent[target] = state
        this.#queue[found] = target
        found += 1
      }
    }
    throw wrong(this.#set, `there is no way on from state ${start}`)
  }

  #pathTo(start: number, end: number): ReadonlyArray<PathStep> {
    const steps: PathStep[] = []
    for (let state = end; state !== start; ) {
      const parent = this.#parent[state] ?? 0
      steps.push({ state: parent, edge: this.#edge[state] ?? 0 })
      state = parent
    }
    return steps.reverse()
  }
}

const wrong = ({ entry }: FairSet, problem: string): Error =>
  new Error(
    `liveness: ${problem}, in the fair component of state ${entry}. This is an error of the checker: report it with the system that shows it.`
  )
