import { describe, expect, it } from "vitest"
import { coverageReport, mergeCoverage } from "../../../packages/checker/src/coverage/coverageReport.ts"

const coverage = {
  taken: ["door shut push", "door open push", "lamp off on"],
  untaken: ["door shut pull", "lamp on burn"]
}

describe("coverageReport", () => {
  it("is a table of machines, and names what was not taken with the reason", () => {
    const reasons = { "door shut pull": "doors of this model open outwards", "lamp on burn": "the model has no heat" }
    expect(coverageReport(coverage, reasons)).toEqual({
      problems: [],
      text: [
        "machine  transitions  taken  unreachable  missing",
        "door               3      2            1        0",
        "lamp               2      1            1        0",
        "",
        "Not taken:",
        "  door shut pull: doors of this model open outwards",
        "  lamp on burn: the model has no heat"
      ].join("\n")
    })
  })

  it("fails for an untaken transition without a reason", () => {
    const { problems, text } = coverageReport(coverage, { "door shut pull": "why" })
    expect(problems).toEqual([
      'Not taken: "lamp on burn". Widen the model, or list it with the reason why it is unreachable.'
    ])
    expect(text).toContain("lamp on burn: NO REASON")
  })

  it("fails for a reason whose transition was taken after all, or does not exist", () => {
    const reasons = { "door shut pull": "a", "lamp on burn": "b", "lamp off on": "c", "lamp off shine": "d" }
    expect(coverageReport(coverage, reasons).problems).toEqual([
      'Listed as unreachable, but taken: "lamp off on". Remove its reason.',
      'Listed as unreachable, but there is no such transition: "lamp off shine". Remove it, or correct its name.'
    ])
  })

  it("says nothing of what is missing when everything was taken", () => {
    expect(coverageReport({ taken: ["door shut push"], untaken: [] })).toEqual({
      problems: [],
      text: "machine  transitions  taken  unreachable  missing\ndoor               1      1            0        0"
    })
  })
})

describe("mergeCoverage", () => {
  it("has taken what any search has taken", () => {
    expect(
      mergeCoverage([
        { taken: ["a", "b"], untaken: ["c", "d"] },
        { taken: ["c"], untaken: ["a", "d"] }
      ])
    ).toEqual({ taken: ["a", "b", "c"], untaken: ["d"] })
  })
})
