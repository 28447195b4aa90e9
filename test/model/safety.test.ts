/** The protocol in every interleaving of the small configurations: safety, endings, coverage, and that nothing is vacuous. */
import { beforeAll, describe, expect, it } from "vitest"
import { coverageReport, mergeCoverage } from "../../packages/checker/src/coverage/coverageReport.ts"
import { assertHolds } from "../../packages/checker/src/search/assertHolds.ts"
import type { Report } from "../../packages/checker/src/search/Report.ts"
import { checkConfiguration } from "./configurations/Configuration.ts"
import { small } from "./configurations/small.ts"
import { nameOf, witnessName } from "./properties/ModelProperty.ts"
import { safety, safetyIds } from "./properties/safety.ts"
import { waiting } from "./properties/waiting.ts"
import { unreachable } from "./unreachable.ts"

const reports: Array<Report> = []

describe("every interleaving of", () => {
  it.each(small.map((found) => ({ ...found, name: found.config.name })))("$name: $about", (found) => {
    const report = checkConfiguration(found)
    reports.push(report)
    assertHolds(report)
    expect({ states: report.states, edges: report.edges }).toEqual({ states: found.states, edges: found.edges })
  })
})

describe("over all small configurations", () => {
  beforeAll(() => {
    expect(reports, "run this file as a whole").toHaveLength(small.length)
  })

  it.each(safetyIds.map((id) => ({ id, title: nameOf(safety[id]) })))("$title", ({ id }) => {
    const name = nameOf(safety[id])
    const violated = reports.flatMap(({ system, violations }) =>
      violations.filter(({ property }) => property.startsWith(name)).map(({ detail }) => `${system}: ${detail}`)
    )
    expect(violated).toEqual([])
    expect(
      reports.filter(({ witnesses }) => witnessName(safety[id]) in witnesses).map(({ system }) => system),
      "configurations in which it is about something"
    ).not.toEqual([])
  })

  it("takes every transition of every machine, or says why not", () => {
    const coverage = mergeCoverage(reports.map(({ coverage }) => coverage))
    expect(coverageReport(coverage, unreachable).problems).toEqual([])
  })

  it("leaves out only properties that wait for something", () => {
    const all = Array.from({ length: 25 }, (_, index) => `S${index + 1}`)
    expect(all.filter((id) => !(id in safety) && !(id in waiting))).toEqual([])
  })
})
