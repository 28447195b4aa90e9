/** A configuration of the model, and how it is checked. */
import { check } from "../../../packages/checker/src/search/check.ts"
import type { CheckOptions, Report } from "../../../packages/checker/src/search/Report.ts"
import { agreements } from "../properties/agreements.ts"
import { type Ending, endingsOf } from "../properties/endings.ts"
import { predicatesOf, witnessOf } from "../properties/ModelProperty.ts"
import { type SafetyId, safety, safetyIds } from "../properties/safety.ts"
import type { ProtocolConfig } from "../system/Config.ts"
import { type Protocol, protocolSystem } from "../system/protocolSystem.ts"

export interface Configuration {
  /** What it is there for, in one sentence. */
  readonly about: string
  readonly config: ProtocolConfig
  /** Properties that are about something in it: their witnesses must be seen. All safety properties are checked. */
  readonly shows: ReadonlyArray<SafetyId>
  /** Ways in which its jobs may end: each must be seen, and there is no other. */
  readonly ends: ReadonlyArray<Ending>
  readonly states: number
  readonly edges: number
}

export const configuration = (spec: Configuration): Configuration => spec

/** All that is checked of a configuration: what is promised, and that the machines know the world they are in. */
export const propertiesOf = (protocol: Protocol, found: Pick<Configuration, "shows" | "ends">) => [
  ...promisesOf(protocol, found),
  ...agreements.flatMap((property) => predicatesOf(property, protocol))
]

/** What is promised to users. */
export const promisesOf = (protocol: Protocol, { shows, ends }: Pick<Configuration, "shows" | "ends">) => [
  ...safetyIds.flatMap((id) => predicatesOf(safety[id], protocol)),
  ...shows.map((id) => witnessOf(safety[id], protocol)),
  ...endingsOf(protocol, ends)
]

export const checkConfiguration = (found: Configuration, options: CheckOptions = {}): Report => {
  const protocol = protocolSystem(found.config)
  return check(protocol.system, propertiesOf(protocol, found), options)
}
