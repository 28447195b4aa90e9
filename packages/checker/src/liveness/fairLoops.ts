/**
 * Finds the states on fair loops inside a part of a graph: emptiness of a Streett condition. A strongly connected
 * component in which a strongly fair class is enabled but never taken loses the states that enable it, and what is left
 * is decomposed again.
 */
import { Components } from "./components.ts"
import { type FairnessRules, isEnabling } from "./fairnessRules.ts"
import { AnyClass, isInside, type Rows } from "./StateGraph.ts"

export interface FairLoops {
  /** 1 for each state on a fair loop. */
  readonly isFair: Uint8Array
  /** States on fair loops with the same label can be visited by one fair loop, all of them. */
  readonly part: Int32Array
}

interface Piece {
  readonly states: Int32Array
  readonly label: number
}

/** @param region the states in which the loops have to stay */
export const fairLoops = (rows: Rows, region: Int32Array, strengths: Uint8Array, rules: FairnessRules): FairLoops => {
  const part = new Int32Array(rows.states)
  for (const state of region) part[state] = 1
  const isFair = new Uint8Array(rows.states)
  const components = new Components(rows, part)
  const census = new Census(rows, part, strengths, rules)
  const pieces: Piece[] = [{ states: region, label: 1 }]
  let labels = 1
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    components.decompose(piece.states, piece.label, (start, end) => {
      labels += 1
      const members = components.stack.subarray(start, end)
      for (const state of members) part[state] = labels
      const verdict = census.take(members, labels)
      if (verdict === "met") for (const state of members) isFair[state] = 1
      if (verdict !== "avoid") return
      labels += 1
      const states = members.filter((state) => !census.enablesAvoided(state))
      for (const state of members) part[state] = 0
      for (const state of states) part[state] = labels
      pieces.push({ states, label: labels })
    })
  }
  return { isFair, part }
}

/** Counts, for one component at a time, where its fair classes are enabled and whether they are taken. */
class Census {
  readonly #rows: Rows
  readonly #part: Int32Array
  readonly #strengths: Uint8Array
  readonly #rules: FairnessRules
  readonly #fair: ReadonlyArray<number>
  /** By class: in how many of the states it is enabled. */
  readonly #enabled: Int32Array
  readonly #isTaken: Uint8Array
  readonly #isAvoided: Uint8Array
  /** By class: the count of states when it was last seen enabled, so that no state counts twice. */
  readonly #seenAt: Float64Array
  /** Classes with something in the tables above. */
  readonly #touched: number[] = []
  readonly #avoided: number[] = []
  #counted = 0

  constructor(rows: Rows, part: Int32Array, strengths: Uint8Array, rules: FairnessRules) {
    this.#rows = rows
    this.#part = part
    this.#strengths = strengths
    this.#rules = rules
    this.#fair = [...strengths.keys()].filter((index) => strengths[index] !== 0)
    this.#enabled = new Int32Array(strengths.length)
    this.#isTaken = new Uint8Array(strengths.length)
    this.#isAvoided = new Uint8Array(strengths.length)
    this.#seenAt = new Float64Array(strengths.length)
  }

  /** Judges a loop through all of the states, which carry the label. */
  take(states: Int32Array, label: number): "met" | "avoid" | "hopeless" {
    for (const index of this.#avoided) this.#isAvoided[index] = 0
    this.#avoided.length = 0
    for (const state of states) this.#countState(state, label)
    let isHopeless = false
    for (const index of this.#touched) {
      const strength = this.#strengths[index] === 2 ? 2 : 1
      const judgement = this.#rules.judge(
        strength,
        this.#enabled[index] ?? 0,
        states.length,
        this.#isTaken[index] === 1
      )
      if (judgement === "hopeless") isHopeless = true
      if (judgement === "avoid") {
        this.#avoided.push(index)
        this.#isAvoided[index] = 1
      }
      this.#enabled[index] = 0
      this.#isTaken[index] = 0
    }
    this.#touched.length = 0
    if (isHopeless) return "hopeless"
    return this.#avoided.length > 0 ? "avoid" : "met"
  }

  /** Whether the state enables a class that the component judged last has to avoid. */
  enablesAvoided(state: number): boolean {
    const { offsets, targets, classes, states } = this.#rows
    const end = offsets[state + 1] ?? 0
    for (let edge = offsets[state] ?? 0; edge < end; edge += 1) {
      if (!isEnabling(this.#rules, states, state, targets[edge] ?? 0)) continue
      const index = classes[edge] ?? 0
      if (index === AnyClass || this.#isAvoided[index] === 1) return true
    }
    return false
  }

  #countState(state: number, label: number): void {
    const { offsets, targets, classes, states } = this.#rows
    this.#counted += 1
    const end = offsets[state + 1] ?? 0
    for (let edge = offsets[state] ?? 0; edge < end; edge += 1) {
      const target = targets[edge] ?? 0
      if (!isEnabling(this.#rules, states, state, target)) continue
      const index = classes[edge] ?? 0
      if (index === AnyClass) for (const each of this.#fair) this.#countEnabled(each)
      else if (this.#strengths[index] !== 0) {
        this.#countEnabled(index)
        if (isInside(states, target) && this.#part[target] === label) this.#isTaken[index] = 1
      }
    }
  }

  #countEnabled(index: number): void {
    if (this.#seenAt[index] === this.#counted) return
    this.#seenAt[index] = this.#counted
    if (this.#enabled[index] === 0) this.#touched.push(index)
    this.#enabled[index] = (this.#enabled[index] ?? 0) + 1
  }
}
