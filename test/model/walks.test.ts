/** Seeded random walks through configurations that are far too large to explore: many faults at once, longer inputs. */
import { describe, expect, it } from "vitest"
import { simulate } from "../../packages/checker/src/search/simulate.ts"
import { describeAction } from "../../packages/checker/src/trace/describeAction.ts"
import { agreements } from "./properties/agreements.ts"
import { predicatesOf, witnessName, witnessOf } from "./properties/ModelProperty.ts"
import { safety, safetyIds } from "./properties/safety.ts"
import type { ProtocolConfig } from "./system/Config.ts"
import { plans } from "./system/plan.ts"
import { protocolSystem } from "./system/protocolSystem.ts"

const everything: Omit<ProtocolConfig, "name" | "plan"> = {
  policy: { concurrentMax: 2, retained: 2 },
  timers: ["interval", "minPause", "expiry", "terminalRetry", "stable", "backoff"],
  timersArePosted: true,
  stimuli: { request: 3, failure: { join: 1, sink: 1 } },
  faults: { crash: 1, lose: 2, duplicate: 2, "log.fails": 1, "log.ambiguous": 1, "log.late": 1, "store.fails": 1 }
}

const large: ReadonlyArray<ProtocolConfig> = [
  { ...everything, name: "a join that everything happens to", plan: plans.join(3, 2) },
  {
    ...everything,
    name: "a join with a second process",
    plan: plans.join(2, 2),
    stimuli: { request: 2, secondProcess: true },
    termsMax: 4
  }
]

/** Each costs a second or so: nearly every step of such a walk is new. */
const walks = 12

const all = [...safetyIds.map((id) => safety[id]), ...agreements]

describe("random walks keep every safety property in", () => {
  it.each(large)("$name", (config) => {
    const protocol = protocolSystem(config)
    const properties = all.flatMap((property) => [...predicatesOf(property, protocol), witnessOf(property, protocol)])
    const { violations, witnessed, steps } = simulate(protocol.system, properties, {
      seed: 1,
      walks,
      stepsMax: 1_500
    })
    expect(
      violations.map(({ property, detail, trace }) => [property, detail, trace.steps.map(describeAction)])
    ).toEqual([])
    expect(steps).toBeGreaterThan(walks * 50)
    const seen = all.filter((property) => witnessed.includes(witnessName(property))).map(({ id }) => id)
    expect(seen).toEqual(expect.arrayContaining(["S3", "S5", "S7", "S10", "S15", "S17"]))
  })
})
