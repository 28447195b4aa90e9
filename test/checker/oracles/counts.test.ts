import { check } from "@tidemark/checker"
import { describe, expect, test } from "vitest"
import { alternatingBit, alternatingBitCounts, alternatingBitProperties } from "./alternatingBit.ts"
import { compileSpinModel, isSpinInstalled } from "./spin.ts"
import { twoPhaseCommit, twoPhaseCommitCounts } from "./twoPhaseCommit.ts"

const countsOf = (participants: number) => {
  const counts = twoPhaseCommitCounts.get(participants)
  return { states: counts?.states, edges: counts?.edges }
}

const exactly = { symmetry: false } as const

describe("two-phase commit has as many states as TLC counts", () => {
  test.each([3, 5])("with %i participants, and its properties hold", (participants) => {
    const { system, properties } = twoPhaseCommit(participants)
    const report = check(system, properties, exactly)
    expect(report.violations).toEqual([])
    expect(report.warnings).toEqual([])
    expect(report).toMatchObject({ isComplete: true, ...countsOf(participants) })
  })

  test("with 7 participants", () => {
    const report = check(twoPhaseCommit(7).system, [], exactly)
    expect(report).toMatchObject({ isComplete: true, ...countsOf(7) })
  })

  test("depth-first and with 64 bits for each state too", () => {
    const { system } = twoPhaseCommit(5)
    for (const options of [{ strategy: "depth-first" }, { visited: "compact" }] as const) {
      expect(check(system, [], { ...exactly, ...options }).states).toBe(8_832)
    }
    expect(check(system, [], { ...exactly, visited: "compact" }).omission).toBeGreaterThan(0)
  })

  test("bitstate search sees no more than there are, and all of them in so large an array", () => {
    const report = check(twoPhaseCommit(5).system, [], { ...exactly, visited: "bitstate" })
    expect(report.states).toBe(8_832)
    expect(report.omission).toBeLessThan(1e-3)
  })
})

describe("the alternating bit with loss, a crash and", () => {
  test.each([0, 1])("%i duplicates has as many states and edges as SPIN counted", (duplicates) => {
    const report = check(alternatingBit(duplicates), [])
    expect([report.states, report.edges]).toEqual(alternatingBitCounts.get(duplicates))
    expect(report.isComplete).toBe(true)
  })

  test("no duplicates acknowledges what was taken only", () => {
    const report = check(alternatingBit(0), alternatingBitProperties)
    expect(report.violations).toEqual([])
    expect(report.warnings).toEqual([])
  })

  test("a duplicate that comes late does not, and the shortest way there is told", () => {
    const { violations } = check(alternatingBit(1), alternatingBitProperties)
    expect(violations.map(({ property, trace }) => [property, trace.steps.length])).toEqual([
      ["what has been acknowledged was taken", 10]
    ])
  })
})

if (isSpinInstalled()) {
  describe("SPIN, asked now, counts the same states and edges", () => {
    test.each([0, 1])("of the alternating bit with %i duplicates", (duplicates) => {
      const { states, edges } = searchOnce("alternatingBit.pml", { DUPLICATES: duplicates })
      expect([states, edges]).toEqual(alternatingBitCounts.get(duplicates))
    })

    test.each([3, 5])("of two-phase commit with %i participants", (participants) => {
      expect(searchOnce("twoPhaseCommit.pml", { N: participants })).toMatchObject(countsOf(participants))
    })
  })
}

const searchOnce = (file: string, defines: Readonly<Record<string, number>>) => {
  const model = compileSpinModel(file, { defines })
  try {
    return model.search()
  } finally {
    model.remove()
  }
}
