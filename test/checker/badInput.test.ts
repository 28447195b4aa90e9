/** What is wrong with a model is refused or reported, with component, place and remedy. */
import { afterEach, describe, expect, it, vi } from "vitest"
import { type AnyStateMachine, assign, createMachine, enqueueActions, fromPromise, setup } from "xstate"
import { compileSystem, ImpureStep } from "../../packages/checker/src/engine/compileSystem.ts"
import { ModelError } from "../../packages/checker/src/engine/errors.ts"
import { always, sometimes } from "../../packages/checker/src/property/Property.ts"
import { check } from "../../packages/checker/src/search/check.ts"
import type { CheckOptions } from "../../packages/checker/src/search/Report.ts"
import { channel } from "../../packages/checker/src/system/Channel.ts"
import { component } from "../../packages/checker/src/system/Component.ts"
import type { Effect } from "../../packages/checker/src/system/Effect.ts"
import { machineComponent } from "../../packages/checker/src/system/machineComponent.ts"
import { type SystemSpec, system } from "../../packages/checker/src/system/System.ts"
import { NotAValue } from "../../packages/checker/src/values/canonical.ts"

/** One machine, which is given the event `go` again and again. */
const alone = (machine: AnyStateMachine, more: Partial<SystemSpec> = {}) =>
  system({
    name: "alone",
    components: [
      machineComponent({ name: "worker", machine, effects: () => undefined, internal: () => [{ type: "go" }] })
    ],
    initially: [{ _tag: "Start", component: "worker", input: null }],
    ...more
  })

/** The only violation of a search. */
const violationOf = (machine: AnyStateMachine, options: CheckOptions = {}) => {
  const { violations } = check(alone(machine), [], options)
  expect(violations).toHaveLength(1)
  const [violation] = violations
  if (violation === undefined) throw new Error("there is no violation")
  return violation
}

const going = (context: object, action: Parameters<typeof assign>[0]) =>
  createMachine({ id: "going", context: { ...context }, on: { go: { actions: assign(action) } } })

const work = fromPromise(async () => 1)

describe("a machine that does more than step", () => {
  it.each<readonly [string, AnyStateMachine, string]>([
    [
      "invoke",
      createMachine({
        id: "m",
        initial: "a",
        states: { a: { initial: "b", states: { b: { invoke: { src: work } } } } }
      }),
      "Component worker: machine m, state a.b, invokes an actor. Instead, name the activity as an action (an effect)"
    ],
    [
      "after",
      createMachine({ id: "m", initial: "a", states: { a: { after: { 10: "a" } } } }),
      'Component worker: machine m, state a, waits for "after: 10". Instead, name an action, answer it with a SetTimer'
    ]
  ])("%s is refused before the search", (_, machine, message) => {
    expect(() => check(alone(machine), [])).toThrow(ModelError)
    expect(() => check(alone(machine), [])).toThrow(message)
  })

  it("spawn in an assignment is reported with the step that does it", () => {
    const machine = going({}, ({ spawn }) => ({ child: spawn(work, { id: "helper" }) }))
    const { detail, trace } = violationOf(machine)
    expect(detail).toMatch(
      /component worker threw on .*Machine going has spawned helper.*name the activity as an action/i
    )
    expect(trace.steps).toEqual([])
  })

  it("a delayed event is reported with the step that raises it", () => {
    const machine = createMachine({
      id: "late",
      on: { go: { actions: enqueueActions(({ enqueue }) => enqueue.raise({ type: "later" }, { delay: 5 })) } }
    })
    expect(violationOf(machine).detail).toMatch(
      /component worker threw on .*Machine late asked for a delayed .*SetTimer/i
    )
  })
})

class Account {}

describe("a context that cannot be interned", () => {
  const values: ReadonlyArray<readonly [string, unknown, string]> = [
    ["a map", new Map(), "is an instance of Map"],
    ["a date", new Date(0), "is an instance of Date"],
    ["a function", () => 1, "is a function"],
    ["an instance of a class", new Account(), "is an instance of Account"],
    ["not a number", Number.NaN, "is NaN"],
    ["a bigint", 1n, "is a bigint"],
    ["a symbol", Symbol("x"), "is a symbol"]
  ]
  const place = "the state of component worker"

  it.each(values)("%s at the start is refused, with its place", (_, value, problem) => {
    const run = () => compileSystem(alone(going({ held: [value] }, {})))
    expect(run).toThrow(NotAValue)
    expect(run).toThrow(
      new RegExp(`^${place}.*context\\.held\\[0\\] ${problem}\\..*keep anything else outside of the model`)
    )
  })

  it.each(values)("%s later is reported with the path to it", (_, value, problem) => {
    const machine = going({ held: 0 }, { held: () => value })
    const { detail, trace } = violationOf(machine)
    expect(detail).toMatch(new RegExp(`^${place}.*context\\.held ${problem}\\.`))
    expect(trace.steps).toEqual([])
  })
})

describe("an impure guard, assignment or step", () => {
  it("an assignment that changes the context is reported, with the remedy", () => {
    const machine = going({ list: [] }, ({ context }) => {
      const { list } = context
      if (Array.isArray(list)) list.push(1)
      return {}
    })
    const { detail } = violationOf(machine)
    expect(detail).toMatch(/component worker threw on \{"type":"go"\}.*not extensible.*make a new one instead/i)
  })

  it("a guard that changes the event is reported, with its place", () => {
    const machine = createMachine({
      id: "m",
      on: { go: { guard: ({ event }) => Object.assign(event, { type: "gone" }).type === "gone" } }
    })
    expect(violationOf(machine).detail).toMatch(
      /^component worker threw on .*guard in transition for event 'go' in state node 'm'.*read only property 'type'/is
    )
  })

  it("an assignment that answers differently each time is found by the second look", () => {
    let times = 0
    const machine = going({ at: 0 }, { at: () => times++ % 2 })
    const { detail } = violationOf(machine, { recheckEvery: 1 })
    expect(detail).toBe(new ImpureStep("worker").message)
    expect(detail).toMatch(/^Component worker answered the same state and event differently.*let them come as events/)
  })
})

describe("parts that do not fit together", () => {
  const sending = (effects: ReadonlyArray<Effect>, more: Partial<SystemSpec> = {}) =>
    system({
      name: "pair",
      components: [
        component<number>({
          name: "a",
          start: () => ({ state: 0, effects }),
          step: (state) => ({ state, effects: [] })
        })
      ],
      initially: [{ _tag: "Start", component: "a", input: null }],
      ...more
    })

  it("a command that nobody routes is reported with component, command and remedy", () => {
    const machine = setup({ actions: { upload: (_, _params: { file: string }) => {} } }).createMachine({
      id: "m",
      on: { go: { actions: { type: "upload", params: { file: "x" } } } }
    })
    expect(violationOf(machine).detail).toContain(
      'Component worker: nobody routes the action {"type":"upload","params":{"file":"x"}}. Answer it with effects, or'
    )
  })

  it("a message to a channel that does not exist is refused, with who sends it", () => {
    const effects: ReadonlyArray<Effect> = [{ _tag: "Send", channel: "nowhere", message: { type: "x" } }]
    expect(() => check(sending(effects), [])).toThrow(
      /component a.* names the channel "nowhere", which system pair does not have; there is none\./i
    )
  })

  it("a channel that nobody reads is refused, with the remedy", () => {
    const unread = sending([], { channels: [channel({ name: "c", kind: "set", to: [] })] })
    expect(() => check(unread, [])).toThrow('Nobody reads channel c: name its receiver in "to", or remove it.')
    const misread = sending([], { channels: [channel({ name: "c", kind: "fifo", to: "b" })] })
    expect(() => check(misread, [])).toThrow('channel c names the component "b", which system pair does not have')
  })

  it("a bound that is never reached is a warning", () => {
    const { warnings } = check(sending([], { bounds: { "few of them": () => true } }), [])
    expect(warnings).toEqual(['Bound "few of them" was never reached: remove it, or it does not say what you mean.'])
  })

  it("a property that throws is a violation of that property, with its path", () => {
    const broken = always("is broken", () => {
      throw new Error("no such field")
    })
    expect(check(sending([]), [broken]).violations).toEqual([
      { property: "is broken", detail: "threw: no such field", trace: { system: "pair", steps: [], loopsTo: null } }
    ])
  })

  it("a property about a component that is not there says which there are", () => {
    const stranger = component<number>({
      name: "z",
      start: () => ({ state: 0, effects: [] }),
      step: (state) => ({ state, effects: [] })
    })
    const [violation] = check(sending([]), [always("about z", (view) => view.of(stranger) === 0)]).violations
    expect(violation?.detail).toContain(
      'A property names the component "z", which system pair does not have; there are: a.'
    )
  })

  it("something that was to be seen and was not is a warning", () => {
    expect(check(sending([]), [sometimes("never", () => false)]).warnings).toEqual([
      '"never" was never seen: the model may be too small to show it, or it cannot happen.'
    ])
  })
})

describe("out of memory", () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it("ends the search as incomplete, and says what was reached and what to do", () => {
    vi.spyOn(process, "availableMemory").mockReturnValue(0)
    const counters = ["a", "b", "c", "d", "e", "f"].map((name) =>
      component<number>({
        name,
        start: () => ({ state: 0, effects: [] }),
        step: (state) => ({ state: state + 1, effects: [] }),
        internal: (state) => (state < 9 ? [{ type: "count" }] : [])
      })
    )
    const many = system({
      name: "many",
      components: counters,
      initially: counters.map(({ name }) => ({ _tag: "Start", component: name, input: null }))
    })
    const { isComplete, states, violations, warnings } = check(many, [])
    expect(isComplete).toBe(false)
    expect(violations).toEqual([])
    expect(states).toBeGreaterThan(1000)
    expect(warnings[0]).toMatch(/^Out of memory: .*Remember less of each state/)
  })
})
