/** What can happen in a state, as people and paths choose from it. */
import type { Engine, StateVector } from "../engine/Engine.ts"
import type { Action } from "../system/Action.ts"

export interface Edge {
  readonly action: Action
  readonly next: StateVector
}

/** In the engine's order (E1). */
export interface Choices {
  readonly edges: ReadonlyArray<Edge>
  /** What a step threw: the edges after it are not known. Null if none did. */
  readonly problem: string | null
}

export const choicesIn = (engine: Engine, state: StateVector): Choices => {
  const found: Array<{ readonly code: number; readonly next: StateVector }> = []
  const problem = problemIn(() =>
    engine.successors(state, (code, _kind, next) => {
      found.push({ code, next: next.slice() })
    })
  )
  return { edges: found.map(({ code, next }) => ({ action: engine.describe(state, code), next })), problem }
}

const problemIn = (run: () => void): string | null => {
  try {
    run()
    return null
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}
