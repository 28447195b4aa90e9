import { it } from "vitest"

/** A sentence and the program that proves it; run as a test, and once more to count the transitions that it takes. */
export interface Scenario {
  readonly name: string
  readonly run: () => void
}

export const scenario = (name: string, run: () => void): Scenario => ({ name, run })

export const runAll = (scenarios: ReadonlyArray<Scenario>): void => {
  for (const { name, run } of scenarios) it(name, run)
}
