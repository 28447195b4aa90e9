import { describe, expect, it } from "vitest"
import { compileSystem } from "../../../packages/checker/src/engine/compileSystem.ts"
import { component } from "../../../packages/checker/src/system/Component.ts"
import { system } from "../../../packages/checker/src/system/System.ts"
import { TraceDiverged, walk } from "../../../packages/checker/src/trace/walk.ts"
import { lease, tour } from "./lease.ts"
import { pathOf } from "./paths.ts"
import * as round from "./walker.ts"

const engine = compileSystem(lease)

describe("walk", () => {
  it("W1: walks actions of every kind, from the initial state on", () => {
    const trace = pathOf(lease, tour)
    const { states } = walk(engine, trace)
    expect(states).toHaveLength(tour.length + 1)
    expect(states[0]).toEqual(engine.initial)
    expect(new Set(trace.steps.map(({ _tag }) => _tag)).size).toBe(9)
    expect(
      engine.view(states.at(-1) ?? engine.initial).resource({ name: "log", apply: () => ({ state: 0, effects: [] }) })
    ).toEqual([{ grant: "b" }])
  })

  it("W1: walks on in another engine of the same system, and after a way through JSON", () => {
    const trace = pathOf(lease, tour)
    expect(walk(compileSystem(lease), JSON.parse(JSON.stringify(trace))).states).toHaveLength(tour.length + 1)
  })

  it("W1: takes a step for the only one of equal JSON, which forgets undefined fields", () => {
    const heard = { type: "go", note: undefined }
    const talker = component<number>({
      name: "talker",
      start: () => ({ state: 0, effects: [] }),
      step: (state) => ({ state: state + 1, effects: [] }),
      internal: (state) => (state === 0 ? [heard] : [])
    })
    const talk = system({
      name: "talk",
      components: [talker],
      initially: [{ _tag: "Start", component: "talker", input: null }]
    })
    const trace = pathOf(talk, [{ _tag: "Internal" }])
    const again = walk(compileSystem(talk), JSON.parse(JSON.stringify(trace)))
    expect(again.engine.view(again.states[1] ?? engine.initial).of(talker)).toBe(1)
  })

  it("names the step that cannot happen any more, and what can instead", () => {
    const trace = pathOf(lease, tour.slice(0, 2))
    const [first, second] = trace.steps
    const swapped = { ...trace, steps: second === undefined || first === undefined ? [] : [second, first] }
    const message =
      'Step 1 of a trace of lease cannot happen (any more): server receives requested(by: "b") from requests, which ' +
      "keeps a copy of it. Instead, there: a does want; b does want; new shift happens; laptop crashes."
    expect(() => walk(engine, swapped)).toThrow(new TraceDiverged(swapped, 0, message.slice(27)))
    expect(() => walk(engine, swapped)).toThrow(message)
  })

  it("says that nothing can happen, and what a step threw", () => {
    const stuck = pathOf(round.walk, [
      { _tag: "Internal" },
      { _tag: "Internal" },
      { _tag: "Internal", event: { type: "board" } }
    ])
    const [first] = stuck.steps
    const more = { ...stuck, steps: first === undefined ? [] : [...stuck.steps, first] }
    expect(() => walk(compileSystem(round.walk), more)).toThrow(
      "Step 4 of a trace of walk cannot happen (any more): walker does leave. Instead, there: nothing can happen."
    )
    const broken = system({
      name: "walk",
      components: [
        component<number>({
          name: "walker",
          start: () => ({ state: 0, effects: [] }),
          step: () => {
            throw new Error("a broken step")
          },
          internal: () => [{ type: "leave" }]
        })
      ],
      initially: [{ _tag: "Start", component: "walker", input: null }]
    })
    expect(() => walk(compileSystem(broken), stuck)).toThrow(/nothing can happen\. A step threw: .*a broken step/)
  })

  it("W2: refuses a loop that does not close", () => {
    const steps = [{ _tag: "Internal" }, { _tag: "Internal" }, { _tag: "Internal" }] as const
    const closed = pathOf(round.walk, steps, 1)
    const roundEngine = compileSystem(round.walk)
    expect(walk(roundEngine, closed).states).toHaveLength(4)
    expect(() => walk(roundEngine, { ...closed, loopsTo: 0 })).toThrow(
      "A trace of walk does not close its loop: after the last step the state is not the one before step 1."
    )
  })

  it("refuses the trace of another system", () => {
    expect(() => walk(engine, { system: "door", steps: [], loopsTo: null })).toThrow(
      "A trace of door cannot be walked in system lease: replay it with the system that it was recorded of."
    )
  })
})
