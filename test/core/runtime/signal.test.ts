import { Effect, Fiber } from "effect"
import { describe, expect, it } from "vitest"
import { Mailbox } from "../../../packages/core/src/runtime/Mailbox.ts"
import { Signal } from "../../../packages/core/src/runtime/Signal.ts"

describe("a signal", () => {
  it("L1 never runs the waiter inside the notifier", async () => {
    const signal = new Signal()
    const seen: Array<string> = []
    const waiter = Effect.runFork(
      Effect.andThen(
        signal.wait,
        Effect.sync(() => seen.push("woken"))
      )
    )
    await new Promise(setImmediate)
    signal.notify()
    seen.push("notified")
    await Effect.runPromise(Fiber.join(waiter))
    expect(seen).toEqual(["notified", "woken"])
  })

  it("keeps a notification that comes while nobody waits, once", async () => {
    const signal = new Signal()
    signal.notify()
    signal.notify()
    await Effect.runPromise(signal.wait)
    const second = Effect.runFork(signal.wait)
    await new Promise(setImmediate)
    expect(second.pollUnsafe()).toBeUndefined()
    await Effect.runPromise(Fiber.interrupt(second))
  })
})

describe("a mailbox", () => {
  it("answers an ask only after the actor has stepped the event", async () => {
    const mailbox = new Mailbox<string>()
    const handled: Array<string> = []
    const asked = Effect.runFork(
      Effect.andThen(
        mailbox.ask("a"),
        Effect.sync(() => [...handled])
      )
    )
    await new Promise(setImmediate)
    mailbox.post("b")
    mailbox.drain((event) => {
      handled.push(event)
      if (event === "a") mailbox.post("c")
    })
    expect(handled).toEqual(["a", "b", "c"])
    expect(await Effect.runPromise(Fiber.join(asked))).toEqual(["a", "b", "c"])
  })
})
