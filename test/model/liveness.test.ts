/** What the protocol comes to in the end, whatever has gone wrong: decided by fair loops on whole graphs. */
import { beforeAll, describe, expect, it } from "vitest"
import { assertHolds } from "../../packages/checker/src/search/assertHolds.ts"
import type { Report } from "../../packages/checker/src/search/Report.ts"
import { checkLively, lively } from "./configurations/lively.ts"
import { type LivenessId, liveNameOf, liveness } from "./properties/liveness.ts"

const reports: Array<Report> = []
const ids = lively.flatMap(({ shows }) => shows).filter((id, index, all) => all.indexOf(id) === index)

describe("in the end", () => {
  it.each(lively.map((found) => ({ ...found, name: found.config.name })))("$name: $about", (found) => {
    const report = checkLively(found)
    reports.push(report)
    assertHolds(report)
    expect(report.states).toBe(found.states)
  })
})

describe("over all configurations", () => {
  beforeAll(() => {
    expect(reports, "run this file as a whole").toHaveLength(lively.length)
  })

  it.each(ids.sort().map((id: LivenessId) => ({ id, title: liveNameOf(liveness[id]) })))("$title", ({ id }) => {
    const checkers = lively.filter(({ shows }) => shows.includes(id)).map(({ config }) => config.name)
    const ofIt = reports.filter(({ system }) => checkers.includes(system))
    const violated = ofIt.flatMap(({ violations }) =>
      violations.filter(({ property }) => property.startsWith(`${id} `))
    )
    expect(violated).toEqual([])
    const idle = ofIt.filter(({ warnings }) => warnings.some((warning) => warning.startsWith(`"${id} `)))
    expect(idle.length, "configurations in which a part of it is about nothing").toBeLessThan(ofIt.length)
  })

  it("covers all liveness properties", () => {
    expect(ids).toEqual(Object.keys(liveness).sort())
  })
})
