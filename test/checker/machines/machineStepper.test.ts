import { describe, expect, expectTypeOf, it } from "vitest"
import {
  assign,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  initialTransition,
  raise,
  setup,
  transition
} from "xstate"
import { machineStepper } from "../../../packages/checker/src/machines/machineStepper.ts"

const door = setup({
  types: {
    context: {} as { readonly opened: number },
    events: {} as { type: "open"; by: string } | { type: "close" } | { type: "slam" },
    input: {} as { readonly opened: number },
    emitted: {} as { type: "opened"; times: number }
  },
  actions: { ring: (_, _params: { times: number }) => {}, dim: () => {} }
}).createMachine({
  id: "door",
  initial: "shut",
  context: ({ input }) => ({ opened: input.opened }),
  entry: { type: "ring", params: { times: 1 } },
  states: {
    shut: {
      on: {
        open: {
          target: "open",
          actions: [
            assign({ opened: ({ context }) => context.opened + 1 }),
            { type: "ring", params: ({ context }) => ({ times: context.opened }) },
            emit(({ context }) => ({ type: "opened" as const, times: context.opened }))
          ]
        }
      }
    },
    open: { on: { close: { target: "shut", actions: "dim" }, slam: { actions: raise({ type: "close" }) } } }
  }
})

describe("machineStepper", () => {
  const { initial, step } = machineStepper(door)

  it("M1: gives the actions of a step as data, in order, with their parameters", () => {
    const [shut, first] = initial({ opened: 4 })
    expect(first).toEqual([{ type: "ring", params: { times: 1 } }])
    const [open, actions] = step(shut, { type: "open", by: "guest" })
    expect(open.value).toBe("open")
    expect(open.context).toEqual({ opened: 5 })
    expect(actions).toEqual([
      { type: "ring", params: { times: 5 } },
      { type: "xstate.emit", params: { event: { type: "opened", times: 5 } } }
    ])
  })

  it("M1: consumes raised events within the step", () => {
    const [open] = step(initial({ opened: 0 })[0], { type: "open", by: "guest" })
    const [shut, actions] = step(open, { type: "slam" })
    expect(shut.value).toBe("shut")
    expect(actions).toEqual([{ type: "dim", params: undefined }])
  })

  it("M2: changes no snapshot, and answers the same one for an event that is not handled", () => {
    const [shut] = initial({ opened: 0 })
    step(shut, { type: "open", by: "guest" })
    expect(shut.value).toBe("shut")
    expect(shut.context).toEqual({ opened: 0 })
    expect(step(shut, { type: "close" })[0]).toBe(shut)
  })

  it("steps as XState's own transition does", () => {
    const input = { opened: 2 }
    let [mine] = initial(input)
    let [theirs] = initialTransition(door, input)
    for (const type of ["slam", "open", "close", "open", "slam"] as const) {
      const event = type === "open" ? ({ type, by: "guest" } as const) : { type }
      ;[mine] = step(mine, event)
      ;[theirs] = transition(door, theirs, event)
      expect(mine.toJSON()).toEqual(theirs.toJSON())
    }
  })

  it("types the actions that setup declares by their names", () => {
    const [, [action]] = initial({ opened: 0 })
    if (action?.type === "ring") expectTypeOf(action.params).toEqualTypeOf<{ times: number }>()
    if (action?.type === "xstate.emit") expectTypeOf(action.params.event.times).toEqualTypeOf<number>()
    expect(action?.type).toBe("ring")
  })

  it("throws what an assignment or the context throws", () => {
    const thrower = createMachine({
      id: "thrower",
      context: {},
      on: {
        go: {
          actions: assign(() => {
            throw new RangeError("too far")
          })
        }
      }
    })
    const { initial: begin, step: go } = machineStepper(thrower)
    expect(() => go(begin(undefined)[0], { type: "go" })).toThrow(new RangeError("too far"))
    expect(begin(undefined)[0].status).toBe("active")
    const unborn = createMachine({
      id: "unborn",
      context: () => {
        throw new Error("no context")
      }
    })
    expect(() => machineStepper(unborn).initial(undefined)).toThrow("no context")
  })

  it("refuses what hides in functions: spawned actors and delayed events", () => {
    const work = fromPromise(async () => 1)
    const spawning = createMachine({
      id: "spawning",
      context: {},
      on: { go: { actions: assign(({ spawn }) => ({ ref: spawn(work, { id: "worker" }) })) } }
    })
    const spawns = machineStepper(spawning)
    expect(() => spawns.step(spawns.initial(undefined)[0], { type: "go" })).toThrow(
      /^Machine spawning has spawned worker.*name the activity as an action/
    )
    const born = createMachine({ id: "born", context: ({ spawn }) => ({ ref: spawn(work, { id: "worker" }) }) })
    expect(() => machineStepper(born).initial(undefined)).toThrow(/^Machine born has spawned worker/)
    const delaying = createMachine({
      id: "delaying",
      on: { go: { actions: enqueueActions(({ enqueue }) => enqueue.raise({ type: "late" }, { delay: 10 })) } }
    })
    const delays = machineStepper(delaying)
    expect(() => delays.step(delays.initial(undefined)[0], { type: "go" })).toThrow(
      /^Machine delaying asked for a delayed event \(xstate.raise\).*SetTimer/
    )
  })
})
