import { check, type Property, type Report } from "@tidemark/checker"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { explore, isViolated, lassoFault, type NaiveExploration, shortestPath, terminals, walk } from "./naiveCheck.ts"
import { cases } from "./randomSystems.ts"

const statesMax = 400

const options = { symmetry: false, continueAfterViolation: true } as const

const cutOff = (states: NaiveExploration): Readonly<Record<string, number>> => {
  const names = states.flatMap(({ cutOffBy }) => cutOffBy ?? [])
  return Object.fromEntries(names.map((name) => [name, names.filter((other) => other === name).length]))
}

/** What the checker says of one property, to be compared with what the naive search says. */
const verdictOf = (report: Report, states: NaiveExploration, property: Property): unknown => {
  const violation = report.violations.find((found) => found.property === property.name)
  const trace = property._tag === "Sometimes" ? report.witnesses[property.name] : violation?.trace
  if (trace === undefined) return null
  if (property._tag === "LeadsTo") return { lasso: lassoFault(states, property, trace) }
  walk(states, trace.steps)
  return trace.steps.length
}

const expected = (states: NaiveExploration, property: Property): unknown => {
  if (property._tag !== "LeadsTo") return shortestPath(states, property)
  return isViolated(states, property) ? { lasso: null } : null
}

describe("random systems", () => {
  it("have the same graph, verdicts and shortest paths as when they are searched naively", () => {
    fc.assert(
      fc.property(cases, ({ system, properties }) => {
        const states = explore(system, statesMax)
        fc.pre(states !== null)
        const report = check(system, properties, options)
        expect({
          isComplete: report.isComplete,
          states: report.states,
          edges: report.edges,
          depth: report.depth,
          terminals: report.terminals,
          cutOff: report.cutOff
        }).toEqual({
          isComplete: true,
          states: states.length,
          edges: states.reduce((sum, { edges }) => sum + edges.length, 0),
          depth: Math.max(...states.map(({ depth }) => depth)),
          terminals: terminals(states).length,
          cutOff: cutOff(states)
        })
        for (const property of properties) {
          expect([property.name, verdictOf(report, states, property)]).toEqual([
            property.name,
            expected(states, property)
          ])
        }
      }),
      { numRuns: 100 }
    )
  })
})
