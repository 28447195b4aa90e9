/** What functions of a model may answer or throw against their types: reported with the path, never a crash of the search. */
import { describe, expect, it } from "vitest"
import { setup } from "xstate"
import { ModelError } from "../../packages/checker/src/engine/errors.ts"
import { always, leadsTo, sometimes } from "../../packages/checker/src/property/Property.ts"
import { check } from "../../packages/checker/src/search/check.ts"
import type { CheckOptions } from "../../packages/checker/src/search/Report.ts"
import { simulate } from "../../packages/checker/src/search/simulate.ts"
import { type Component, component } from "../../packages/checker/src/system/Component.ts"
import type { Effect } from "../../packages/checker/src/system/Effect.ts"
import { machineComponent } from "../../packages/checker/src/system/machineComponent.ts"
import { resource } from "../../packages/checker/src/system/Resource.ts"
import { type SystemSpec, system } from "../../packages/checker/src/system/System.ts"
import { trusted } from "../../packages/checker/src/system/trusted.ts"

interface Count {
  readonly n: number
}

const start = { _tag: "Start", component: "counter" } as const

const queue = { name: "queue", kind: "bag", to: "counter" } as const

/** Counts to three. */
const counter = (changes: Partial<Component<Count>> = {}) =>
  component<Count>({
    name: "counter",
    start: () => ({ state: { n: 0 }, effects: [] }),
    step: ({ n }) => ({ state: { n: n + 1 }, effects: [] }),
    internal: ({ n }) => (n < 3 ? [{ type: "count" }] : []),
    ...changes
  })

const counting = (changes: Partial<Component<Count>> = {}, more: Partial<SystemSpec> = {}) =>
  system({ name: "counting", components: [counter(changes)], initially: [start], ...more })

/** A step that asks for this. */
const asking = (effect: unknown): Partial<Component<Count>> => ({
  step: () => ({ state: { n: 9 }, effects: trusted([effect]) })
})

/** It starts with a message to itself. */
const sendingFirst: Partial<Component<Count>> = {
  start: () => ({ state: { n: 0 }, effects: [{ _tag: "Send", channel: "queue", message: { type: "hello" } }] })
}

const armed: Partial<Component<Count>> = {
  start: () => ({ state: { n: 0 }, effects: [{ _tag: "SetTimer", timer: "tick" }] })
}

const boom = (): never => {
  throw new Error("boom")
}

const itself = (): object => {
  const value: Record<string, unknown> = { type: "x" }
  value.self = value
  return value
}

describe("a function of the model that answers what it must not is a violation that names it", () => {
  it.each<readonly [string, Partial<Component<Count>>, Partial<SystemSpec>, string]>([
    ["no step", { step: () => trusted(undefined) }, {}, "component counter, on count, answers undefined instead of"],
    [
      "no effects",
      { step: () => trusted({ state: 1 }) },
      {},
      'on count, answers with "effects": undefined is no list.'
    ],
    ["an effect that is null", asking(null), {}, "asks for an effect that there is not: null."],
    ["an unknown effect", asking({ _tag: "Sned" }), {}, 'asks for an effect that there is not: {"_tag":"Sned"}.'],
    [
      "a timer without a name",
      asking({ _tag: "SetTimer" }),
      {},
      '{"_tag":"SetTimer"}: "timer" is the name of a timer.'
    ],
    [
      "a message without a type",
      asking({ _tag: "Send", channel: "queue", message: {} }),
      { channels: [queue] },
      'component counter, on count, gives {}: a message or event is a record with a text "type".'
    ],
    [
      "a request for nothing",
      asking({ _tag: "Request", resource: "log" }),
      { resources: [resource({ name: "log", initial: 0, apply: (state) => ({ state, effects: [] }) })] },
      'asks log for nothing: give the Request an "operation".'
    ],
    [
      "no internal events",
      { internal: () => trusted(undefined) },
      {},
      "counter, internal events: undefined is no list."
    ],
    ["an internal event without a type", { internal: () => trusted([{}]) }, {}, "internal events gives {}: a message"],
    ["no event of a timer", { ...armed, timerEvent: () => trusted(undefined) }, {}, "timerEvent gives undefined"],
    ["a state that contains itself", { step: () => trusted({ state: itself(), effects: [] }) }, {}, "contains itself"]
  ])("%s", (_, changes, more, problem) => {
    const { isComplete, violations } = check(counting(changes, more), [])
    expect(isComplete).toBe(false)
    expect(violations.map(({ property }) => property)).toEqual(["no step throws"])
    expect(violations[0]?.detail).toContain(problem)
  })
})

describe("a function of the model that throws is a violation that names it", () => {
  const crashes = { crashes: [{ name: "process", components: ["counter"], recover: null }], faults: { crash: 1 } }
  const channelWith = (fault: object, faults: Readonly<Record<string, number>>) => ({
    channels: [{ ...queue, ...fault }],
    faults
  })

  it.each<readonly [string, Partial<Component<Count>>, Partial<SystemSpec>, string]>([
    ["timerEvent", { ...armed, timerEvent: boom }, {}, 'component counter, timerEvent threw on "tick": boom'],
    ["durable", { durable: boom }, crashes, 'component counter, durable threw on {"n":0}: boom'],
    ["loses", sendingFirst, channelWith({ loses: boom }, { lose: 1 }), "channel queue, loses, threw on"],
    [
      "duplicates",
      sendingFirst,
      channelWith({ duplicates: boom }, { duplicate: 1 }),
      "channel queue, duplicates, threw"
    ],
    [
      "a condition",
      {},
      { stimuli: [{ name: "s", times: 1, effects: [], when: boom }] },
      'stimulus s, "when", threw: boom'
    ],
    ["a bound", {}, { bounds: { small: boom } }, "bound small threw: boom"]
  ])("%s", (_, changes, more, problem) => {
    const model = counting(changes, more)
    const { violations } = check(model, [])
    expect(violations.map(({ property }) => property)).toEqual(["no step throws"])
    expect(violations[0]?.detail).toContain(problem)
    expect(simulate(model, [], { seed: 1 }).violations[0]?.detail).toContain(problem)
  })

  it("fairness", () => {
    const fair = [{ strength: "weak", of: boom }] as const
    const { violations } = check(counting(), [leadsTo("ends", { from: () => true, to: () => false, fair })])
    expect(violations.map(({ detail }) => detail)).toEqual(["its fairness threw: boom"])
  })

  it("a machine that never comes to rest is ended, not waited for", () => {
    const machine = setup({ types: { events: {} as { type: "go" } } }).createMachine({
      id: "dizzy",
      initial: "still",
      states: { still: { on: { go: "left" } }, left: { always: "right" }, right: { always: "left" } }
    })
    const dizzy = machineComponent({ name: "dizzy", machine, effects: () => [], internal: () => [{ type: "go" }] })
    const model = system({ name: "dance", components: [dizzy], initially: [{ _tag: "Start", component: "dizzy" }] })
    expect(check(model, []).violations[0]?.detail).toContain(
      "Machine dizzy comes to no end: one event has made more than"
    )
  })
})

describe("a property that changes what it is shown", () => {
  it("throws, also where that is a snapshot, and what it has not seen yet is still there", () => {
    const machine = setup({ types: { events: {} as { type: "go" } } }).createMachine({
      id: "door",
      initial: "shut",
      states: { shut: { on: { go: "open" } }, open: {} }
    })
    const door = machineComponent({
      name: "door",
      machine,
      effects: () => [],
      internal: (snapshot) => (snapshot.matches("shut") ? [{ type: "go" }] : [])
    })
    const model = system({ name: "house", components: [door], initially: [{ _tag: "Start", component: "door" }] })
    const meddling = always("meddles", (view) => {
      Object.assign(view.of(door) ?? {}, { value: "ajar" })
      return true
    })
    const opens = sometimes("opens", (view) => view.of(door)?.value === "open")
    const { violations, witnesses } = check(model, [meddling, opens], { continueAfterViolation: true })
    expect(violations[0]?.detail).toContain("threw: Cannot assign to read only property 'value'")
    expect(witnesses.opens?.steps).toHaveLength(1)
  })

  it("a property about the history of a system that has none does not hold by accident", () => {
    const heard = always("nothing is heard", (view) => view.history({ initial: 0 }) === 0)
    expect(check(counting(), [heard]).violations[0]?.detail).toContain(
      "and the system has none: give it its `history`."
    )
  })
})

describe("what would be taken for something else in silence is refused", () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])("%d as a number of times", (times) => {
    const effects: ReadonlyArray<Effect> = []
    expect(() => check(counting({}, { faults: { crash: times } }), [])).toThrow(
      `The budget of fault "crash" of system counting is ${times}; it is a whole number from 0 to 2147483647.`
    )
    expect(() => check(counting({}, { stimuli: [{ name: "s", times, effects }] }), [])).toThrow(
      '"times" of stimulus s is'
    )
  })

  it.each<readonly [string, object, string]>([
    ["a kind", { kind: "queue" }, '"kind" of channel queue is "queue"; it is one of fifo, bag, set.'],
    [
      "what becomes of messages",
      { whenDown: "drop" },
      '"whenDown" of channel queue is "drop"; it is one of clear, keep.'
    ],
    ["a capacity", { capacity: -1 }, '"capacity" of channel queue is -1; it is a whole number'],
    ["a set that loses", { kind: "set", loses: () => true }, 'Channel queue is a set and has "loses"']
  ])("%s of a channel", (_, changes, problem) => {
    expect(() => check(counting({}, { channels: [{ ...queue, ...changes }] }), [])).toThrow(ModelError)
    expect(() => check(counting({}, { channels: [{ ...queue, ...changes }] }), [])).toThrow(problem)
  })

  it.each<readonly [unknown, string]>([
    [{ strategy: "bfs" }, 'Option "strategy" is "bfs"; it is one of breadth-first, depth-first.'],
    [{ visited: "hash" }, 'Option "visited" is "hash"; it is one of exact, compact, bitstate.'],
    [{ statesMax: Number.NaN }, 'Option "statesMax" is NaN; it is a whole number, 0 or more.'],
    [{ recheckEvery: 0.5 }, 'Option "recheckEvery" is 0.5; it is a whole number, 0 or more.'],
    [{ bits: 1024 }, 'it needs visited: "bitstate".'],
    [{ visited: "bitstate", bits: 1000 }, 'Option "bits" is 1000; it is a power of two from 2^10 to 2^36.']
  ])("the options %j", (options, problem) => {
    const given: CheckOptions = trusted(options)
    expect(() => check(counting(), [], given)).toThrow(problem)
  })

  it("two properties of one name, of which one would answer for the other", () => {
    const twice = [sometimes("seen", () => true), sometimes("seen", () => false)]
    expect(() => check(counting(), twice)).toThrow('"seen" is the name of two properties. Rename one')
    expect(() => simulate(counting(), twice, { seed: 1 })).toThrow('"seen" is the name of two properties. Rename one')
    expect(() => check(counting(), [always("no step throws", () => true)])).toThrow(
      "what a search calls a step that throws"
    )
  })
})

describe("a warning says so where", () => {
  it("a fault has a budget and cannot happen", () => {
    const faults = { lose: 1, "queue.late": 1, duplicate: 0 }
    expect(check(counting({}, { channels: [queue], faults }), []).warnings).toEqual([
      'Fault "lose" has a budget and never happens: it takes a channel with `loses`.',
      'Fault "queue.late" has a budget and never happens: it takes a resource with `unknown` named queue.'
    ])
  })

  it("nothing is ever started", () => {
    expect(check(counting({}, { initially: [] }), []).warnings).toEqual([
      "Nothing ever happens: `initially` starts no component."
    ])
  })

  it("states were probably omitted: such a search proves nothing", () => {
    const many = counting({ internal: ({ n }) => (n < 2_000 ? [{ type: "count" }] : []) })
    const { holds, isComplete, share, states, warnings } = check(many, [], { visited: "bitstate", bits: 1024 })
    expect({ holds, isComplete }).toEqual({ holds: false, isComplete: false })
    expect(states).toBeLessThan(2_001)
    expect(share).toBeLessThan(1)
    expect(warnings.some((warning) => warning.startsWith("States were omitted with probability"))).toBe(true)
  })

  it("counts what a bound named like a method of every object cuts off", () => {
    const bounds = { constructor: () => false }
    expect(check(counting({}, { bounds }), []).cutOff).toEqual({ constructor: 1 })
  })
})
