import { check } from "@tidemark/checker"
import { describe, expect, test } from "vitest"
import { twoPhaseCommit, twoPhaseCommitStates } from "./twoPhaseCommit.ts"

const exactly = { symmetry: false } as const

describe("two-phase commit has as many states as TLC counts", () => {
  test.each([
    [3, 1_664],
    [5, 85_248]
  ])("with %i participants, and its properties hold", (participants, edges) => {
    const { system, properties } = twoPhaseCommit(participants)
    const report = check(system, properties, exactly)
    expect(report.violations).toEqual([])
    expect(report.warnings).toEqual([])
    expect([report.states, report.edges]).toEqual([twoPhaseCommitStates.get(participants)?.states, edges])
    expect(report.isComplete).toBe(true)
  })

  test("with 7 participants", () => {
    const report = check(twoPhaseCommit(7).system, [], exactly)
    expect([report.states, report.isComplete]).toEqual([296_448, true])
  })

  test("depth-first and with 64 bits for each state too", () => {
    const { system } = twoPhaseCommit(5)
    for (const options of [{ strategy: "depth-first" }, { visited: "compact" }] as const) {
      expect(check(system, [], { ...exactly, ...options }).states).toBe(8_832)
    }
    expect(check(system, [], { ...exactly, visited: "compact" }).omission).toBeGreaterThan(0)
  })

  test("bitstate search sees no more than there are, and nearly all in so large an array", () => {
    const report = check(twoPhaseCommit(5).system, [], { ...exactly, visited: "bitstate" })
    expect(report.states).toBe(8_832)
    expect(report.omission).toBeLessThan(1e-3)
  })
})
