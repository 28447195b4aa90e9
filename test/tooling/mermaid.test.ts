import { describe, expect, it } from "vitest"
import { and, createMachine, not, setup } from "xstate"
import { machinePage, statechart, stateTable } from "../../scripts/mermaid.ts"

const door = setup({
  types: { events: {} as { type: "door.open" } | { type: "door.close" } | { type: "door.knock" } },
  guards: { isUnlocked: () => true, isNight: () => false }
}).createMachine({
  id: "door",
  initial: "closed",
  states: {
    closed: {
      description: "Nobody gets in.",
      on: {
        "door.open": [
          { guard: "isUnlocked", target: "open" },
          { guard: and(["isNight", not("isUnlocked")]), target: "alarm" }
        ],
        "door.knock": {}
      }
    },
    open: { on: { "door.close": "closed" }, always: { guard: "isNight", target: "closed" } },
    alarm: { type: "final" }
  }
})

describe("statechart", () => {
  it("draws states, guards, always, final states and merges arrows between the same two", () => {
    expect(statechart(door.root)).toBe(
      [
        "stateDiagram-v2",
        "  [*] --> closed",
        '  state "closed" as closed',
        "  note right of closed",
        "    Nobody gets in.",
        "  end note",
        '  state "open" as open',
        '  state "alarm" as alarm',
        "  alarm --> [*]",
        "  closed --> open: door.open [isUnlocked]",
        "  closed --> alarm: door.open [isNight and not isUnlocked]",
        "  closed --> closed: door.knock",
        "  open --> closed: door.close<br/>always [isNight]"
      ].join("\n")
    )
  })

  const nested = createMachine({
    id: "nested",
    initial: "pending",
    on: { cancel: ".end" },
    states: {
      pending: {
        initial: "collecting",
        on: { expire: "end", restart: ".collecting", note: {} },
        onDone: "end",
        states: { collecting: { on: { all: "finalizing" } }, finalizing: { type: "final" } }
      },
      end: { type: "final" }
    }
  })

  it("nests states, names them by path and keeps reserved words out of the ids", () => {
    expect(statechart(nested.root).split("\n")).toEqual([
      "stateDiagram-v2",
      "  [*] --> pending",
      '  state "pending" as pending {',
      "    [*] --> pending__collecting",
      '    state "collecting" as pending__collecting',
      '    state "finalizing" as pending__finalizing',
      "    pending__finalizing --> [*]",
      "  }",
      '  state "end" as end_',
      "  end_ --> [*]",
      "  pending --> end_: expire<br/>pending done",
      "  pending__collecting --> pending__finalizing: all"
    ])
  })

  it("lists in words what Mermaid cannot draw: arrows of the root and of a composite into itself", () => {
    expect(stateTable(nested.root).split("\n")).toEqual([
      "| State | Meaning | Also handles |",
      "|---|---|---|",
      "| (any state) |  | `cancel` → end |",
      "| pending |  | `restart` → pending.collecting<br/>`note` |",
      "| pending.collecting |  |  |",
      "| pending.finalizing |  |  |",
      "| end |  |  |"
    ])
  })

  it("separates parallel regions and draws history", () => {
    const parallel = createMachine({
      id: "parallel",
      type: "parallel",
      states: {
        left: { initial: "a", states: { a: {}, back: { type: "history", history: "deep" } } },
        right: { initial: "b", states: { b: {} } }
      }
    })
    const lines = statechart(parallel.root).split("\n")
    expect(lines.filter((line) => line === "  --")).toHaveLength(1)
    expect(lines).toContain('    state "H*" as left__back')
    expect(lines.indexOf("  --")).toBeLessThan(lines.indexOf('  state "right" as right {'))
  })
})

describe("machinePage", () => {
  it("holds every description, also those too long for a note", () => {
    const description = "A sentence that says at length what this state waits for | and what it has done so far."
    const page = machinePage("Machine", createMachine({ initial: "a", states: { a: { description } } }).root)
    expect(page).not.toContain("note right of")
    expect(page).toContain("| a | A sentence that says at length what this state waits for \\| and")
  })

  it("gives the same text for the same machine", () => {
    expect(machinePage("door", door.root)).toBe(machinePage("door", door.root))
  })
})
