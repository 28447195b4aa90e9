/**
 * Watches a machine while it is explored: which transitions it takes, which guards it asks, what it assigns and commands.
 *
 * O1 The watched machine behaves as the original: same states, same contexts, same actions with the same parameters.
 */
import { type AnyStateMachine, assign } from "xstate"
import { assignmentOf, changedAssignment, inline } from "./assignments.ts"
import { type CommandsOption, changedCommands, isCommandAction } from "./Commands.ts"
import { type FieldKind, kindsOf } from "./fieldChanges.ts"
import {
  type ActionConfig,
  configOf,
  implementationOf,
  machineOf,
  type StateConfig,
  toldGuard
} from "./MachineConfig.ts"
import { type Place, placeName, placesOf, withActions, withTransition } from "./Place.ts"

/** What was seen; it grows as long as the watched machine is stepped. */
export interface Observations {
  /** Names of the places whose guard was asked, or that were taken if they have none. */
  readonly reached: ReadonlySet<string>
  /** Lists of command names seen at an action, by its name; each once. */
  readonly commands: ReadonlyMap<string, ReadonlyArray<ReadonlyArray<string>>>
  /** Kinds of values that an assignment gave its fields, by its name. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<FieldKind>>>
}

export interface Observed<M extends AnyStateMachine = AnyStateMachine> {
  readonly machine: M
  readonly observations: Observations
  /** The places reached since it was asked last. */
  readonly takeReached: () => ReadonlySet<string>
}

/** The how-manieth action of a place, by name. */
export const actionName = (place: Place, index: number): string => `${placeName(place)}, action ${index}`

export const observe = <M extends AnyStateMachine>(original: M, commands?: CommandsOption): Observed<M> => {
  const notes = new Notes()
  const watchAction = (place: Place, action: ActionConfig, index: number): ActionConfig => {
    const name = actionName(place, index)
    if (commands !== undefined && isCommandAction(action, commands)) {
      return changedCommands(action, commands, (named) => {
        notes.commanded(
          name,
          named.map((command) => command.name)
        )
        return named
      })
    }
    const assigned = assignmentOf(implementationOf(original, action))
    if (assigned === null) return action
    return changedAssignment(action, assigned, (fields) => {
      notes.assigned(name, kindsOf(fields))
      return fields
    })
  }
  const watch = (config: StateConfig, place: Place): StateConfig => {
    const reach = (): void => notes.reach(placeName(place))
    const withGuard = withTransition(config, place, (transition) =>
      transition.guard === undefined ? transition : { ...transition, guard: toldGuard(transition.guard, reach) }
    )
    return withActions(withGuard, place, (actions) => [
      ...actions.map((action, index) => watchAction(place, action, index)),
      inline(
        assign(() => {
          reach()
          return {}
        })
      )
    ])
  }
  const config = configOf(original)
  return {
    machine: machineOf(placesOf(config).reduce(watch, config), original),
    observations: notes,
    takeReached: () => notes.takeReached()
  }
}

class Notes implements Observations {
  readonly reached = new Set<string>()
  readonly commands = new Map<string, Array<ReadonlyArray<string>>>()
  readonly fields = new Map<string, Map<string, Set<FieldKind>>>()
  #lately = new Set<string>()

  reach(place: string): void {
    this.reached.add(place)
    this.#lately.add(place)
  }

  takeReached(): ReadonlySet<string> {
    const lately = this.#lately
    this.#lately = new Set()
    return lately
  }

  commanded(action: string, names: ReadonlyArray<string>): void {
    const lists = this.commands.get(action) ?? []
    const isKnown = lists.some((list) => list.length === names.length && list.every((name, i) => name === names[i]))
    if (!isKnown) this.commands.set(action, [...lists, names])
  }

  assigned(action: string, kinds: ReadonlyArray<readonly [string, FieldKind]>): void {
    const known = this.fields.get(action) ?? new Map<string, Set<FieldKind>>()
    for (const [field, kind] of kinds) known.set(field, (known.get(field) ?? new Set()).add(kind))
    this.fields.set(action, known)
  }
}
