/** Mistakes about modes and restart policies: each is noticed where there is such a mode, by the property that is meant. */
import { expect, it } from "vitest"
import { check } from "../../packages/checker/src/search/check.ts"
import { machines } from "../../packages/core/src/protocol/machines.ts"
import { modeMutants } from "../mutants/modeMutants.ts"
import { propertiesOf } from "./configurations/Configuration.ts"
import { small } from "./configurations/small.ts"
import { protocolSystem } from "./system/protocolSystem.ts"

const configurations = ["tracked", "failureRate"] as const

it.each(modeMutants)("$name is noticed", ({ change, killedBy, lengthMax }) => {
  const found = configurations.flatMap((name) => {
    const configuration = small.find(({ config }) => config.name === name)
    if (configuration === undefined) throw new Error(`There is no configuration ${name}.`)
    const protocol = protocolSystem({ ...configuration.config, ...change({ machines }) })
    const { violations } = check(protocol.system, propertiesOf(protocol, { ...configuration, shows: [] }))
    return violations.map(({ property, trace }) => ({ property, length: trace.steps.length }))
  })
  expect(found).toHaveLength(1)
  expect(killedBy, found[0]?.property).toContain(found[0]?.property.split(" ")[0])
  expect(found[0]?.length).toBeLessThanOrEqual(lengthMax)
})
