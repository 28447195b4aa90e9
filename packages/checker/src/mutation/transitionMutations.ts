/** Mistakes in the transitions of a machine: dropped, led elsewhere, guarded wrongly, an event unheard. */
import { type AnyStateMachine, type AnyStateNode } from "xstate"
import { negated, type StateConfig } from "./MachineConfig.ts"
import type { Mutation } from "./Mutation.ts"
import { type Place, placeName, transitionAt, withTransition } from "./Place.ts"

export const transitionMutations = (
  machine: AnyStateMachine,
  config: StateConfig,
  place: Place,
  targetsMax: number
): ReadonlyArray<Mutation> => {
  const transition = transitionAt(config, place)
  if (transition === undefined) return []
  const { guard } = transition
  const dropped: Mutation = {
    operator: "transition dropped",
    places: [place],
    detail: "",
    apply: (whole) => withTransition(whole, place, () => null)
  }
  const guarded: ReadonlyArray<Mutation> =
    guard === undefined
      ? []
      : [
          {
            operator: "guard negated",
            places: [place],
            detail: "",
            apply: (whole) => withTransition(whole, place, (found) => ({ ...found, guard: negated(guard) }))
          },
          {
            operator: "guard removed",
            places: [place],
            detail: "",
            apply: (whole) => withTransition(whole, place, ({ guard: _, ...unguarded }) => unguarded)
          }
        ]
  return [dropped, ...targetMutations(machine, place, targetsMax), ...guarded]
}

/** All alternatives of an event at once, where there are several. */
export const eventMutations = (config: StateConfig, state: ReadonlyArray<string>): ReadonlyArray<Mutation> =>
  Object.entries(config.on).flatMap(([event, transitions]): ReadonlyArray<Mutation> => {
    const places = transitions.map((_, branch): Place => ({ state, kind: "on", event, branch }))
    if (places.length < 2) return []
    return [
      {
        operator: "event unhandled",
        places,
        detail: "",
        // From the last one on, so that the others keep their numbers.
        apply: (whole) => places.toReversed().reduce((next, place) => withTransition(next, place, () => null), whole)
      }
    ]
  })

const targetMutations = (machine: AnyStateMachine, place: Place, targetsMax: number): ReadonlyArray<Mutation> => {
  const target = targetOf(machine, place)
  if (target === null) return []
  const elsewhere = siblings(target, targetsMax).map(
    (sibling): Mutation => ({
      operator: "target swapped",
      places: [place],
      detail: `to ${sibling.path.join(".")}`,
      apply: (whole) => withTransition(whole, place, (found) => ({ ...found, target: `#${sibling.id}` }))
    })
  )
  // A transition without an event that leads nowhere would be taken for ever.
  if (place.kind === "always") return elsewhere
  const nowhere: Mutation = {
    operator: "target swapped",
    places: [place],
    detail: "to nowhere",
    apply: (whole) => withTransition(whole, place, ({ target: _, ...found }) => found)
  }
  return [nowhere, ...elsewhere]
}

const targetOf = (machine: AnyStateMachine, place: Place): AnyStateNode | null => {
  const source = place.state.reduce<AnyStateNode | undefined>((node, key) => node?.states[key], machine.root)
  if (source === undefined) throw new Error(`Machine ${machine.id} has no state for ${placeName(place)}.`)
  const all: ReadonlyArray<{ readonly target: ReadonlyArray<AnyStateNode> | undefined }> =
    place.kind === "always"
      ? (source.always ?? [])
      : (source.transitions.get(place.kind === "onDone" ? `xstate.done.state.${source.id}` : place.event) ?? [])
  const targets = all[place.branch]?.target ?? []
  return targets.length === 1 ? (targets[0] ?? null) : null
}

/** Some of the states beside a target, spread evenly over those that follow it, round and round. */
const siblings = (target: AnyStateNode, max: number): ReadonlyArray<AnyStateNode> => {
  const { parent } = target
  if (parent === undefined || parent.type === "parallel") return []
  const children: ReadonlyArray<AnyStateNode> = Object.values(parent.states)
  const at = children.indexOf(target)
  const others = [...children.slice(at + 1), ...children.slice(0, at)].filter(({ type }) => type !== "history")
  return others.length <= max
    ? others
    : Array.from({ length: max }, (_, index) => others[Math.floor((index * others.length) / max)]).filter(
        (node) => node !== undefined
      )
}
