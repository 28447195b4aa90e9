/** The generator of mutants: what it changes, and that it changes nothing else. */
import { describe, expect, it } from "vitest"
import { type AnyStateMachine, assign, createActor, setup } from "xstate"
import { machineStepper } from "../../packages/checker/src/machines/machineStepper.ts"
import {
  type CommandsOption,
  mutantsOf,
  mutationOperators,
  observe,
  rewriteCommands
} from "../../packages/checker/src/mutation/index.ts"
import { machines } from "../../packages/core/src/protocol/machines.ts"

interface Command {
  readonly _tag: string
}

const commands: CommandsOption = {
  action: "perform",
  nameOf: (command) =>
    typeof command === "object" && command !== null && "_tag" in command ? String(command._tag) : "?"
}

const door = setup({
  types: {
    context: {} as { readonly pushes: number; readonly log: ReadonlyArray<string>; readonly isNew: boolean },
    events: {} as { readonly type: "push"; readonly by: string } | { readonly type: "lock" } | { readonly type: "pull" }
  },
  actions: {
    perform: (_, _commands: ReadonlyArray<Command>) => {},
    note: assign(({ context }, by: string) => ({
      pushes: context.pushes + 1,
      log: [...context.log, by],
      isNew: false
    }))
  },
  guards: { isStrong: (_, by: string) => by === "bear" }
}).createMachine({
  id: "door",
  initial: "shut",
  context: { pushes: 0, log: [], isNew: true },
  states: {
    shut: {
      exit: { type: "perform", params: [{ _tag: "Creak" }] },
      on: {
        push: [
          {
            guard: { type: "isStrong", params: ({ event }) => event.by },
            target: "open",
            actions: [
              { type: "note", params: ({ event }) => event.by },
              { type: "perform", params: ({ context }) => [{ _tag: "Bang" }, { _tag: `Count ${context.pushes}` }] }
            ]
          },
          { actions: { type: "note", params: ({ event }) => event.by } }
        ],
        lock: "locked"
      }
    },
    open: { on: { pull: "shut" } },
    locked: {}
  }
})

const definition = JSON.stringify(door.config)

interface Seen {
  readonly value: unknown
  readonly context: unknown
  readonly performed: ReadonlyArray<string>
}

/** What a machine does on some pushes. */
const pushed = (machine: typeof door, ...who: ReadonlyArray<string>): Seen => {
  const { initial, step } = machineStepper(machine)
  let [snapshot] = initial(undefined)
  const performed: Array<string> = []
  for (const by of who) {
    const [next, actions] = step(snapshot, { type: "push", by })
    snapshot = next
    performed.push(
      ...actions.flatMap((action) => (action.type === "perform" ? action.params : [])).map(commands.nameOf)
    )
  }
  return { value: snapshot.value, context: snapshot.context, performed }
}

const watched = () => {
  const { machine, observations, takeReached } = observe(door, commands)
  const original = pushed(machine, "bear")
  pushed(machine, "child", "child")
  return { observations, takeReached, original }
}

const { observations } = watched()
const doorMutants = mutantsOf(door, { commands, observations })

const mutant = (name: string): typeof door => {
  const found = doorMutants.find((one) => one.name === `door ${name}`)
  if (found === undefined)
    throw new Error(`no mutant "${name}" among\n${doorMutants.map((one) => one.name).join("\n")}`)
  return found.machine
}

describe("a mutant has one mistake", () => {
  const bear = { value: "open", context: { pushes: 1, log: ["bear"], isNew: false } }
  const performed = ["Creak", "Bang", "Count 1"]

  it("the original, for comparison", () => {
    expect(pushed(door, "bear")).toEqual({ ...bear, performed })
    expect(pushed(door, "child").value).toBe("shut")
  })

  it("a transition dropped: the next alternative is taken, or nothing", () => {
    expect(pushed(mutant("shut push #0: transition dropped"), "bear").value).toBe("shut")
    expect(pushed(mutant("shut push #1: transition dropped"), "child").context).toEqual({
      pushes: 0,
      log: [],
      isNew: true
    })
  })

  it("an event unhandled: all its alternatives at once", () => {
    const machine = mutant("shut push: event unhandled")
    expect([pushed(machine, "bear").value, pushed(machine, "child").context]).toEqual([
      "shut",
      { pushes: 0, log: [], isNew: true }
    ])
  })

  it("a target swapped: to a sibling, or nowhere", () => {
    expect(pushed(mutant("shut push #0: target swapped to locked"), "bear").value).toBe("locked")
    expect(pushed(mutant("shut push #0: target swapped to nowhere"), "bear")).toEqual({
      ...bear,
      value: "shut",
      performed: ["Bang", "Count 1"]
    })
  })

  it("a guard negated or removed", () => {
    expect(pushed(mutant("shut push #0: guard negated"), "bear").value).toBe("shut")
    expect(pushed(mutant("shut push #0: guard negated"), "child").value).toBe("open")
    expect(pushed(mutant("shut push #0: guard removed"), "child").value).toBe("open")
  })

  it("commands dropped, doubled, reordered: those of a list, whatever function gives them", () => {
    const at = "shut push #0:"
    const done = (name: string) => pushed(mutant(name), "bear").performed
    expect(done(`${at} command dropped action 1 (perform): Bang`)).toEqual(["Creak", "Count 1"])
    expect(done(`${at} command doubled action 1 (perform): Count 1`)).toEqual(["Creak", "Bang", "Count 1", "Count 1"])
    expect(done(`${at} commands reordered action 1 (perform): Bang, Count 1`)).toEqual(["Creak", "Count 1", "Bang"])
    expect(done("shut exit: command dropped action 0 (perform): Creak")).toEqual(["Bang", "Count 1"])
  })

  it("assignments dropped as a whole or for one field, and wrong by one", () => {
    const at = "shut push #0: assignment"
    const context = (name: string) => pushed(mutant(name), "bear").context
    expect(context(`${at} dropped action 0 (note)`)).toEqual({ pushes: 0, log: [], isNew: true })
    expect(context(`${at} dropped action 0 (note): log left as it is`)).toEqual({ ...bear.context, log: [] })
    expect(context(`${at} off by one action 0 (note): pushes: one more`)).toEqual({ ...bear.context, pushes: 2 })
    expect(context(`${at} off by one action 0 (note): pushes: one less`)).toEqual({ ...bear.context, pushes: 0 })
    expect(context(`${at} off by one action 0 (note): isNew: the opposite`)).toEqual({ ...bear.context, isNew: true })
    expect(context(`${at} off by one action 0 (note): log: its last forgotten`)).toEqual({ ...bear.context, log: [] })
  })

  it("U1 the original is as it was, its definition and what it does", () => {
    expect(JSON.stringify(door.config)).toBe(definition)
    expect(pushed(door, "bear")).toEqual({ ...bear, performed })
  })

  it("U2 the same mutants in the same order, each with a name of its own", () => {
    const names = doorMutants.map(({ name }) => name)
    expect(mutantsOf(door, { commands, observations }).map(({ name }) => name)).toEqual(names)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toHaveLength(40)
  })
})

describe("O1 the watched machine", () => {
  it("does what the original does, and tells the places that it reached", () => {
    const { machine, takeReached, observations } = observe(door, commands)
    expect(pushed(machine, "bear")).toEqual(pushed(door, "bear"))
    expect([...takeReached()]).toEqual(["shut push #0", "shut exit"])
    expect(pushed(machine, "child")).toEqual(pushed(door, "child"))
    expect([...takeReached()]).toEqual(["shut push #0", "shut push #1"])
    expect([...takeReached()]).toEqual([])
    expect(observations.commands.get("shut push #0, action 1")).toEqual([["Bang", "Count 1"]])
  })

  it("without observations only what the definition shows is changed", () => {
    const blind = mutantsOf(door, { commands }).map(({ name }) => name)
    expect(blind).toContain("door shut exit: command dropped action 0 (perform): Creak")
    expect(blind.filter((name) => name.includes("off by one") || name.includes("Bang"))).toEqual([])
  })
})

describe("commands rewritten by hand", () => {
  it("are changed where one wants, and nowhere else", () => {
    const silent = rewriteCommands(door, commands, (given, { kind }) => (kind === "exit" ? [] : given))
    expect(pushed(silent, "bear").performed).toEqual(["Bang", "Count 1"])
    const timid = rewriteCommands(door, commands, (given, _, { event }) =>
      event.type === "push" ? given.slice(1) : given
    )
    expect(pushed(timid, "bear").performed).toEqual(["Count 1"])
  })
})

describe("the machines of the protocol", () => {
  const all: ReadonlyArray<AnyStateMachine> = Object.values(machines)
  const mutants = all.flatMap((machine) => mutantsOf(machine, { commands }))

  it("every mutant is a machine whose targets exist and that can be started", () => {
    for (const { name, machine } of mutants) {
      expect(createActor(machine, { input: inputs }).getSnapshot().status, name).not.toBe("error")
    }
  })

  it("their number, by operator, without observations", () => {
    const counts = mutationOperators.map((operator) => [
      operator,
      mutants.filter((mutant) => mutant.operator === operator).length
    ])
    expect(Object.fromEntries(counts)).toMatchInlineSnapshot(`
      {
        "action dropped": 0,
        "assignment dropped": 89,
        "assignment off by one": 0,
        "command doubled": 16,
        "command dropped": 16,
        "commands reordered": 1,
        "entry or exit dropped": 1,
        "event unhandled": 19,
        "guard negated": 53,
        "guard removed": 53,
        "target swapped": 221,
        "transition dropped": 125,
      }
    `)
  })
})

/** Enough to start any of them. */
const inputs = {
  policy: {
    trigger: "periodic",
    concurrentMax: 1,
    toleratedFailures: null,
    retained: 1,
    queuedTriggersMax: 1,
    restartsMax: null
  },
  barrier: { id: 1, kind: "checkpoint", base: null, alignment: "aligned" },
  subtasks: ["a"],
  isRecorded: false,
  subtask: "a",
  channels: ["b"],
  hasCommitter: true,
  restored: 1,
  prepared: [{ id: 1, transaction: "t" }]
}
