import { describe, expect, it } from "vitest"
import { assign, setup } from "xstate"
import { machineComponent } from "../../../packages/checker/src/system/machineComponent.ts"

const counter = setup({
  types: {
    context: {} as { readonly count: number },
    events: {} as { type: "add" } | { type: "ask" } | { type: "shout" },
    input: {} as { readonly from: number }
  },
  actions: { answer: (_, _params: { count: number }) => {}, shout: () => {} }
}).createMachine({
  id: "counter",
  context: ({ input }) => ({ count: input.from }),
  on: {
    add: { actions: assign({ count: ({ context }) => context.count + 1 }) },
    ask: { actions: { type: "answer", params: ({ context }) => ({ count: context.count }) } },
    shout: { actions: "shout" }
  }
})

const component = machineComponent({
  name: "tally",
  machine: counter,
  effects: (action, { context }) =>
    action.type === "answer"
      ? [
          {
            _tag: "Send",
            channel: "replies",
            message: { type: `count.${action.params.count}.of.${context.count}` }
          }
        ]
      : undefined,
  durable: ({ context }) => context.count,
  restore: (durable) => ({ from: Number(durable) })
})

describe("machineComponent", () => {
  it("has the snapshot as its state and turns actions into effects", () => {
    const { state } = component.start({ from: 1 }, undefined)
    const added = component.step(state, { type: "add" })
    expect(added.state.context).toEqual({ count: 2 })
    expect(added.effects).toEqual([])
    expect(component.step(added.state, { type: "ask" }).effects).toEqual([
      { _tag: "Send", channel: "replies", message: { type: "count.2.of.2" } }
    ])
    expect(component.machines).toEqual([counter])
    expect(component.snapshots?.(state)).toEqual([{ name: "counter", snapshot: state }])
  })

  it("starts after a crash with what survived", () => {
    expect(component.start({ from: 1 }, 7).state.context).toEqual({ count: 7 })
    expect(component.durable?.(component.start({ from: 3 }, undefined).state)).toBe(3)
  })

  it("has an input of its own if it is given one", () => {
    const fixed = machineComponent({ name: "fixed", machine: counter, input: { from: 9 }, effects: () => [] })
    expect(fixed.start({ from: 1 }, undefined).state.context).toEqual({ count: 9 })
  })

  it("refuses an action that nobody routes, naming component, action and remedy", () => {
    const { state } = component.start({ from: 1 }, undefined)
    expect(() => component.step(state, { type: "shout" })).toThrow(
      'Component tally: nobody routes the action {"type":"shout"}. ' +
        "Answer it with effects, or with an empty list if nothing in the model depends on it."
    )
  })

  it("refuses to keep something that no restart uses", () => {
    expect(() => machineComponent({ name: "t", machine: counter, effects: () => [], durable: () => 1 })).toThrow(
      'Component t has "durable" without "restore".'
    )
  })
})
