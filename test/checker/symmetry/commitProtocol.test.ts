import { check, compileSystem } from "@tidemark/checker"
import { describe, expect, it } from "vitest"
import { makeSymmetry } from "../../../packages/checker/src/symmetry/Symmetry.ts"
import { walk } from "../../../packages/checker/src/trace/walk.ts"
import { twoPhaseCommit, twoPhaseCommitCounts } from "../oracles/twoPhaseCommit.ts"
import { commitProtocol, flaws } from "./commitProtocol.ts"
import { ordersOf, reachable } from "./naiveOrbits.ts"
import { showsItself, verdictsOf } from "./verdicts.ts"

describe("symmetry reduction of two-phase commit", () => {
  it.each([...twoPhaseCommitCounts])("finds the true orbits of %i participants", (participants, { orbits }) => {
    const { system, properties } = twoPhaseCommit(participants)
    const report = check(system, properties)
    expect(report.states).toBe(orbits)
    expect(report).toMatchObject({ holds: true, isComplete: true, warnings: [] })
  })

  it("has representatives whose orbits together are all states", () => {
    const { system, properties } = twoPhaseCommit(3)
    const engine = compileSystem(system)
    const symmetry = makeSymmetry(engine, properties)
    if (symmetry === null) throw new Error("the system declares a group")
    const permutations = ordersOf([0, 1, 2]).map((order) => symmetry.permutations.of(Int32Array.from(order)))
    const orbits = reachable(engine, symmetry.canonical).map(
      (state) => new Set(permutations.map((permutation) => symmetry.rename(state, permutation).join())).size
    )
    expect(orbits.length).toBe(80)
    expect(orbits.reduce((sum, size) => sum + size, 0)).toBe(288)
  })

  it("sends every state of an orbit to the same representative", () => {
    const { system, properties } = twoPhaseCommit(5)
    const engine = compileSystem(system)
    const symmetry = makeSymmetry(engine, properties)
    const states = reachable(engine)
    expect(states.length).toBe(8_832)
    expect(new Set(states.map((state) => symmetry?.canonical(state).join())).size).toBe(314)
  })

  it.each(["breadth-first", "depth-first"] as const)("finds as many orbits %s", (strategy) => {
    const { system, properties } = twoPhaseCommit(5)
    expect(check(system, properties, { strategy }).states).toBe(314)
    expect(check(system, properties, { strategy, visited: "compact" }).states).toBe(314)
  })

  it.each(flaws)("says the same with and without symmetry where the flaw is: %s", (flaw) => {
    const { system, properties } = commitProtocol(flaw, 3)
    const whole = check(system, properties, { symmetry: false, continueAfterViolation: true })
    const reduced = check(system, properties, { continueAfterViolation: true })
    expect(reduced.states).toBeLessThan(whole.states)
    expect(verdictsOf(reduced)).toEqual(verdictsOf(whole))
    const isKilled = whole.violations.length > 0 || whole.unwitnessed.length > 0
    expect(isKilled).toBe(flaw !== "none")
  })

  it.each(flaws)("tells real paths where the flaw is: %s", (flaw) => {
    const { system, properties } = commitProtocol(flaw, 3)
    const report = check(system, properties, { continueAfterViolation: true })
    for (const { property, trace } of report.violations) {
      const stated = properties.find(({ name }) => name === property)
      if (stated === undefined) expect(walk(compileSystem(system), trace).states.length).toBe(trace.steps.length + 1)
      else expect(showsItself(system, stated, trace)).toBe(true)
    }
    for (const [name, trace] of Object.entries(report.witnesses)) {
      expect(
        showsItself(
          system,
          properties.find((property) => property.name === name),
          trace
        )
      ).toBe(true)
    }
  })
})
