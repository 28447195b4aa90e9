/** Actions whose parameters are a list of commands, as data for whoever performs them. */
import { type ActionConfig, type Named, paramsIn, type Scope } from "./MachineConfig.ts"

export interface CommandsOption {
  /** The action that has them. */
  readonly action: string
  readonly nameOf: (command: unknown) => string
}

/** A command of a list: the how-manieth of its name. */
export interface NamedCommand {
  readonly name: string
  readonly command: unknown
}

export const isCommandAction = (action: ActionConfig, option: CommandsOption | undefined): action is Named =>
  typeof action !== "function" && action.type === option?.action

/** Commands of the same name in one list are counted: `Notify`, `Notify 2`. */
const namedCommands = (commands: unknown, { action, nameOf }: CommandsOption): ReadonlyArray<NamedCommand> => {
  if (!Array.isArray(commands)) throw new Error(`The parameters of ${action} are no list of commands.`)
  const counts = new Map<string, number>()
  return commands.map((command: unknown) => {
    const name = nameOf(command)
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return { name: count === 1 ? name : `${name} ${count}`, command }
  })
}

/** The action with another list of commands. */
export const changedCommands = (
  action: Named,
  option: CommandsOption,
  change: (commands: ReadonlyArray<NamedCommand>, scope: Scope) => ReadonlyArray<NamedCommand>
): Named => ({
  ...action,
  params: (scope: Scope) => change(namedCommands(paramsIn(scope, action), option), scope).map(({ command }) => command)
})
