/** Rebuilds the path to a state from how each state was reached first. */
import type { StateVector } from "../engine/Engine.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import type { Action } from "../system/Action.ts"
import type { Predecessors } from "./explore.ts"

/** Codes of the actions from the initial state to a state. */
export const codesTo = ({ parents, actions }: Predecessors, state: number): ReadonlyArray<number> => {
  const codes: Array<number> = []
  for (let at = state; at > 0; at = parents.at(at)) codes.push(actions.at(at))
  return codes.reverse()
}

/**
 * The actions of a path. With symmetry the codes name actions of the states that stand for their orbits: each is
 * followed by the first action of the real state that leads into the same orbit.
 */
export const actionsOf = (
  engine: SystemEngine,
  codes: ReadonlyArray<number>,
  canonical: ((state: StateVector) => StateVector) | null
): ReadonlyArray<Action> => {
  if (canonical === null) return codes.map((code) => engine.tables.actions.describe(code))
  let orbit = Int32Array.from(canonical(engine.initial))
  let real = Int32Array.from(engine.initial)
  return codes.map((code) => {
    const target = Int32Array.from(canonical(applied(engine, orbit, code)))
    const found = findSuccessor(engine, real, (next) => isSame(canonical(next), target))
    orbit = target
    real = found.next
    return engine.tables.actions.describe(found.code)
  })
}

const applied = (engine: SystemEngine, state: StateVector, code: number): StateVector =>
  findSuccessor(engine, state, (_, candidate) => candidate === code).next

const findSuccessor = (
  engine: SystemEngine,
  state: StateVector,
  isWanted: (next: StateVector, code: number) => boolean
): { readonly code: number; readonly next: Int32Array<ArrayBuffer> } => {
  const candidates: Array<{ readonly code: number; readonly next: Int32Array<ArrayBuffer> }> = []
  engine.successors(state, (code, _, next) => candidates.push({ code, next: Int32Array.from(next) }))
  const found = candidates.find(({ next, code }) => isWanted(next, code))
  if (found === undefined) {
    throw new Error(
      "A path that was found cannot be walked again: a symmetric group of the system is none, or a step is impure."
    )
  }
  return found
}

const isSame = (a: StateVector, b: StateVector): boolean => a.every((word, at) => word === b[at])
