/** Machines and their snapshots as the explorer draws them. */
import type { AnyMachineSnapshot, AnyStateMachine, AnyTransitionDefinition, StateValue } from "xstate"
import type { Message } from "../system/Effect.ts"
import type { ChartDefinition, ChartNode, ChartTransition } from "./documents.ts"

type StateNode = AnyStateMachine["root"]

export const chartOf = (machine: AnyStateMachine): ChartDefinition => ({
  id: machine.id,
  root: nodeOf(machine.root, false)
})

const nodeOf = (state: StateNode, isInitial: boolean): ChartNode => ({
  id: state.id,
  key: state.type === "history" ? `${state.key} (${state.history === "deep" ? "H*" : "H"})` : state.key,
  type: state.type,
  isInitial,
  description: state.description ?? null,
  children: Object.values(state.states).map((child) =>
    nodeOf(child, state.type === "parallel" || state.initial?.target?.includes(child) === true)
  ),
  transitions: transitionsOf(state).map((transition) => chartTransitionOf(transition, state))
})

/** In the order of their definition: of the branches of one event the first whose guard holds is taken. */
const transitionsOf = (state: StateNode): ReadonlyArray<AnyTransitionDefinition> => [
  ...[...state.transitions.values()].flat(),
  ...(state.always ?? [])
]

const chartTransitionOf = (transition: AnyTransitionDefinition, state: StateNode): ChartTransition => {
  const guard = transition.guard === undefined ? "" : ` [${guardText(transition.guard)}]`
  return {
    id: transitionIdOf(transition),
    label: `${eventText(transition.eventType, state)}${guard}`,
    targets: (transition.target ?? []).map(({ id }) => id)
  }
}

const transitionIdOf = (transition: AnyTransitionDefinition): string =>
  `${transition.source.id}#${transitionsOf(transition.source).indexOf(transition)}`

const eventText = (event: string, state: StateNode): string => {
  if (event === "") return "always"
  if (event === "*") return "any other event"
  return event.startsWith("xstate.done.state.") ? `${state.key} done` : event
}

const guardText = (guard: unknown): string => {
  if (typeof guard === "string") return guard
  if (typeof guard === "object" && guard !== null && "type" in guard) return String(guard.type)
  if (typeof guard !== "function") return "guard"
  const parts = "guards" in guard && Array.isArray(guard.guards) ? guard.guards.map(guardText) : []
  if (parts.length === 0) return guard.name === "" || guard.name === "guard" ? "inline" : guard.name
  return guard.name === "not" ? `not ${parts[0]}` : parts.join(` ${guard.name} `)
}

/** Ids of the nodes that a snapshot is in, the root first. */
export const activeNodesOf = (machine: AnyStateMachine, snapshot: AnyMachineSnapshot): ReadonlyArray<string> => [
  machine.root.id,
  ...activeBelow(machine.root, snapshot.value)
]

const activeBelow = (state: StateNode, value: StateValue): ReadonlyArray<string> => {
  if (typeof value === "string") {
    const child = state.states[value]
    return child === undefined ? [] : [child.id]
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const child = state.states[key]
    return child === undefined || inner === undefined ? [] : [child.id, ...activeBelow(child, inner)]
  })
}

/**
 * Ids of the transitions that an event takes in a snapshot. None where the event does not speak to this machine: a
 * component may translate what it receives, and its parts are told something else.
 */
export const takenTransitions = (
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: Message
): ReadonlyArray<string> => {
  try {
    return machine.getTransitionData(snapshot, event).map(transitionIdOf)
  } catch {
    // A guard that reads what this event does not have: it was meant for another part.
    return []
  }
}
