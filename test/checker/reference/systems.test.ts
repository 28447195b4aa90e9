import { check, type Property, type Report, type System } from "@tidemark/checker"
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

const sizesOf = ({ states, edges, depth, terminals, cutOff }: Report) => ({ states, edges, depth, terminals, cutOff })

const naiveSizes = (states: NaiveExploration): ReturnType<typeof sizesOf> => ({
  states: states.length,
  edges: states.reduce((sum, { edges }) => sum + edges.length, 0),
  depth: Math.max(...states.map(({ depth }) => depth)),
  terminals: terminals(states).length,
  cutOff: cutOff(states)
})

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

const compare = (system: System, properties: ReadonlyArray<Property>, states: NaiveExploration): void => {
  const report = check(system, properties, options)
  expect(report.isComplete).toBe(true)
  const isOrdered = system.resources?.some((resource) => resource.isOrdered === true) === true
  if (isOrdered) expect(report.states).toBeGreaterThanOrEqual(states.length)
  else expect(sizesOf(report)).toEqual(naiveSizes(states))
  for (const property of properties) {
    expect([property.name, verdictOf(report, states, property)]).toEqual([property.name, expected(states, property)])
  }
}

describe("random systems", () => {
  it("have the same graph, verdicts and shortest paths as when they are searched naively", () => {
    fc.assert(
      fc.property(cases, ({ system, properties }) => {
        const states = explore(system, statesMax)
        fc.pre(states !== null)
        compare(system, properties, states)
      }),
      { numRuns: 120 }
    )
  })

  it("show every kind of action and outcome, and every property both ways, so that the comparison is worth something", () => {
    const seen = new Set<string>()
    for (const { system, properties } of fc.sample(cases, { numRuns: 250, seed: 11 })) {
      const states = explore(system, statesMax)
      if (states === null) continue
      for (const { of } of states.flatMap(({ edges }) => edges)) seen.add("outcome" in of ? of.outcome : of._tag)
      for (const property of properties) seen.add(`${property._tag} ${expected(states, property) === null}`)
      if (states.some(({ cutOffBy }) => cutOffBy !== null)) seen.add("cut off")
      if (terminals(states).length > 0) seen.add("terminal")
    }
    const outcomes = ["ok", "fails", "ambiguous", "late", "torn", "lands", "vanishes"]
    const actions = ["Deliver", "Lose", "Duplicate", "Timer", "Internal", "Stimulus", "Crash", "Recover"]
    const verdicts = ["Always", "Step", "Sometimes", "Terminal", "LeadsTo"].flatMap((tag) => [
      `${tag} true`,
      `${tag} false`
    ])
    expect([...seen].sort()).toEqual([...outcomes, ...actions, ...verdicts, "cut off", "terminal"].sort())
  })
})
