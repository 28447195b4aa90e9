/**
 * Barriers that are tracked, and a failure: nothing is lost, and something counts twice. The second is what the mode gives
 * up; the counterexample shows that the model could see it, and that alignment is what prevents it.
 */
import { describe, expect, it } from "vitest"
import { always } from "../../packages/checker/src/property/Property.ts"
import { check } from "../../packages/checker/src/search/check.ts"
import { agreements } from "./properties/agreements.ts"
import { endingsOf } from "./properties/endings.ts"
import { type ModelProperty, predicatesOf, witnessOf } from "./properties/ModelProperty.ts"
import { keptBy, recordsUpTo } from "./properties/output.ts"
import { allSinks, visibleRecords } from "./properties/reading.ts"
import { type SafetyId, safety, safetyIds } from "./properties/safety.ts"
import type { ProtocolConfig } from "./system/Config.ts"
import { plans } from "./system/plan.ts"
import { protocolSystem } from "./system/protocolSystem.ts"

const config: ProtocolConfig = {
  name: "at least once",
  plan: plans.fork(1, 0),
  capturesArePrompt: true,
  policy: { mode: "at-least-once" },
  hasEnd: false,
  timers: ["backoff"],
  stimuli: { request: 2, failure: { sink: 1 } }
}

/** Together with S4, which says that a cut has all that was sent before it: what a restore goes on from lacks nothing. */
const nothingLost: ModelProperty = {
  id: "S19'",
  sentence: "whatever becomes of its checkpoints, a sink keeps every record that it has taken, once at least",
  of: (protocol, name) =>
    allSinks(protocol).map(({ component }) =>
      always(name(component.name), (view) => {
        const state = view.of(component)
        if (state === undefined) return true
        const kept = new Set(keptBy(protocol, view, state).map((record) => JSON.stringify(record)))
        const lost = recordsUpTo(state.plane.position.seen).find((rec) => !kept.has(JSON.stringify(rec)))
        return lost === undefined ? true : `record ${lost.number} of ${lost.key} is lost`
      })
    ),
  witness: (protocol) => (view) => visibleRecords(protocol, view).length > 0
}

/** What speaks of records that count twice: in the output, in their order, in what a sink keeps. */
const ofTwice: ReadonlyArray<SafetyId> = ["S1", "S2", "S19"]

describe("at least once, with a failure", () => {
  it("nothing is lost, and every promise but that of exactly once is kept", () => {
    const protocol = protocolSystem(config)
    const kept = safetyIds.filter((id) => !ofTwice.includes(id)).flatMap((id) => predicatesOf(safety[id], protocol))
    const believed = agreements.flatMap((property) => predicatesOf(property, protocol))
    const report = check(protocol.system, [
      ...[...predicatesOf(nothingLost, protocol), witnessOf(nothingLost, protocol)],
      ...[...kept, ...believed, ...endingsOf(protocol, ["running"])]
    ])
    expect(report.violations.map(({ property, detail }) => [property, detail])).toEqual([])
    expect({ holds: report.holds, states: report.states }).toEqual({ holds: true, states: 30528 })
  })

  it("a record that overtook a barrier is visible twice: the price of the mode, and no other mode pays it", () => {
    const found = (mode: "exactly-once" | "at-least-once") => {
      const protocol = protocolSystem({ ...config, policy: { mode } })
      return check(protocol.system, predicatesOf(safety.S1, protocol)).violations.map(({ detail }) => detail)
    }
    expect(found("at-least-once")).toEqual(["record 1 of left is visible twice"])
    expect(found("exactly-once")).toEqual([])
  })
})
