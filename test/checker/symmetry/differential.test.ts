import { check, compileSystem } from "@tidemark/checker"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { NotSymmetric } from "../../../packages/checker/src/symmetry/NotSymmetric.ts"
import { countOrbits, reachable } from "./naiveOrbits.ts"
import { exceptions, recipes, systemOf } from "./randomSystems.ts"
import { showsItself, verdictsOf } from "./verdicts.ts"

const statesMax = 600

describe("symmetry reduction of random systems", () => {
  it("keeps the verdicts, the lengths of paths and the depth, and explores each orbit once", () => {
    let compared = 0
    fc.assert(
      fc.property(recipes, (recipe) => {
        const { system, properties } = systemOf(recipe)
        const whole = check(system, properties, { symmetry: false, continueAfterViolation: true, statesMax })
        if (!whole.isComplete || whole.states < 10) return
        compared++
        const reduced = check(system, properties, { continueAfterViolation: true })
        expect(verdictsOf(reduced)).toEqual(verdictsOf(whole))
        const engine = compileSystem(system)
        expect(reduced.states).toBe(countOrbits(engine, reachable(engine), [recipe.names]))
        for (const { property, trace } of reduced.violations) {
          const stated = properties.find(({ name }) => name === property)
          expect(showsItself(system, stated, trace)).toBe(true)
        }
      }),
      { numRuns: 120, seed: 7 }
    )
    expect(compared).toBeGreaterThan(15)
  })

  it("is refused, or keeps the verdicts, where one member is treated unlike the others", () => {
    let refused = 0
    fc.assert(
      fc.property(recipes, exceptions, (recipe, exception) => {
        const { system, properties } = systemOf(recipe, exception)
        const whole = check(system, properties, { symmetry: false, continueAfterViolation: true, statesMax })
        if (!whole.isComplete) return
        try {
          const reduced = check(system, properties, { continueAfterViolation: true })
          expect(verdictsOf(reduced)).toEqual(verdictsOf(whole))
        } catch (cause) {
          if (!(cause instanceof NotSymmetric)) throw cause
          refused++
        }
      }),
      { numRuns: 200, seed: 3 }
    )
    expect(refused).toBeGreaterThan(5)
  })
})
