/** Changes what a machine commands, wherever it does: for mistakes that people think of. */
import type { AnyStateMachine } from "xstate"
import { type CommandsOption, changedCommands, isCommandAction } from "./Commands.ts"
import { configOf, machineOf, type Scope } from "./MachineConfig.ts"
import { type Place, placesOf, withActions } from "./Place.ts"

/** Gives the commands of a place in a scope, changed; the machine itself is left as it is. */
export type ChangeCommands = (commands: ReadonlyArray<unknown>, place: Place, scope: Scope) => ReadonlyArray<unknown>

export const rewriteCommands = <M extends AnyStateMachine>(
  machine: M,
  option: CommandsOption,
  change: ChangeCommands
): M => {
  const config = configOf(machine)
  const rewritten = placesOf(config).reduce(
    (whole, place) =>
      withActions(whole, place, (actions) =>
        actions.map((action) =>
          isCommandAction(action, option)
            ? changedCommands(action, option, (named, scope) =>
                change(
                  named.map(({ command }) => command),
                  place,
                  scope
                ).map((command) => ({ name: "", command }))
              )
            : action
        )
      ),
    config
  )
  return machineOf(rewritten, machine)
}
