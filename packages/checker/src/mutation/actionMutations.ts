/** Mistakes in what a machine does: commands lost, doubled or out of order, assignments left out or wrong by one. */
import type { AnyStateMachine } from "xstate"
import { assignmentOf, changedAssignment, type Fields } from "./assignments.ts"
import { type CommandsOption, changedCommands, isCommandAction, type NamedCommand } from "./Commands.ts"
import { changesOf, withField, withoutField } from "./fieldChanges.ts"
import {
  type ActionConfig,
  implementationOf,
  isFunction,
  type Named,
  type Scope,
  type StateConfig
} from "./MachineConfig.ts"
import type { Mutation, MutationOperator } from "./Mutation.ts"
import { actionName, type Observations } from "./observe.ts"
import { actionsAt, type Place, withActions } from "./Place.ts"

export interface ActionMutationOptions {
  readonly commands: CommandsOption | undefined
  readonly observations: Observations | undefined
}

export const actionMutations = (
  machine: AnyStateMachine,
  config: StateConfig,
  place: Place,
  options: ActionMutationOptions
): ReadonlyArray<Mutation> => {
  const actions = actionsAt(config, place)
  const single = actions.flatMap((action, index) => mutationsOfAction(machine, place, action, index, options))
  const isWhole = place.kind === "entry" || place.kind === "exit"
  const parts = new Set(single.filter(({ operator }) => operator.endsWith("dropped")).map(({ detail }) => detail))
  if (!isWhole || parts.size < 2) return single
  return [
    ...single,
    {
      operator: "entry or exit dropped",
      places: [place],
      detail: "",
      apply: (all) => withActions(all, place, () => [])
    }
  ]
}

const mutationsOfAction = (
  machine: AnyStateMachine,
  place: Place,
  action: ActionConfig,
  index: number,
  { commands, observations }: ActionMutationOptions
): ReadonlyArray<Mutation> => {
  const called = `action ${index} (${typeof action === "function" ? "inline" : action.type})`
  const mutation = (operator: MutationOperator, what: string, change: ActionConfig | null): Mutation => ({
    operator,
    places: [place],
    detail: what === "" ? called : `${called}: ${what}`,
    apply: (whole) =>
      withActions(whole, place, (actions) =>
        actions.flatMap((other, at) => (at === index ? (change === null ? [] : [change]) : [other]))
      )
  })
  if (commands !== undefined && isCommandAction(action, commands)) {
    const lists = observations?.commands.get(actionName(place, index)) ?? visibleCommands(action, commands)
    return commandMutations(lists).map(({ operator, detail, change }) =>
      mutation(operator, detail, changedCommands(action, commands, change))
    )
  }
  const assigned = assignmentOf(implementationOf(machine, action))
  if (assigned === null) return [mutation("action dropped", "", null)]
  const fields = observations?.fields.get(actionName(place, index)) ?? new Map()
  const roots = new Set([...fields.keys()].map((field) => field.split(".")[0] ?? field))
  const changed = (change: (fields: Fields, scope: Scope) => Fields) => changedAssignment(action, assigned, change)
  return [
    mutation("assignment dropped", "", null),
    ...(roots.size < 2
      ? []
      : [...roots].map((field) =>
          mutation(
            "assignment dropped",
            `${field} left as it is`,
            changed((given) => withoutField(given, field))
          )
        )),
    ...[...fields].flatMap(([field, kinds]) =>
      changesOf(kinds).map(({ name, apply }) =>
        mutation(
          "assignment off by one",
          `${field}: ${name}`,
          changed((given) => withField(given, field, apply))
        )
      )
    )
  ]
}

/** The commands of an action that has them as they are, not as a function. */
const visibleCommands = (action: Named, option: CommandsOption): ReadonlyArray<ReadonlyArray<string>> =>
  isFunction(action.params) || !Array.isArray(action.params)
    ? []
    : [action.params.map((command: unknown) => option.nameOf(command))]

interface CommandMutation {
  readonly operator: MutationOperator
  readonly detail: string
  readonly change: (commands: ReadonlyArray<NamedCommand>) => ReadonlyArray<NamedCommand>
}

const commandMutations = (lists: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<CommandMutation> => {
  const names = [...new Set(lists.flat())]
  const pairs = new Map(lists.flatMap(adjacent).map((pair) => [pair.join(", "), pair]))
  return [
    ...names.map(
      (name): CommandMutation => ({
        operator: "command dropped",
        detail: name,
        change: (commands) => commands.filter((command) => command.name !== name)
      })
    ),
    ...names.map(
      (name): CommandMutation => ({
        operator: "command doubled",
        detail: name,
        change: (commands) => commands.flatMap((command) => (command.name === name ? [command, command] : [command]))
      })
    ),
    ...[...pairs].map(
      ([detail, [first, second]]): CommandMutation => ({
        operator: "commands reordered",
        detail,
        change: (commands) => exchanged(commands, first, second)
      })
    )
  ]
}

const adjacent = (list: ReadonlyArray<string>): ReadonlyArray<readonly [string, string]> =>
  list.slice(1).map((second, index) => [list[index] ?? second, second])

/** The list with two neighbours in the other order, where they are neighbours. */
const exchanged = (
  commands: ReadonlyArray<NamedCommand>,
  first: string,
  second: string
): ReadonlyArray<NamedCommand> => {
  const at = commands.findIndex(({ name }, index) => name === first && commands[index + 1]?.name === second)
  const [a, b] = [commands[at], commands[at + 1]]
  return a === undefined || b === undefined ? commands : commands.with(at, b).with(at + 1, a)
}
