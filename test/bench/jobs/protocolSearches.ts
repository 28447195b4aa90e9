/** The configurations of the protocol's model, `test/model`, as searches to be measured. */
import { readdir } from "node:fs/promises"
import type { Configuration } from "../../model/configurations/Configuration.ts"
import { startStopwatch } from "../harness/stopwatch.ts"
import type { SearchContestant } from "./checkerContestants.ts"

const folder = new URL("../../model/configurations/", import.meta.url)

/** Those of so many states, smallest first: less is over before the compiler of JavaScript has seen it. */
export const protocolSearches = async (states: {
  readonly min: number
  readonly max: number
}): Promise<ReadonlyArray<SearchContestant>> => {
  const { checkConfiguration } = await import("../../model/configurations/Configuration.ts")
  const files = (await readdir(folder)).filter((file) => file.endsWith(".ts") && !file.includes(".test.")).sort()
  const modules = await Promise.all(files.map((file): Promise<object> => import(new URL(file, folder).href)))
  const found = new Map<string, Configuration>()
  for (const [name, exported] of modules.flatMap((module) => Object.entries<unknown>({ ...module }))) {
    if (isConfiguration(exported)) found.set(name, exported)
  }
  return [...found]
    .filter(([, one]) => one.states >= states.min && one.states <= states.max)
    .sort(([, a], [, b]) => a.states - b.states)
    .map(([name, one]) => ({
      name: `${name}, ${one.states} states`,
      search: () => {
        const elapsedMs = startStopwatch()
        const report = checkConfiguration(one)
        const seconds = elapsedMs() / 1000
        if (report.states === one.states && report.violations.length === 0) return { ...report, seconds }
        throw new Error(`${name} has ${report.states} states instead of ${one.states}, or violations.`)
      }
    }))
}

const isConfiguration = (value: unknown): value is Configuration =>
  typeof value === "object" &&
  value !== null &&
  ["about", "config", "shows", "ends"].every((field) => field in value) &&
  "states" in value &&
  typeof value.states === "number"
