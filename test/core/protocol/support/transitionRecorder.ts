/** Records which transitions of a machine are taken, by an assignment that changes nothing. */
import { type AnyStateMachine, assign } from "xstate"

interface Transition {
  readonly guard?: unknown
  readonly target: ReadonlyArray<StateNode> | undefined
  readonly actions: ReadonlyArray<unknown>
}

interface StateNode {
  readonly path: ReadonlyArray<string>
  readonly states: Readonly<Record<string, StateNode>>
  readonly transitions: ReadonlyMap<string, ReadonlyArray<Transition>>
  readonly always?: ReadonlyArray<Transition> | undefined
}

/** How often each transition was taken, by name: machine, source, event, branch, guard, target. */
export type TransitionCounts = ReadonlyMap<string, number>

/** Counts from now on. The machine is changed for good: use it only in a test file of its own. */
export const recordTransitions = (machine: AnyStateMachine): TransitionCounts => {
  const counts = new Map<string, number>()
  for (const { name, transition } of transitionsOf(machine.id, machine.root)) {
    counts.set(name, 0)
    const count = assign(() => {
      counts.set(name, (counts.get(name) ?? 0) + 1)
      return {}
    })
    Object.assign(transition, { actions: [...transition.actions, count] })
  }
  return counts
}

const transitionsOf = (
  machine: string,
  node: StateNode
): ReadonlyArray<{ readonly name: string; readonly transition: Transition }> => {
  const named = (event: string, transitions: ReadonlyArray<Transition>) =>
    transitions.map((transition, branch) => ({
      name: [
        `${machine} ${node.path.join(".") || "(any state)"}`,
        `${event} #${branch}`,
        guardOf(transition),
        `-> ${transition.target?.map((target) => target.path.join(".")).join(", ") ?? "(stays)"}`
      ].join(" "),
      transition
    }))
  return [
    ...[...node.transitions].flatMap(([event, transitions]) => named(event, transitions)),
    ...named("always", node.always ?? []),
    ...Object.values(node.states).flatMap((child) => transitionsOf(machine, child))
  ]
}

const guardOf = ({ guard }: Transition): string => {
  if (guard === undefined) return "[]"
  if (typeof guard === "string") return `[${guard}]`
  return typeof guard === "object" && guard !== null && "type" in guard ? `[${String(guard.type)}]` : "[inline]"
}
