/** Barriers that are tracked: at least once. */
import { expect } from "vitest"
import type { Barrier } from "../../../../packages/core/src/model/Barrier.ts"
import type { SubtaskEvent } from "../../../../packages/core/src/protocol/index.ts"
import { mayRead, subtaskComponent } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "../support/Driven.ts"
import { scenario } from "../support/Scenario.ts"

const barrier = (id: number): Barrier => ({ id, kind: "checkpoint", base: null, alignment: "tracked" })
const arrives = (channel: string, id: number): SubtaskEvent => ({
  type: "barrier.received",
  channel,
  barrier: barrier(id)
})

const three = () => {
  const it = new Driven(
    subtaskComponent.step,
    subtaskComponent.initial({ subtask: "me", channels: ["x", "y", "z"], hasCommitter: false })
  )
  it.send({ type: "state.restore" }, { type: "state.restored", lastId: 0, prepared: [] })
  return it
}

type DrivenSubtask = ReturnType<typeof three>

const contextOf = (it: DrivenSubtask) => it.state.owner.context
const captures = (it: DrivenSubtask) =>
  it.commands.flatMap((command) => (command._tag === "Capture" ? [command.barrier.id] : []))
const isReadingAll = (it: DrivenSubtask) => ["x", "y", "z"].every((channel) => mayRead(contextOf(it), channel))

export const subtaskTrackingScenarios = [
  scenario("K5 no channel is ever blocked; the last barrier captures and is forwarded", () => {
    const it = three()
    expect(it.send(arrives("y", 1), arrives("x", 1))).toEqual([])
    expect(isReadingAll(it)).toBe(true)
    expect(it.send(arrives("z", 1))).toEqual([
      { _tag: "Capture", barrier: barrier(1) },
      { _tag: "Forward", barrier: barrier(1) }
    ])
    expect(contextOf(it)).toMatchObject({ tracked: [], blocked: [], lastId: 1, capturing: [1] })
  }),
  scenario("K5 a fast channel may be ahead by checkpoints: each is captured when its last barrier comes", () => {
    const it = three()
    it.send(arrives("x", 1), arrives("x", 2), arrives("y", 1), arrives("y", 2), arrives("z", 1))
    expect(captures(it)).toEqual([1])
    expect(contextOf(it).tracked).toEqual([{ id: 2, delivered: ["x", "y"] }])
    it.send(arrives("z", 2))
    expect(captures(it)).toEqual([2])
  }),
  scenario(
    "K5 a capture ends the older ones that lack a barrier, and says so; late barriers of them are dropped",
    () => {
      const it = three()
      it.send(arrives("x", 1), arrives("x", 2), arrives("y", 2), arrives("z", 2))
      expect(captures(it)).toEqual([2])
      expect(it.commands).toContainEqual({
        _tag: "TellCoordinator",
        event: { type: "subtask.declined", subtask: "me", id: 1, reason: "superseded" }
      })
      expect(it.send(arrives("y", 1), arrives("z", 1))).toEqual([])
      expect(contextOf(it)).toMatchObject({ tracked: [], lastId: 2 })
    }
  ),
  scenario("K2 an invalidated checkpoint is tracked no more, and its later barriers are dropped", () => {
    const it = three()
    it.send(arrives("x", 1), arrives("y", 1), { type: "checkpoint.invalidated", id: 1, reason: "expired" })
    expect(contextOf(it).tracked).toEqual([])
    expect(it.send(arrives("z", 1))).toEqual([])
    it.send(arrives("x", 2), arrives("y", 2), arrives("z", 2))
    expect(captures(it)).toEqual([2])
  }),
  scenario("a barrier that comes twice counts once", () => {
    const it = three()
    it.send(arrives("x", 1), arrives("x", 1), arrives("y", 1))
    expect(captures(it)).toEqual([])
    expect(contextOf(it).tracked).toEqual([{ id: 1, delivered: ["x", "y"] }])
  })
]
