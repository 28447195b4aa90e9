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
  policy: { concurrentMax: 2, retained: 2, incremental: true },
  timers: ["interval", "minPause", "expiry", "terminalRetry", "stable", "backoff"],
  timersArePosted: true,
  stimuli: { request: 3, failure: { join: 1, sink: 1 }, compaction: { join: 1 } },
  faults: { crash: 1, lose: 2, duplicate: 2, "log.fails": 1, "log.ambiguous": 1, "log.late": 1, "store.fails": 1 }
}

const usual = ["S3", "S5", "S7", "S10", "S15", "S17"]

const large: ReadonlyArray<{ readonly config: ProtocolConfig; readonly expected: ReadonlyArray<string> }> = [
  { config: { ...everything, name: "a join that everything happens to", plan: plans.join(3, 2) }, expected: usual },
  {
    config: {
      ...everything,
      name: "a join with a second process",
      plan: plans.join(2, 2),
      stimuli: { request: 2, secondProcess: true, compaction: { sink: 1 } },
      termsMax: 4
    },
    expected: usual
  },
  {
    config: {
      name: "a join with deltas upon deltas",
      plan: plans.join(3, 2),
      policy: { concurrentMax: 2, incremental: true },
      stimuli: { request: 5, failure: { sink: 1 }, compaction: { left: 1, join: 1 } },
      faults: { "log.late": 1 }
    },
    expected: ["S3", "S13", "S27"]
  }
]

/** Each costs a second or so: nearly every step of such a walk is new. */
const walks = 8

const all = [...safetyIds.map((id) => safety[id]), ...agreements]

describe("random walks keep every safety property in", () => {
  it.each(large.map((walk) => ({ ...walk, name: walk.config.name })))("$name", ({ config, expected }) => {
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
    expect(seen).toEqual(expect.arrayContaining([...expected]))
  })
})
