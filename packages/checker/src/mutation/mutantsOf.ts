/**
 * All small mistakes that can be made mechanically in the definition of a machine, each as a machine of its own.
 *
 * U1 The original is left as it is; a mutant differs from it in one mistake.
 * U2 The same definition and observations give the same mutants in the same order; no two have the same name.
 */
import type { AnyStateMachine } from "xstate"
import { actionMutations } from "./actionMutations.ts"
import type { CommandsOption } from "./Commands.ts"
import { configOf, machineOf, type StateConfig } from "./MachineConfig.ts"
import type { Mutation, MutationOperator } from "./Mutation.ts"
import type { Observations } from "./observe.ts"
import { type Place, placeName, placesOf } from "./Place.ts"
import { eventMutations, transitionMutations } from "./transitionMutations.ts"

export interface MutantsOptions {
  /** Actions whose parameters are lists of commands; without it they are only dropped as a whole. */
  readonly commands?: CommandsOption
  /** What was seen of the machine: without it, only commands that stand in the definition as such are changed. */
  readonly observations?: Observations
  /** How many other targets are tried for a transition; default 3. */
  readonly targetsMax?: number
}

export interface Mutant<M extends AnyStateMachine = AnyStateMachine> {
  /** Machine, state, event, branch, operator, detail. */
  readonly name: string
  readonly operator: MutationOperator
  /** What does not reach one of these places behaves as the original. */
  readonly places: ReadonlyArray<Place>
  readonly machine: M
  /** The same mistake in a machine that has another one already, but not at the same place. */
  readonly onto: (machine: M) => M
}

export const mutantsOf = <M extends AnyStateMachine>(
  machine: M,
  options: MutantsOptions = {}
): ReadonlyArray<Mutant<M>> => {
  const config = configOf(machine)
  const { commands, observations, targetsMax = 3 } = options
  const mutations: ReadonlyArray<Mutation> = [
    ...placesOf(config).flatMap((place) => [
      ...transitionMutations(machine, config, place, targetsMax),
      ...actionMutations(machine, config, place, { commands, observations })
    ]),
    ...statesOf(config).flatMap(({ path, state }) => eventMutations(state, path))
  ]
  return mutations.map((mutation) => ({
    name: nameOf(machine, mutation),
    operator: mutation.operator,
    places: mutation.places,
    machine: machineOf(mutation.apply(config), machine),
    onto: (other) => machineOf(mutation.apply(configOf(other)), other)
  }))
}

const nameOf = (machine: AnyStateMachine, { operator, places, detail }: Mutation): string => {
  const [first] = places
  const where = first === undefined ? "" : places.length > 1 ? eventName(first) : placeName(first)
  return `${machine.id} ${where}: ${operator}${detail === "" ? "" : ` ${detail}`}`
}

const eventName = ({ state, event }: Place): string => `${state.join(".") || "(any state)"} ${event}`

const statesOf = (
  state: StateConfig,
  path: ReadonlyArray<string> = []
): ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly state: StateConfig }> => [
  { path, state },
  ...Object.entries(state.states).flatMap(([key, child]) => statesOf(child, [...path, key]))
]
