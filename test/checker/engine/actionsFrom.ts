/** Walks a small system by hand: what is enabled, and what comes of it. */
import { compileSystem } from "../../../packages/checker/src/engine/compileSystem.ts"
import type { Action, System, View } from "../../../packages/checker/src/index.ts"

export interface Enabled {
  readonly action: Action
  readonly take: () => Position
}

export interface Position {
  readonly view: View
  readonly enabled: ReadonlyArray<Enabled>
  /** Takes the only enabled action whose description has all these fields. */
  readonly take: (fields: Partial<Record<string, unknown>>) => Position
}

export const startOf = (system: System): Position => {
  const engine = compileSystem(system)
  const at = (state: Int32Array): Position => {
    const enabled: Array<Enabled> = []
    engine.successors(state, (code, _, next) => {
      const copy = Int32Array.from(next)
      enabled.push({ action: engine.describe(state, code), take: () => at(copy) })
    })
    return {
      view: engine.view(state),
      enabled,
      take: (fields) => {
        const found = enabled.filter(({ action }) => hasFields(action, fields))
        const [only] = found
        if (only === undefined || found.length > 1) {
          const all = enabled.map(({ action }) => JSON.stringify(action)).join("\n")
          throw new Error(`${found.length} actions are like ${JSON.stringify(fields)}; enabled:\n${all}`)
        }
        return only.take()
      }
    }
  }
  return at(Int32Array.from(engine.initial))
}

const hasFields = (action: Action, fields: Partial<Record<string, unknown>>): boolean => {
  const held = new Map(Object.entries(action))
  return Object.entries(fields).every(([key, value]) => JSON.stringify(held.get(key)) === JSON.stringify(value))
}
