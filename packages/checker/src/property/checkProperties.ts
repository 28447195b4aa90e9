/** A list of properties that can be told apart in a report. */
import { ModelError } from "../engine/errors.ts"
import type { Property } from "./Property.ts"

/** The name under which a search reports that a function of the model threw. */
export const noStepThrows = "no step throws"

/** Fails: `ModelError` for a name that is there twice: reports, traces and replays know properties by name. */
export const checkProperties = (properties: ReadonlyArray<Property>): void => {
  const names = new Set<string>([noStepThrows])
  for (const { name } of properties) {
    if (names.has(name)) {
      const problem =
        name === noStepThrows ? "is what a search calls a step that throws" : "is the name of two properties"
      throw new ModelError(`"${name}" ${problem}. Rename one: reports and traces know properties by name.`)
    }
    names.add(name)
  }
}
