/** Arguments and flags that several commands take. */
import { Argument, Flag } from "effect/cli"

export const json = (what: string) =>
  Flag.Boolean("json").pipe(Flag.withDescription(what), Flag.withDefault(false), Flag.withoutNegation)

export const directory = Argument.String("dir").pipe(Argument.withDescription("Checkpoint directory of the job"))

export const job = Flag.String("job").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("Which job, where the directory holds several"),
  Flag.optional
)
