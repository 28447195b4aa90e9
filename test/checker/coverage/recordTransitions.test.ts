import { describe, expect, it } from "vitest"
import { type AnyStateMachine, createMachine, setup } from "xstate"
import { recordTransitions } from "../../../packages/checker/src/coverage/recordTransitions.ts"
import { machineStepper } from "../../../packages/checker/src/machines/machineStepper.ts"

const makeDoor = () =>
  setup({ guards: { isFree: () => false, isLoud: () => true }, actions: { ring: () => {} } }).createMachine({
    id: "door",
    initial: "shut",
    on: { knock: {} },
    states: {
      shut: {
        on: { push: { target: "open", actions: "ring" }, pull: [{ guard: "isFree", target: "open" }, {}] }
      },
      open: {
        initial: "wide",
        always: { guard: "isLoud", actions: "ring" },
        onDone: "shut",
        states: { wide: { on: { push: "narrow" } }, narrow: { type: "final" } }
      }
    }
  })

const names = {
  knock: "door (any state) knock #0 [] -> (stays)",
  push: "door shut push #0 [] -> open",
  pullFree: "door shut pull #0 [isFree] -> open",
  pull: "door shut pull #1 [] -> (stays)",
  done: "door open xstate.done.state.door.open #0 [] -> shut",
  always: "door open always #0 [isLoud] -> (stays)",
  narrow: "door open.wide push #0 [] -> open.narrow"
}

/** What the machine does on the events: values and actions. */
const run = (machine: AnyStateMachine, ...types: ReadonlyArray<string>) => {
  const { initial, step } = machineStepper(machine)
  let [snapshot] = initial(undefined)
  return types.map((type) => {
    const before = snapshot
    const [next, actions] = step(before, { type })
    snapshot = next
    return { isSame: next === before, value: next.value, actions, can: () => before.can({ type }) }
  })
}

const transitions = (machine: AnyStateMachine) =>
  [machine.root, ...Object.values(machine.root.states)].map((node) =>
    [...node.transitions.values(), node.always ?? []].flat().map(({ guard, actions }) => ({ guard, actions }))
  )

describe("recordTransitions", () => {
  it("counts every transition by name: guarded, without an event, forbidden, on completion", () => {
    const door = makeDoor()
    const { counts, coverage } = recordTransitions([door])
    run(door, "pull", "pull", "push", "push")
    expect(Object.fromEntries(counts)).toEqual({
      [names.knock]: 0,
      [names.push]: 1,
      [names.pullFree]: 0,
      [names.pull]: 2,
      [names.done]: 1,
      [names.always]: 2,
      [names.narrow]: 1
    })
    expect(coverage()).toEqual({
      taken: [names.push, names.pull, names.done, names.always, names.narrow],
      untaken: [names.knock, names.pullFree]
    })
  })

  it("R1: a recorded machine behaves as it did: snapshots, actions, what it can", () => {
    const events = ["knock", "pull", "push", "knock", "push", "pull"]
    const behaviour = (machine: AnyStateMachine) =>
      run(machine, ...events).map(({ isSame, value, actions, can }) => ({ isSame, value, actions, can: can() }))
    const expected = behaviour(makeDoor())
    const door = makeDoor()
    recordTransitions([door])
    expect(behaviour(door)).toEqual(expected)
    expect(expected.map(({ can }) => can)).toEqual([false, false, true, false, true, false])
    expect(expected[0]?.isSame).toBe(true)
  })

  it("R2: recordings may overlap; the last end leaves the machine as it was", () => {
    const door = makeDoor()
    const before = transitions(door)
    const outer = recordTransitions([door])
    const inner = recordTransitions([door])
    run(door, "pull", "push")
    outer.stop()
    run(door, "pull", "push")
    inner.stop()
    run(door, "pull", "push")
    expect(Object.keys(Object.fromEntries(inner.counts))).toEqual(Object.keys(Object.fromEntries(outer.counts)))
    expect([outer.counts.get(names.pull), inner.counts.get(names.pull)]).toEqual([1, 2])
    expect([outer.counts.get(names.push), inner.counts.get(names.push)]).toEqual([1, 2])
    expect(transitions(door)).toEqual(before)
    outer.stop()
    expect(transitions(door)).toEqual(before)
  })

  it("counts machines of the same id as one, and a machine that is named twice once", () => {
    const [one, other] = [makeDoor(), makeDoor()]
    const { counts } = recordTransitions([one, other, one])
    run(one, "push")
    run(other, "push")
    expect(counts.get(names.push)).toBe(2)
  })

  it("names inline guards and several targets", () => {
    const machine = createMachine({
      id: "m",
      type: "parallel",
      on: { go: { guard: () => true, target: [".a.x", ".b.y"] } },
      states: { a: { initial: "x", states: { x: {} } }, b: { initial: "y", states: { y: {} } } }
    })
    expect([...recordTransitions([machine]).counts.keys()]).toEqual(["m (any state) go #0 [inline] -> a.x, b.y"])
  })
})
