/** The transitions of a machine, with names that stay the same as long as its definition does. */
import type { AnyStateMachine } from "xstate"

/** What of a transition is read and recorded; every XState transition has this shape. */
export interface Transition {
  readonly guard?: unknown
  readonly target: ReadonlyArray<{ readonly path: ReadonlyArray<string> }> | undefined
  readonly actions: ReadonlyArray<unknown>
}

export interface NamedTransition {
  /** Machine, source, event and branch, guard, target. */
  readonly name: string
  readonly transition: Transition
}

interface StateNode {
  readonly path: ReadonlyArray<string>
  readonly states: Readonly<Record<string, StateNode>>
  readonly transitions: ReadonlyMap<string, ReadonlyArray<Transition>>
  readonly always?: ReadonlyArray<Transition> | undefined
}

/** All transitions with an event, and those without one (`always`); outer states come first. */
export const transitionsOf = (
  machine: AnyStateMachine,
  guardOf: (transition: Transition) => unknown = ({ guard }) => guard
): ReadonlyArray<NamedTransition> => ofNode(machine.id, machine.root, guardOf)

const ofNode = (
  machine: string,
  node: StateNode,
  guardOf: (transition: Transition) => unknown
): ReadonlyArray<NamedTransition> => {
  const named = (event: string, transitions: ReadonlyArray<Transition>) =>
    transitions.map((transition, branch) => ({
      name: [
        `${machine} ${node.path.join(".") || "(any state)"}`,
        `${event} #${branch}`,
        guardName(guardOf(transition)),
        `-> ${transition.target?.map((target) => target.path.join(".")).join(", ") ?? "(stays)"}`
      ].join(" "),
      transition
    }))
  return [
    ...[...node.transitions].flatMap(([event, transitions]) => named(event, transitions)),
    ...named("always", node.always ?? []),
    ...Object.values(node.states).flatMap((child) => ofNode(machine, child, guardOf))
  ]
}

const guardName = (guard: unknown): string => {
  if (guard === undefined) return "[]"
  if (typeof guard === "string") return `[${guard}]`
  return typeof guard === "object" && guard !== null && "type" in guard ? `[${String(guard.type)}]` : "[inline]"
}
