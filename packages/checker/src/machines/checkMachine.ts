/**
 * What of a machine a model cannot have: activities, delays and child actors, which only a running actor can do.
 *
 * What hides in functions (`spawn` in an assignment, a delay in `enqueueActions`) is found by its first step instead:
 * see `machineStepper`.
 */
import type { AnyStateMachine, AnyStateNode } from "xstate"
import { afterRemedy, invokeRemedy, remedyFor } from "./activities.ts"

/** One text for each problem, with machine, state and remedy; empty if there is none. */
export const checkMachine = (machine: AnyStateMachine): ReadonlyArray<string> => problemsOf(machine, machine.root)

const problemsOf = (machine: AnyStateMachine, node: AnyStateNode): ReadonlyArray<string> => {
  const path = node.path.join(".")
  const where = `machine ${machine.id}, ${path === "" ? "its root" : `state ${path}`}`
  const invoked = node.invoke.map(({ src }) => problem(where, `invokes ${actorName(src)}`, invokeRemedy))
  const delays = Object.keys(node.config.after ?? {}).map((delay) =>
    problem(where, `waits for "after: ${delay}"`, afterRemedy)
  )
  const actions = [
    ...node.entry,
    ...node.exit,
    ...[...node.transitions.values(), node.always ?? []].flat().flatMap((transition) => transition.actions)
  ]
  return [
    ...invoked,
    ...delays,
    ...actions.filter((action) => !belongsToAfter(action)).flatMap((action) => actionProblem(machine, where, action)),
    ...Object.values(node.states).flatMap((child) => problemsOf(machine, child))
  ]
}

/** An actor that stands in the definition itself has only a name that XState has made up. */
const actorName = (src: unknown): string =>
  typeof src === "string" && !src.startsWith("xstate.") ? `the actor ${src}` : "an actor"

const problem = (where: string, what: string, remedy: string): string => `${where}, ${what}. Instead, ${remedy}.`

const actionProblem = (machine: AnyStateMachine, where: string, action: unknown): ReadonlyArray<string> => {
  const { type, delay } = builtIn(implementationOf(machine, action))
  const remedy = remedyFor(type, { delay })
  if (remedy === null) return []
  return [problem(where, `has the action ${type}${delay === undefined ? "" : ` with the delay ${delay}`}`, remedy)]
}

const implementationOf = (machine: AnyStateMachine, action: unknown): unknown => {
  const actions: Readonly<Record<string, unknown>> = machine.implementations.actions ?? {}
  if (typeof action === "string") return actions[action]
  return typeof action === "object" && action !== null && "type" in action ? actions[String(action.type)] : action
}

/** An action of XState itself is a function that has its type and options as properties. */
const builtIn = (action: unknown): { readonly type: string; readonly delay: unknown } => ({
  type: typeof action === "function" && "type" in action ? String(action.type) : "",
  delay: typeof action === "function" && "delay" in action ? action.delay : undefined
})

/** XState compiles `after` into actions of its own; the delay has been reported already. */
const belongsToAfter = (action: unknown): boolean => {
  if (typeof action !== "function") return false
  const event: unknown = "event" in action ? action.event : undefined
  const sendId: unknown = "sendId" in action ? action.sendId : undefined
  const type = typeof event === "object" && event !== null && "type" in event ? event.type : sendId
  return typeof type === "string" && type.startsWith("xstate.after.")
}
