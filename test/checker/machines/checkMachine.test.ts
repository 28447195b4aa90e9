import { describe, expect, it } from "vitest"
import { assign, cancel, createMachine, fromPromise, raise, sendTo, setup, spawnChild, stopChild } from "xstate"
import { checkMachine } from "../../../packages/checker/src/machines/checkMachine.ts"

const work = fromPromise(async () => 1)

describe("checkMachine", () => {
  it("accepts machines of guards, assignments, named actions and raised events", () => {
    const fine = setup({
      actions: { ring: () => {}, count: assign({}) },
      guards: { isFree: () => true }
    }).createMachine({
      id: "fine",
      initial: "a",
      entry: ["ring", "count"],
      states: {
        a: { exit: raise({ type: "left" }), on: { go: { guard: "isFree", target: "b" } }, always: { target: "b" } },
        b: { type: "final" }
      }
    })
    expect(checkMachine(fine)).toEqual([])
  })

  it("refuses an activity in a nested state, with its place and the remedy", () => {
    const machine = createMachine({
      id: "uploader",
      initial: "open",
      states: { open: { initial: "idle", states: { idle: { invoke: { src: "upload" } } } } }
    })
    expect(checkMachine(machine)).toEqual([
      "machine uploader, state open.idle, invokes the actor upload. Instead, " +
        "name the activity as an action (an effect), and answer it with an event."
    ])
  })

  it("refuses waiting for a time, once for each delay", () => {
    const machine = createMachine({
      id: "waiter",
      initial: "waiting",
      states: { waiting: { after: { 1000: "done", patience: "done" } }, done: {} }
    })
    expect(checkMachine(machine)).toEqual(
      ["1000", "patience"].map(
        (delay) =>
          `machine waiter, state waiting, waits for "after: ${delay}". Instead, ` +
          "name an action, answer it with a SetTimer effect, and handle the event of the timer."
      )
    )
  })

  it.each([
    ["xstate.spawnChild", spawnChild(work)],
    ["xstate.stopChild", stopChild("worker")],
    ["xstate.sendTo", sendTo("worker", { type: "go" })],
    ["xstate.cancel", cancel("later")],
    ["xstate.raise with the delay 10", raise({ type: "later" }, { delay: 10 })]
  ])("refuses the action %s on entry, exit, and in transitions", (name, action) => {
    const everywhere = [
      createMachine({ id: "m", entry: action }),
      createMachine({ id: "m", exit: action }),
      createMachine({ id: "m", on: { go: { actions: ["ring", action] } } }),
      createMachine({ id: "m", always: { guard: () => false, actions: action } }),
      createMachine({ id: "m", entry: "named" }).provide({ actions: { named: action } })
    ]
    for (const machine of everywhere) {
      expect(checkMachine(machine)).toEqual([
        expect.stringContaining(`machine m, its root, has the action ${name}. Instead, `)
      ])
    }
  })
})
