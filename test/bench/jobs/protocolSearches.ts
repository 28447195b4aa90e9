/** The configurations of the protocol's model, `test/model`, as searches to be measured. */
import { checkConfiguration } from "../../model/configurations/Configuration.ts"
import { small } from "../../model/configurations/small.ts"
import { Stopwatch } from "../harness/Stopwatch.ts"
import type { SearchContestant } from "./checkerContestants.ts"

/** Those of so many states, smallest first: less is over before the compiler of JavaScript has seen it. */
export const protocolSearches = (states: {
  readonly min: number
  readonly max: number
}): ReadonlyArray<SearchContestant> =>
  small
    .filter((one) => one.states >= states.min && one.states <= states.max)
    .sort((a, b) => a.states - b.states)
    .map((one) => ({
      name: `${one.config.name}, ${one.states} states`,
      search: () => {
        const watch = new Stopwatch()
        const report = checkConfiguration(one)
        const seconds = watch.elapsedMs() / 1000
        if (report.states === one.states && report.violations.length === 0) return { ...report, seconds }
        throw new Error(`${one.config.name} has ${report.states} states instead of ${one.states}, or violations.`)
      }
    }))
