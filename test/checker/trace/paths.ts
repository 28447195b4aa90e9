/** Makes traces of a system by taking actions that are described by some of their fields. */
import { compileSystem } from "../../../packages/checker/src/engine/compileSystem.ts"
import type { Action } from "../../../packages/checker/src/system/Action.ts"
import type { System } from "../../../packages/checker/src/system/System.ts"
import type { Trace } from "../../../packages/checker/src/trace/Trace.ts"

export type Fields = { readonly _tag: Action["_tag"] } & Readonly<Record<string, unknown>>

/** The first enabled action with all the fields is taken, one after the other. */
export const pathOf = (system: System, wanted: ReadonlyArray<Fields>, loopsTo: number | null = null): Trace => {
  const engine = compileSystem(system)
  let state = engine.initial.slice()
  const steps = wanted.map((fields): Action => {
    const enabled: Array<{ readonly action: Action; readonly next: Int32Array }> = []
    engine.successors(state, (code, _kind, next) => {
      enabled.push({ action: engine.describe(state, code), next: next.slice() })
    })
    const found = enabled.find(({ action }) => hasFields(action, fields))
    if (found === undefined) throw new Error(`Not enabled: ${JSON.stringify(fields)} among ${JSON.stringify(enabled)}`)
    state = Int32Array.from(found.next)
    return found.action
  })
  return { system: system.name, steps, loopsTo }
}

const hasFields = (action: Action, fields: Fields): boolean => {
  const held = new Map<string, unknown>(Object.entries(action))
  return Object.entries(fields).every(([key, value]) => JSON.stringify(held.get(key)) === JSON.stringify(value))
}
