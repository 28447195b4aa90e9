/** Strongly connected components of a part of a graph: Tarjan's algorithm without recursion, in linear time. */
import { isInside, type Rows } from "./StateGraph.ts"

/** Called for each component with the range of {@link Components.stack} that holds its states. */
export type VisitComponent = (start: number, end: number) => void

/**
 * Decomposes parts of one graph, one after another. A part is the set of states that carry its label in `part`; the
 * visitor of a component must give each of its states another label.
 */
export class Components {
  readonly stack: Int32Array
  readonly #rows: Rows
  readonly #part: Int32Array
  /** Number in order of discovery; 0 for a state not discovered yet. */
  readonly #order: Int32Array
  readonly #low: Int32Array
  /** The path from the root to the state under work, and the next edge of each of its states. */
  readonly #path: Int32Array
  readonly #cursor: Uint32Array
  #discovered = 0
  #stacked = 0
  #depth = 0

  constructor(rows: Rows, part: Int32Array) {
    this.#rows = rows
    this.#part = part
    this.stack = new Int32Array(rows.states)
    this.#order = new Int32Array(rows.states)
    this.#low = new Int32Array(rows.states)
    this.#path = new Int32Array(rows.states)
    this.#cursor = new Uint32Array(rows.states)
  }

  /** Visits all components of the part with this label; `states` are its states, perhaps with others. */
  decompose(states: Int32Array, label: number, visit: VisitComponent): void {
    this.#discovered = 0
    for (const state of states) if (this.#part[state] === label) this.#order[state] = 0
    for (const root of states) {
      if (this.#part[root] === label && this.#order[root] === 0) this.#explore(root, label, visit)
    }
  }

  #explore(root: number, label: number, visit: VisitComponent): void {
    const { offsets, targets, states } = this.#rows
    const part = this.#part
    const order = this.#order
    const low = this.#low
    this.#discover(root)
    while (this.#depth > 0) {
      const top = this.#depth - 1
      const state = this.#path[top] ?? 0
      const edge = this.#cursor[top] ?? 0
      if (edge < (offsets[state + 1] ?? 0)) {
        this.#cursor[top] = edge + 1
        const target = targets[edge] ?? 0
        if (!isInside(states, target) || part[target] !== label) continue
        const found = order[target] ?? 0
        if (found === 0) this.#discover(target)
        else if (found < (low[state] ?? 0)) low[state] = found
        continue
      }
      this.#depth = top
      const reached = low[state] ?? 0
      if (reached === order[state]) this.#complete(state, visit)
      if (top > 0) {
        const parent = this.#path[top - 1] ?? 0
        if (reached < (low[parent] ?? 0)) low[parent] = reached
      }
    }
  }

  #discover(state: number): void {
    this.#discovered += 1
    this.#order[state] = this.#discovered
    this.#low[state] = this.#discovered
    this.stack[this.#stacked] = state
    this.#stacked += 1
    this.#path[this.#depth] = state
    this.#cursor[this.#depth] = this.#rows.offsets[state] ?? 0
    this.#depth += 1
  }

  /** The states found since the root of a component, and not in another one, are its members. */
  #complete(root: number, visit: VisitComponent): void {
    const end = this.#stacked
    let start = end - 1
    while (this.stack[start] !== root) start -= 1
    this.#stacked = start
    visit(start, end)
  }
}
