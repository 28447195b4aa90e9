/** Logs of small systems, explained and not. */
import { describe, expect, it } from "vitest"
import type { Observe } from "../../../packages/checker/src/conformance/Conformance.ts"
import { conforms } from "../../../packages/checker/src/conformance/conforms.ts"
import { ModelError } from "../../../packages/checker/src/engine/errors.ts"
import { always, sometimes, step } from "../../../packages/checker/src/property/Property.ts"
import { component } from "../../../packages/checker/src/system/Component.ts"
import { type System, system } from "../../../packages/checker/src/system/System.ts"

interface Numbered {
  readonly type: "number"
  readonly n: number
}

const numbered = (n: number): Numbered => ({ type: "number", n })

/** Sends the numbers from 1 on, in order, up to a limit. */
const sender = (limit: number) =>
  component({
    name: "sender",
    start: () => ({ state: { next: 1 }, effects: [] }),
    step: (_state: { readonly next: number }, { n }: Numbered) => ({
      state: { next: n + 1 },
      effects: [{ _tag: "Send", channel: "line", message: numbered(n) }]
    }),
    internal: ({ next }) => (next > limit ? [] : [numbered(next)])
  })

/** Adds up what it gets. */
const adder = component({
  name: "adder",
  start: () => ({ state: { sum: 0 }, effects: [] }),
  step: ({ sum }: { readonly sum: number }, { n }: Numbered) => ({ state: { sum: sum + n }, effects: [] })
})

const adding = (options: { readonly limit: number; readonly lost?: number; readonly kind?: "fifo" | "bag" }): System =>
  system({
    name: "adding",
    components: [sender(options.limit), adder],
    channels: [{ name: "line", kind: options.kind ?? "fifo", to: "adder", loses: () => true }],
    initially: [
      { _tag: "Start", component: "sender", input: null },
      { _tag: "Start", component: "adder", input: null }
    ],
    faults: { lose: options.lost ?? 0 }
  })

interface Added {
  readonly added: number
  readonly sum: number
}

/** Only the adder is seen. */
const observeAdder: Observe<Added> = (before, action, after) =>
  action._tag === "Deliver"
    ? { added: (after.of(adder)?.sum ?? 0) - (before.of(adder)?.sum ?? 0), sum: after.of(adder)?.sum ?? 0 }
    : null

const sums = (...numbers: ReadonlyArray<number>): ReadonlyArray<Added> => {
  let sum = 0
  return numbers.map((added) => {
    sum += added
    return { added, sum }
  })
}

describe("a log conforms", () => {
  it("if some behaviour logs exactly it, whatever happens unseen between the observations", () => {
    const found = conforms(adding({ limit: 3 }), sums(1, 2, 3), observeAdder)
    expect(found).toMatchObject({ conforms: true })
    const tags = found.steps.map((action) => action._tag)
    expect(tags.filter((tag) => tag === "Internal")).toHaveLength(3)
    expect(tags.filter((tag) => tag === "Deliver")).toHaveLength(3)
  })

  it("if it stops before the system does, and if it is empty", () => {
    expect(conforms(adding({ limit: 5 }), sums(1, 2), observeAdder).conforms).toBe(true)
    expect(conforms(adding({ limit: 5 }), [], observeAdder)).toMatchObject({ conforms: true, steps: [] })
  })

  it("if it needs the faults that the system declares, and no more of them", () => {
    expect(conforms(adding({ limit: 3, lost: 1 }), sums(1, 3), observeAdder).conforms).toBe(true)
    expect(conforms(adding({ limit: 4, lost: 1 }), sums(1, 4), observeAdder).conforms).toBe(false)
    expect(conforms(adding({ limit: 4, lost: 2 }), sums(1, 4), observeAdder).conforms).toBe(true)
  })

  it("if an early choice has to be taken back because of what is logged much later", () => {
    // That the third number was lost shows only in the last sum.
    const large: Observe<number | "small"> = (_before, action, after) => {
      const sum = after.of(adder)?.sum ?? 0
      return action._tag === "Deliver" ? (sum > 10 ? sum : "small") : null
    }
    const withThirdLost = ["small", "small", "small", 12] as const
    expect(conforms(adding({ limit: 5, lost: 1 }), withThirdLost, large).conforms).toBe(true)
    const impossible = ["small", "small", "small", 16] as const
    expect(conforms(adding({ limit: 5, lost: 1 }), impossible, large)).toMatchObject({ conforms: false, at: 3 })
  })
})

describe("a log does not conform", () => {
  it("at the first observation that nothing explains; it is told what could have been there, and in which state", () => {
    const found = conforms(adding({ limit: 5 }), sums(1, 2, 4), observeAdder)
    expect(found).toMatchObject({
      conforms: false,
      at: 2,
      observation: { added: 4, sum: 7 },
      expected: [{ added: 3, sum: 6 }],
      violated: [],
      cutOff: []
    })
    if (found.conforms) throw new Error("unreachable")
    const state = found.state.find(({ slot }) => slot.kind === "component" && slot.name === "adder")
    expect(state?.value).toMatchObject({ state: { sum: 3 } })
    expect(found.steps.filter(({ _tag }) => _tag === "Deliver")).toHaveLength(2)
  })

  it("beyond what the system can do at all", () => {
    expect(conforms(adding({ limit: 1 }), sums(1, 2), observeAdder)).toMatchObject({ at: 1, expected: [] })
  })

  it("if every explanation violates a property, which is named", () => {
    const small = always("the sum is below five", (view) => (view.of(adder)?.sum ?? 0) < 5 || "it is not")
    const found = conforms(adding({ limit: 3 }), sums(1, 2, 3), observeAdder, { properties: [small] })
    expect(found).toMatchObject({
      conforms: false,
      at: 2,
      violated: [{ property: "the sum is below five", detail: "it is not" }]
    })
    const grows = step("sums grow by two at most", (before, _, after) => {
      return (after.of(adder)?.sum ?? 0) - (before.of(adder)?.sum ?? 0) <= 2
    })
    expect(conforms(adding({ limit: 3 }), sums(1, 2, 3), observeAdder, { properties: [grows] })).toMatchObject({
      at: 2,
      violated: [{ property: "sums grow by two at most" }]
    })
    expect(conforms(adding({ limit: 2 }), sums(1, 2), observeAdder, { properties: [grows, small] }).conforms).toBe(true)
  })

  it("and it is said when that was not searched to the end", () => {
    expect(conforms(adding({ limit: 9 }), sums(1, 2, 4), observeAdder, { hiddenMax: 2 })).toMatchObject({
      conforms: false,
      cutOff: ["hiddenMax"]
    })
    expect(conforms(adding({ limit: 9, lost: 9 }), sums(1, 99), observeAdder, { statesMax: 3 })).toMatchObject({
      conforms: false,
      cutOff: ["statesMax"]
    })
  })
})

it("properties of whole state spaces are refused", () => {
  const seen = sometimes("the sum is seen", () => true)
  expect(() => conforms(adding({ limit: 1 }), [], observeAdder, { properties: [seen] })).toThrow(ModelError)
})

it("a log of ten thousand observations with about one possible state each takes a second or so", () => {
  const ring = component({
    name: "ring",
    start: () => ({ state: 0, effects: [] }),
    step: (at: number) => ({ state: (at + 1) % 50, effects: [] }),
    internal: () => [{ type: "turn" }, { type: "pass" }]
  })
  const turning = system({
    name: "turning",
    components: [ring],
    initially: [{ _tag: "Start", component: "ring", input: null }]
  })
  const log = Array.from({ length: 10_000 }, (_, i) => ({ turned: (i + 1) % 50 }))
  const found = conforms(turning, log, (_before, _action, after) => ({ turned: after.of(ring) ?? -1 }))
  expect(found.conforms).toBe(true)
  expect(found.states).toBe(10_001)
})
