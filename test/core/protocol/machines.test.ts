/** What holds for the definition of every machine (STYLE of machines). */
import { describe, expect, it } from "vitest"
import { createMachine, setup } from "xstate"
import { machines, makeComponent, makeStepper } from "../../../packages/core/src/protocol/index.ts"

interface Node {
  readonly path: ReadonlyArray<string>
  readonly description?: string | undefined
  readonly invoke: ReadonlyArray<unknown>
  readonly after: ReadonlyArray<unknown>
  readonly states: Readonly<Record<string, Node>>
  readonly transitions: ReadonlyMap<string, ReadonlyArray<{ readonly guard?: unknown }>>
  readonly always?: ReadonlyArray<{ readonly guard?: unknown }> | undefined
}

const nodesOf = (node: Node): ReadonlyArray<Node> => [node, ...Object.values(node.states).flatMap(nodesOf)]

const isNamed = (guard: unknown): boolean =>
  guard === undefined || typeof guard === "string" || (typeof guard === "object" && guard !== null && "type" in guard)

describe("every machine", () => {
  for (const [name, machine] of Object.entries(machines)) {
    const nodes = nodesOf(machine.root)

    it(`${name}: every state is described by a sentence`, () => {
      const undescribed = nodes.slice(1).filter(({ description }) => !/^[A-Z`].*[.]$/s.test(description ?? ""))
      expect(undescribed.map(({ path }) => path.join("."))).toEqual([])
    })

    it(`${name}: guards have names, and nothing is invoked or delayed`, () => {
      for (const node of nodes) {
        const transitions = [...node.transitions.values()].flat().concat(node.always ?? [])
        expect(transitions.filter(({ guard }) => !isNamed(guard))).toEqual([])
        expect([...node.invoke, ...node.after]).toEqual([])
      }
    })
  }
})

const perform = (_: unknown, _commands: ReadonlyArray<unknown>): void => {}

describe("P1 the stepper", () => {
  const counter = setup({
    types: { events: {} as { readonly type: "go" | "fail" } },
    actions: { perform, shout: () => {} }
  }).createMachine({
    id: "counter",
    on: {
      go: {
        actions: [
          { type: "perform", params: ["a"] },
          { type: "perform", params: ["b", "c"] }
        ]
      },
      fail: { actions: [{ type: "perform", params: ["lost"] }, "shout"] }
    }
  })

  it("answers the commands of a step in order, and only those", () => {
    const { initial, step } = makeStepper<typeof counter, string>(counter)
    const [snapshot] = initial(undefined)
    expect(step(snapshot, { type: "go" })[1]).toEqual(["a", "b", "c"])
    expect(step(snapshot, { type: "go" })[1]).toEqual(["a", "b", "c"])
  })

  it("refuses every other effectful action, and keeps nothing of the step that it refused", () => {
    const { initial, step } = makeStepper<typeof counter, string>(counter)
    const [snapshot] = initial(undefined)
    expect(() => step(snapshot, { type: "fail" })).toThrow('the only effectful action is "perform"')
    expect(initial(undefined)[1]).toEqual([])
    expect(step(snapshot, { type: "go" })[1]).toEqual(["a", "b", "c"])
  })
})

describe("C1 a component", () => {
  const part = setup({
    types: { input: {} as { readonly name: string }, context: {} as { readonly name: string } },
    actions: { perform }
  }).createMachine({
    id: "part",
    context: ({ input }) => input,
    entry: {
      type: "perform",
      params: ({ context }) => [
        { _tag: "Born", name: context.name },
        { _tag: "ToOwner", event: { type: "born" } }
      ]
    },
    on: { greet: { actions: { type: "perform", params: [{ _tag: "Greeting" }] } } }
  })
  const owner = createMachine({
    id: "owner",
    on: {
      start: {
        actions: {
          type: "perform",
          params: [
            { _tag: "Before" },
            {
              _tag: "StartParts",
              parts: [
                { key: 2, input: { name: "two" } },
                { key: 1, input: { name: "one" } }
              ]
            },
            { _tag: "After" }
          ]
        }
      },
      born: { actions: { type: "perform", params: [{ _tag: "Noted" }] } },
      greet: { actions: { type: "perform", params: [{ _tag: "ToParts", keys: [1, 2, 3], event: { type: "greet" } }] } },
      stop: { actions: { type: "perform", params: [{ _tag: "StopParts", keys: [1] }] } }
    }
  })
  const { initial, step } = makeComponent<typeof owner, typeof part, { readonly _tag: string }>(owner, part)

  it("folds the commands to parts and the events to the owner into one step; what leaves keeps its order", () => {
    const [state, commands] = step(initial(undefined)[0], { type: "start" })
    const tags = commands.map(({ _tag }) => _tag)
    expect(tags).toEqual(["Before", "Born", "Born", "After", "Noted", "Noted"])
    expect(state.parts.map(({ key }) => key)).toEqual([1, 2])
  })

  it("C2 events for parts that do not exist change nothing; stopped parts hear nothing", () => {
    const [state] = step(initial(undefined)[0], { type: "start" })
    expect(step(state, { type: "greet" })[1]).toHaveLength(2)
    const [stopped] = step(state, { type: "stop" })
    expect(step(stopped, { type: "greet" })[1]).toHaveLength(1)
    expect(step(stopped, { type: "unheard of" })[0]).toBe(stopped)
  })
})
