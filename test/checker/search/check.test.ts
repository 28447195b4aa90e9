/** What a report says of small systems. */
import { describe, expect, it } from "vitest"
import {
  always,
  assertHolds,
  channel,
  check,
  component,
  leadsTo,
  type Message,
  simulate,
  sometimes,
  step,
  system,
  terminal,
  type View
} from "../../../packages/checker/src/index.ts"

/** Counts up to a limit; a message makes it jump. */
const counter = component<number, Message, number>({
  name: "counter",
  start: (first) => ({ state: first, effects: [] }),
  step: (count, { type }) => ({ state: type === "jump" ? count + 3 : count + 1, effects: [] }),
  internal: (count) => (count < 5 ? [{ type: "count" }] : [])
})

const counting = (more: Partial<Parameters<typeof system>[0]> = {}) =>
  system({
    name: "counting",
    components: [counter],
    channels: [channel({ name: "jumps", kind: "fifo", to: "counter" })],
    initially: [
      { _tag: "Start", component: "counter", input: 0 },
      { _tag: "Send", channel: "jumps", message: { type: "jump" } }
    ],
    ...more
  })

const countOf = (view: View) => view.of(counter) ?? -1

describe("check", () => {
  it("visits every state and edge once", () => {
    const report = check(counting(), [])
    expect(report).toMatchObject({ holds: true, isComplete: true, states: 12, edges: 13, terminals: 4, violations: [] })
    expect(report.depth).toBe(6)
  })

  it("a violated `always` comes with the shortest path, for each strategy and memory with some path", () => {
    const property = always("less than four", (view) => countOf(view) < 4)
    const shortest = check(counting(), [property]).violations
    expect(shortest).toHaveLength(1)
    expect(shortest[0]?.trace.steps.map(({ _tag }) => _tag)).toEqual(["Internal", "Deliver"])
    for (const strategy of ["breadth-first", "depth-first"] as const) {
      for (const visited of ["exact", "compact", "bitstate"] as const) {
        const [found] = check(counting(), [property], { strategy, visited }).violations
        expect(found?.property).toBe("less than four")
        expect(found?.trace.steps.length).toBeGreaterThanOrEqual(2)
      }
    }
  })

  it("says what a predicate says is wrong, and goes on where it is asked to", () => {
    const report = check(
      counting(),
      [always("small", (view) => (countOf(view) < 7 ? true : `it is ${countOf(view)}`)), terminal("none", () => false)],
      { continueAfterViolation: true }
    )
    expect(report.violations.map(({ property, detail }) => [property, detail])).toEqual([
      ["none", "none does not hold"],
      ["small", "it is 7"]
    ])
    expect(report).toMatchObject({ isComplete: true, holds: false })
  })

  it("a `step` sees state, action and next state", () => {
    const property = step("grows by one", (before, action, after) =>
      action._tag === "Deliver" ? true : countOf(after) === countOf(before) + 1
    )
    expect(check(counting(), [property]).holds).toBe(true)
    const wrong = step("never jumps", (_, action) => action._tag !== "Deliver")
    expect(check(counting(), [wrong]).violations[0]?.trace.steps).toHaveLength(1)
  })

  it("a `sometimes` is witnessed by the shortest path, and one that is never seen fails the run", () => {
    const report = check(counting(), [
      sometimes("eight", (view) => countOf(view) === 8),
      sometimes("nine", (view) => countOf(view) === 9)
    ])
    expect(report.witnesses.eight?.steps).toHaveLength(6)
    expect(report).toMatchObject({ holds: false, violations: [], unwitnessed: ["nine"] })
    expect(report.warnings[0]).toContain('"nine" was never seen')
  })

  it("a `terminal` is asked only where nothing can change any more", () => {
    const report = check(counting(), [terminal("far", (view) => countOf(view) >= 5 && countOf(view) <= 8)])
    expect(report.holds).toBe(true)
  })

  it("`leadsTo` holds under fairness; without it the system may stay where it is", () => {
    const about = { from: () => true, to: (view: View) => countOf(view) >= 5 }
    const fair = leadsTo("reaches five", {
      ...about,
      fair: [{ strength: "weak", of: ({ _tag }) => _tag === "Internal" }]
    })
    expect(check(counting(), [fair]).holds).toBe(true)
    const [found] = check(counting(), [leadsTo("reaches five", { ...about, fair: [] })]).violations
    expect(found?.trace).toEqual({ system: "counting", steps: [], loopsTo: 0 })
  })

  it("a predicate that throws is a violation that says so", () => {
    const report = check(counting(), [
      always("broken", () => {
        throw new Error("no such thing")
      })
    ])
    expect(report.violations[0]).toMatchObject({
      property: "broken",
      detail: "threw: no such thing",
      trace: { steps: [] }
    })
  })

  it("a step that throws is a violation, with its path", () => {
    const broken = component<number, Message, number>({
      ...counter,
      step: (count) => {
        if (count === 2) throw new Error("two is too many")
        return { state: count + 1, effects: [] }
      }
    })
    const [found] = check(counting({ components: [broken] }), []).violations
    expect(found?.property).toBe("no step throws")
    expect(found?.detail).toContain("component counter threw on")
    expect(found?.detail).toContain("two is too many")
    expect(found?.trace.steps).toHaveLength(2)
  })

  it("a bound cuts off and is counted; one that is never reached is told", () => {
    const report = check(counting({ bounds: { small: (view) => countOf(view) < 3, never: () => true } }), [])
    expect(report.states).toBeLessThan(12)
    expect(report.cutOff.small).toBeGreaterThan(0)
    expect(report.warnings).toEqual(['Bound "never" was never reached: remove it, or it does not say what you mean.'])
  })

  it("a limit of states ends the search, incomplete", () => {
    const report = check(counting(), [sometimes("nine", () => false)], { statesMax: 3 })
    expect(report).toMatchObject({ isComplete: false, holds: false })
    expect(report.warnings).toEqual(["The search ended before every reachable state was visited."])
  })

  it("an impure step is refused", () => {
    let calls = 0
    const impure = component<number, Message, number>({
      ...counter,
      step: () => ({ state: ++calls, effects: [] })
    })
    const [found] = check(counting({ components: [impure] }), [], { recheckEvery: 1 }).violations
    expect(found?.detail).toContain("Component counter answered the same state and event differently")
  })
})

describe("simulate", () => {
  it("the same seed takes the same walks, and finds what can be found", () => {
    const property = always("less than eight", (view) => countOf(view) < 8)
    const run = (seed: number) => simulate(counting(), [property], { seed, walks: 500 })
    const { seconds: _, ...first } = run(7)
    const { seconds: __, ...second } = run(7)
    expect(first).toEqual(second)
    expect(first.violations[0]?.trace.steps).toHaveLength(6)
  })

  it("says what it has not seen", () => {
    const properties = [
      sometimes("three", (view) => countOf(view) === 3),
      sometimes("nine", (view) => countOf(view) === 9)
    ]
    const simulation = simulate(counting(), properties, { seed: 1, walks: 20 })
    expect(simulation).toMatchObject({ witnessed: ["three"], unseen: ["nine"], violations: [], walks: 20 })
  })
})

describe("assertHolds", () => {
  it("is silent about a report without fault", () => {
    expect(() => assertHolds(check(counting(), []))).not.toThrow()
  })

  it("throws with the property, the steps and the warnings", () => {
    const violated = check(counting(), [always("small", (view) => countOf(view) < 2)])
    expect(() => assertHolds(violated)).toThrow(
      /System counting, \d+ states, incomplete:\nViolated: small.*\n1\. .*jump/
    )
    expect(() => assertHolds(check(counting(), [sometimes("nine", () => false)]))).toThrow(/"nine" was never seen/)
  })
})
