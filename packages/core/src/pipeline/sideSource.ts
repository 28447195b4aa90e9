/** What stands at the beginning of the line behind a side output: its records come from operators, never from here. */
import { Effect } from "effect"
import type { Source } from "../connector/Source.ts"
import { SourceFailure } from "../model/errors.ts"
import type { AnySideOutput } from "../operator/SideOutput.ts"

export const sideSource = ({ name, schema }: AnySideOutput): Source<unknown> => {
  const description = `side output "${name}"`
  const failure = Effect.suspend(
    () =>
      new SourceFailure({
        path: description,
        reason: "missing",
        detail: "the line behind a side output is no pipeline of its own; run the pipeline that it belongs to.",
        retry: "never"
      })
  )
  return {
    description,
    schema,
    isBounded: true,
    isTimeOrdered: false,
    discover: failure,
    validate: () => failure,
    open: () => failure
  }
}
