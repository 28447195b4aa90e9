/** One configuration of the model, explored in a worker thread; what is told of it is text and numbers. */
import { formatTrace } from "../../packages/checker/src/trace/formatTrace.ts"
import { checkConfiguration } from "./configurations/Configuration.ts"
import { deep } from "./configurations/deep.ts"
import { small } from "./configurations/small.ts"
import { protocolSystem } from "./system/protocolSystem.ts"

export const configurations = [...deep, ...small]

export interface Searched {
  readonly name: string
  readonly states: number
  readonly edges: number
  readonly depth: number
  readonly seconds: number
  readonly bytesPerState: number
  readonly omission: number
  readonly holds: boolean
  /** Counterexamples and warnings, to be read. */
  readonly problems: ReadonlyArray<string>
}

/** Fails: there is no configuration of the name. */
export const runTask = (name: string): Searched => {
  const found = configurations.find(({ config }) => config.name === name)
  if (found === undefined) {
    throw new Error(
      `There is no configuration ${name}; there are: ${configurations.map((one) => one.config.name).join(", ")}.`
    )
  }
  const { states, edges, depth, seconds, bytesPerState, omission, ...report } = checkConfiguration(found, {
    visited: "compact"
  })
  const { system } = protocolSystem(found.config)
  const isAsExpected = states === found.states && edges === found.edges
  return {
    ...{ name, states, edges, depth, seconds, bytesPerState, omission },
    holds: report.holds && isAsExpected,
    problems: [
      ...report.violations.map(
        ({ property, detail, trace }) => `${property}: ${detail}\n${formatTrace(system, trace)}`
      ),
      ...(isAsExpected ? [] : [`${found.states} states and ${found.edges} edges were expected`]),
      ...report.warnings
    ]
  }
}
