/** Assignments of XState, computed and changed. */
import { assign } from "xstate"
import { type ActionConfig, isFunction, isRecord, paramsIn, type Scope } from "./MachineConfig.ts"

export type Fields = Readonly<Record<string, unknown>>

/** What an implementation assigns, as a function of scope and parameters; null if it is no assignment. */
export const assignmentOf = (implementation: unknown): ((scope: Scope, params: unknown) => Fields) | null => {
  if (!isFunction(implementation) || !("assignment" in implementation)) return null
  const { assignment } = implementation
  return (scope, params) => {
    const given = isFunction(assignment)
      ? assignment(scope, params)
      : Object.fromEntries(
          Object.entries(isRecord(assignment) ? assignment : {}).map(([field, value]) => [
            field,
            isFunction(value) ? value(scope, params) : value
          ])
        )
    return isRecord(given) ? given : {}
  }
}

/** An inline assignment: what `action` would assign, changed. */
export const changedAssignment = (
  action: ActionConfig,
  implementation: (scope: Scope, params: unknown) => Fields,
  change: (fields: Fields, scope: Scope) => Fields
): ActionConfig => inline(assign((scope: Scope) => change(implementation(scope, paramsIn(scope, action)), scope)))

/** A guard or action as XState wants it inline. */
export const inline = (action: unknown): ActionConfig => {
  if (!isFunction(action)) throw new Error("An inline action or guard is a function.")
  return action
}
