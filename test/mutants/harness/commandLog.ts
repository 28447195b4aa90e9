/**
 * What machines command, step by step: so that a command counts even where a model has no use for it.
 *
 * The order does not count here: where somebody can tell, the effects of the step are in another order too.
 */
import { rewriteCommands } from "../../../packages/checker/src/mutation/index.ts"
import { canonicalText } from "../../../packages/checker/src/values/canonical.ts"
import type { Subject } from "./Subject.ts"

export interface CommandLog<Machines> {
  /** The machines, heard. */
  readonly hear: (machines: Machines) => Machines
  /** What they have commanded since it was asked last, as one text. */
  readonly take: () => string
}

export const makeCommandLog = <Machines>(
  subject: Pick<Subject<Machines>, "map" | "commands" | "internal" | "idempotent">
): CommandLog<Machines> => {
  const { commands: option, internal, idempotent } = subject
  let heard: Array<string> = []
  const listen = (commands: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
    for (const command of commands) {
      const name = option.nameOf(command)
      const text = canonicalText(command, `command ${name}`)
      const isCounted = !internal.includes(name) && !(idempotent.includes(name) && heard.includes(text))
      if (isCounted) heard.push(text)
    }
    return commands
  }
  return {
    hear: (machines) => subject.map(machines, (machine) => rewriteCommands(machine, option, listen)),
    take: () => {
      const text = heard.sort().join()
      heard = []
      return text
    }
  }
}
