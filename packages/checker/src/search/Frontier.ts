/** The states that are still to be explored, in the order of a strategy. */
import type { StateVector } from "../engine/Engine.ts"
import { IntList } from "../values/IntList.ts"
import { VectorQueue } from "../visited/VectorQueue.ts"
import type { Visited } from "../visited/Visited.ts"

export interface Frontier {
  readonly push: (index: number, state: StateVector) => void
  /** The index of the next state, read into `into`; -1 if there is none. */
  readonly take: (into: StateVector) => number
}

export const makeFrontier = (strategy: "breadth-first" | "depth-first", visited: Visited, width: number): Frontier => {
  if (strategy === "depth-first") return visited.mode === "exact" ? indexStack(visited) : vectorStack(width)
  return visited.mode === "exact" ? everyIndex(visited) : vectorQueue(width)
}

/** States are indexed in the order in which they are found: that is the breadth-first order. */
const everyIndex = (visited: Visited): Frontier => {
  let next = 0
  return {
    push: () => {},
    take: (into) => {
      if (next === visited.count) return -1
      visited.load(next, into)
      return next++
    }
  }
}

const vectorQueue = (width: number): Frontier => {
  const queue = new VectorQueue(width)
  let next = 0
  return {
    push: (_, state) => queue.push(state),
    take: (into) => (queue.shift(into) ? next++ : -1)
  }
}

const indexStack = (visited: Visited): Frontier => {
  const indexes = new IntList({ holder: "frontier" })
  return {
    push: (index) => indexes.push(index),
    take: (into) => {
      const index = indexes.pop()
      if (index >= 0) visited.load(index, into)
      return index
    }
  }
}

const vectorStack = (width: number): Frontier => {
  const indexes = new IntList({ holder: "frontier" })
  const words = new IntList({ holder: "frontier" })
  return {
    push: (index, state) => {
      indexes.push(index)
      for (const word of state) words.push(word)
    },
    take: (into) => {
      const index = indexes.pop()
      if (index >= 0) for (let at = width - 1; at >= 0; at--) into[at] = words.pop()
      return index
    }
  }
}
