import {
  always,
  type Component,
  channel,
  check,
  component,
  type Effect,
  type Message,
  type Property,
  type Report,
  resource,
  type System,
  sometimes,
  system
} from "@tidemark/checker"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { explore, isViolated, lassoFault, type NaiveExploration, shortestPath, terminals, walk } from "./naiveCheck.ts"
import { cases } from "./randomSystems.ts"

const statesMax = 300

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
  expect(sizesOf(report)).toEqual(naiveSizes(states))
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

describe("what random systems seldom show is the same too:", () => {
  const start = (name: string): Effect => ({ _tag: "Start", component: name, input: null })

  const listener = component({
    name: "listener",
    start: () => ({ state: "", effects: [] }),
    step: (heard: string, { type }: Message) => ({ state: heard + type, effects: [] })
  })

  const agree = (of: System, properties: ReadonlyArray<Property>, size: number): void => {
    const states = explore(of, statesMax)
    expect(states?.length).toBe(size)
    if (states !== null) compare(of, properties, states)
  }

  it("what is durable when a crash finds a component down already", () => {
    const counter = (name: string): Component<number> =>
      component({
        name,
        start: (_, durable) => ({ state: typeof durable === "number" ? durable + 1 : 0, effects: [] }),
        step: (state) => ({ state, effects: [] }),
        durable: (state) => state
      })
    const [first, second] = [counter("first"), counter("second")]
    const twice = system({
      name: "crashes twice",
      components: [first, second],
      initially: [start("first"), start("second")],
      crashes: [{ name: "unit", components: ["first", "second"], recover: [start("first")] }],
      stimuli: [{ name: "again", times: 1, effects: [start("second")], when: (view) => view.of(second) === undefined }],
      faults: { crash: 2 }
    })
    const kept = sometimes("kept", (view) => view.of(second) === 1 && view.faultsLeft("crash") === 0)
    agree(twice, [kept], 11)
  })

  it("the copy of a message goes behind those that wait already", () => {
    const send = (type: string): Effect => ({ _tag: "Send", channel: "line", message: { type } })
    const duplicating = system({
      name: "duplicating",
      components: [listener],
      channels: [channel({ name: "line", kind: "fifo", to: "listener", duplicates: ({ type }) => type === "a" })],
      initially: [start("listener"), send("a"), send("b")],
      faults: { duplicate: 1 }
    })
    agree(duplicating, [sometimes("behind", (view) => view.of(listener) === "aba")], 6)
  })

  it("an operation of unknown outcome is noted if it happened", () => {
    const asking = component({
      name: "asking",
      start: () => ({ state: 0, effects: [{ _tag: "Request", resource: "store", operation: "write" }] }),
      step: (state: number) => ({ state, effects: [] })
    })
    const store = resource({
      name: "store",
      initial: 0,
      apply: (held: number) => ({ state: held + 1, effects: [{ _tag: "Note", fact: 1 }] }),
      unknown: () => []
    })
    const written = { initial: 0, next: (count: number, fact: number): number => count + fact }
    const doubting = system({
      name: "doubting",
      components: [asking],
      resources: [store],
      history: written,
      initially: [start("asking")],
      faults: { ambiguous: 1, late: 1 }
    })
    agree(doubting, [always("noted", (view) => view.resource(store) === view.history(written))], 6)
  })
})
