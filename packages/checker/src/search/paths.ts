/** Rebuilds the path to a state from how each state was reached first. */
import type { StateVector } from "../engine/Engine.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import { isSameState } from "../engine/sameState.ts"
import { NotSymmetric } from "../symmetry/NotSymmetric.ts"
import type { Symmetry } from "../symmetry/Symmetry.ts"
import type { Action } from "../system/Action.ts"
import { canonicalText } from "../values/canonical.ts"
import type { Predecessors } from "./explore.ts"

/** Codes of the actions from the initial state to a state. */
export const codesTo = ({ parents, actions }: Predecessors, state: number): ReadonlyArray<number> => {
  const codes: Array<number> = []
  for (let at = state; at > 0; at = parents.at(at)) codes.push(actions.at(at))
  return codes.reverse()
}

/**
 * The actions of a path. With symmetry the codes name actions of the states that stand for their orbits: what leads from
 * those to the real states renames the actions too.
 */
export const actionsOf = (
  engine: SystemEngine,
  codes: ReadonlyArray<number>,
  symmetry: Symmetry | null
): ReadonlyArray<Action> => {
  if (symmetry === null) return codes.map((code) => engine.tables.actions.describe(code))
  const { canonical, chosen, permutations, rename, renameAction, audit } = symmetry
  let representative = Int32Array.from(canonical(engine.initial))
  let toReal = permutations.inverse(chosen())
  let real = Int32Array.from(engine.initial)
  const actions = codes.map((code, position): Action => {
    if (position === codes.length - 1) audit.thoroughly(representative)
    const next = successor(engine, representative, (candidate) => candidate === code)
    const realNext = rename(next, toReal)
    const action = renameAction(engine.describe(representative, code), toReal)
    const text = canonicalText(action, "an action")
    real = successor(
      engine,
      real,
      (candidate, reached) => isSameState(reached, realNext) && textOf(engine, candidate) === text
    )
    representative = Int32Array.from(canonical(next))
    toReal = permutations.compose(permutations.inverse(chosen()), toReal)
    return action
  })
  audit.thoroughly(representative)
  return actions
}

const textOf = (engine: SystemEngine, code: number): string =>
  canonicalText(engine.tables.actions.describe(code), "an action")

const successor = (
  engine: SystemEngine,
  state: StateVector,
  isWanted: (code: number, next: StateVector) => boolean
): Int32Array<ArrayBuffer> => {
  const found: Array<Int32Array<ArrayBuffer>> = []
  engine.successors(state, (code, _, next) => {
    if (found.length === 0 && isWanted(code, next)) found.push(Int32Array.from(next))
  })
  const [next] = found
  if (next !== undefined) return next
  throw new NotSymmetric(
    `A path of ${engine.system.name} that was found among representatives is no path of the system itself: the names in ` +
      '"symmetric" are not exchangeable. Check the system with symmetry: false.'
  )
}
