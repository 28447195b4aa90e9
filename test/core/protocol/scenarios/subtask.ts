import { expect } from "vitest"
import type { Barrier } from "../../../../packages/core/src/model/Barrier.ts"
import type { Prepared, SubtaskEvent } from "../../../../packages/core/src/protocol/index.ts"
import { committerKey, mayRead, subtaskComponent } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "../support/Driven.ts"
import { scenario } from "../support/Scenario.ts"

const barrier = (id: number, kind: Barrier["kind"] = "checkpoint"): Barrier => ({
  id,
  kind,
  base: null,
  alignment: "aligned"
})

const subtask = (channels: ReadonlyArray<string>, hasCommitter = false) =>
  new Driven(subtaskComponent.step, subtaskComponent.initial({ subtask: "me", channels, hasCommitter }))

type DrivenSubtask = ReturnType<typeof subtask>

const running = (
  channels: ReadonlyArray<string>,
  restored: { readonly lastId?: number; readonly prepared?: ReadonlyArray<Prepared> } = {},
  hasCommitter = false
): DrivenSubtask => {
  const it = subtask(channels, hasCommitter)
  it.send({ type: "state.restore" }, { type: "state.restored", lastId: 0, prepared: [], ...restored })
  return it
}

const sink = (restored = {}) => running(["in"], restored, true)
const three = () => running(["x", "y", "z"])

const arrives = (channel: string, id: number): SubtaskEvent => ({
  type: "barrier.received",
  channel,
  barrier: barrier(id)
})
const triggers = (id: number): SubtaskEvent => ({ type: "trigger.received", barrier: barrier(id) })
const endsOn = (channel: string): SubtaskEvent => ({ type: "data.ended", channel })
const persisted = (id: number): SubtaskEvent => ({
  type: "capture.persisted",
  id,
  handle: { object: `object ${id}`, size: 1, shared: [`object ${id - 1}`] }
})
const invalidated = (id: number): SubtaskEvent => ({ type: "checkpoint.invalidated", id, reason: "expired" })
const completed = (id: number, kind: Barrier["kind"] = "checkpoint"): SubtaskEvent => ({
  type: "checkpoint.completed",
  id,
  kind
})
const prepared = (id: number): SubtaskEvent => ({ type: "transaction.prepared", id, transaction: `t${id}` })
const committed = (upTo: number): SubtaskEvent => ({ type: "transactions.committed", upTo })

const contextOf = (it: DrivenSubtask) => it.state.owner.context
const readable = (it: DrivenSubtask, channels = ["x", "y", "z"]) =>
  channels.filter((channel) => mayRead(contextOf(it), channel))
const finished = { _tag: "TellJob", event: { type: "subtask.finished", subtask: "me" } }

const alignment = [
  scenario("K1 S16 S17 barriers on all channels: captured once at the last, forwarded, and only then unblocked", () => {
    const it = three()
    expect(it.send(arrives("y", 1))).toEqual([{ _tag: "Block", channel: "y" }])
    expect(readable(it)).toEqual(["x", "z"])
    it.send(arrives("x", 1))
    expect(readable(it)).toEqual(["z"])
    expect(it.send(arrives("z", 1))).toEqual([
      { _tag: "Capture", barrier: barrier(1) },
      { _tag: "Forward", barrier: barrier(1) },
      { _tag: "Unblock", channels: ["x", "y"] }
    ])
    expect(readable(it)).toEqual(["x", "y", "z"])
    expect(contextOf(it)).toMatchObject({ barrier: null, blocked: [], lastId: 1, capturing: [1] })
  }),
  scenario("K1 with one channel the first barrier captures and blocks nothing", () => {
    const it = running(["in"])
    it.send(arrives("in", 1))
    expect(it.tags).toEqual(["Capture", "Forward"])
  }),
  scenario(
    "K2 an invalidation in the middle unblocks; later barriers of it are dropped and the next one aligns",
    () => {
      const it = three()
      it.send(arrives("x", 1), arrives("y", 1))
      expect(it.send(invalidated(1))).toEqual([{ _tag: "Unblock", channels: ["x", "y"] }])
      expect(it.send(arrives("z", 1), invalidated(1))).toEqual([])
      it.send(arrives("x", 2), arrives("y", 2), arrives("z", 2))
      expect(it.tags).toEqual(["Block", "Block", "Capture", "Forward", "Unblock"])
    }
  ),
  scenario("K2 a newer barrier supersedes: the old checkpoint is declined, its channels are read again", () => {
    const it = three()
    it.send(arrives("x", 1), arrives("y", 1))
    expect(it.send(arrives("z", 2))).toEqual([
      { _tag: "Unblock", channels: ["x", "y"] },
      {
        _tag: "TellCoordinator",
        event: { type: "subtask.declined", subtask: "me", id: 1, reason: "superseded" }
      },
      { _tag: "Block", channel: "z" }
    ])
    expect(readable(it)).toEqual(["x", "y"])
    expect(it.send(invalidated(1))).toEqual([])
    it.send(arrives("x", 2), arrives("y", 2))
    expect(it.tags).toEqual(["Block", "Capture", "Forward", "Unblock"])
  }),
  scenario("K2 a barrier older than the one being aligned is dropped and blocks nothing", () => {
    const it = three()
    it.send(arrives("x", 2))
    expect(it.send(arrives("y", 1))).toEqual([])
    expect(readable(it)).toEqual(["y", "z"])
  }),
  scenario("K2 barriers of captured checkpoints and triggers of older ones are dropped", () => {
    const source = running([])
    source.send(triggers(2))
    expect(source.send(triggers(2), triggers(1))).toEqual([])
    const it = running(["in"], { lastId: 4 })
    expect(it.send(arrives("in", 4), arrives("in", 3))).toEqual([])
  }),
  scenario("K2 an invalidation that overtakes the barrier is remembered: nothing is captured or blocked", () => {
    const it = three()
    it.send(invalidated(1))
    expect(it.send(arrives("x", 1), arrives("y", 1), arrives("z", 1))).toEqual([])
    const source = running([])
    source.send(invalidated(1))
    expect(source.send(triggers(1))).toEqual([])
    source.send(triggers(2))
    expect(source.tags).toEqual(["Capture", "Forward"])
    expect(contextOf(source).invalidated).toEqual([])
  }),
  scenario("K2 an invalidation of a newer checkpoint leaves the alignment alone", () => {
    const it = three()
    it.send(arrives("x", 1), invalidated(2))
    expect(readable(it)).toEqual(["y", "z"])
    it.send(arrives("y", 1), arrives("z", 1))
    expect(it.tags).toContain("Capture")
    expect(it.send(arrives("x", 2))).toEqual([])
  }),
  scenario("a trigger reaches sources only: a subtask with channels captures at barriers", () => {
    const it = three()
    expect(it.send(triggers(1))).toEqual([])
  }),
  scenario("a source captures and forwards at its trigger", () => {
    const it = running([])
    expect(it.send(triggers(1))).toEqual([
      { _tag: "Capture", barrier: barrier(1) },
      { _tag: "Forward", barrier: barrier(1) }
    ])
  })
]

const captures = [
  scenario("a written snapshot is acknowledged, a failed one declined", () => {
    const it = running([])
    it.send(triggers(1), triggers(2))
    expect(it.send(persisted(1))).toEqual([
      {
        _tag: "TellCoordinator",
        event: {
          type: "subtask.acknowledged",
          subtask: "me",
          id: 1,
          handle: { object: "object 1", size: 1, shared: ["object 0"] }
        }
      }
    ])
    expect(it.send({ type: "capture.failed", id: 2 })).toEqual([
      {
        _tag: "TellCoordinator",
        event: { type: "subtask.declined", subtask: "me", id: 2, reason: "storageFailed" }
      }
    ])
    expect(contextOf(it).capturing).toEqual([])
  }),
  scenario("L8 an invalidation stops the writing; what was written all the same is released", () => {
    const it = running([])
    it.send(triggers(1))
    expect(it.send(invalidated(1))).toEqual([{ _tag: "AbandonCapture", id: 1 }])
    expect(it.send(persisted(1))).toEqual([{ _tag: "ReleaseState", id: 1, objects: ["object 1"] }])
    expect(it.send({ type: "capture.failed", id: 1 })).toEqual([])
  }),
  scenario("an invalidation during another alignment stops the writing too", () => {
    const it = running(["x", "y"])
    it.send(arrives("x", 1), arrives("y", 1), arrives("x", 2))
    expect(it.send(invalidated(1))).toEqual([{ _tag: "AbandonCapture", id: 1 }])
    expect(contextOf(it).barrier?.id).toBe(2)
  }),
  scenario("two snapshots may be written at a time", () => {
    const it = running([])
    it.send(triggers(1), triggers(2))
    expect(contextOf(it).capturing).toEqual([1, 2])
    it.send(persisted(2))
    expect(contextOf(it).capturing).toEqual([1])
  })
]

const ends = [
  scenario(
    "a source that is drained takes nothing more, and then its data ends; one that has ended is not drained",
    () => {
      const it = running([])
      expect(it.send({ type: "source.drain" })).toEqual([{ _tag: "DrainSource" }])
      it.send({ type: "source.exhausted" })
      expect(it.commands).toContainEqual({ _tag: "EmitEndOfData" })
      expect(it.send({ type: "source.drain" })).toEqual([])
    }
  ),
  scenario("K3 end of data is passed on when the last channel has ended, and said to the coordinator", () => {
    const it = running(["x", "y"])
    expect(it.send(endsOn("x"), endsOn("x"))).toEqual([])
    expect(it.send(endsOn("y"))).toEqual([
      { _tag: "EmitEndOfData" },
      { _tag: "TellCoordinator", event: { type: "subtask.ended", subtask: "me" } }
    ])
    expect(it.send(endsOn("y"))).toEqual([])
  }),
  scenario("K3 rule 7: after end of data barriers still flow", () => {
    const it = running([])
    it.send({ type: "source.exhausted" })
    expect(it.tags).toEqual(["EmitEndOfData", "TellCoordinator"])
    it.send(triggers(1))
    expect(it.tags).toEqual(["Capture", "Forward"])
  }),
  scenario("K3 end of data does not stand for a barrier: an ended channel still has to deliver its own", () => {
    const it = running(["x", "y"])
    it.send(arrives("x", 1), endsOn("y"))
    expect(it.tags).not.toContain("Capture")
    it.send(arrives("y", 1))
    expect(it.tags).toContain("Capture")
  }),
  scenario("K3 a barrier and then end of data on the same channel count once", () => {
    const it = running(["x", "y"])
    it.send(arrives("x", 1), arrives("y", 1), endsOn("x"))
    expect(contextOf(it).endedChannels).toEqual(["x"])
    it.send(endsOn("y"))
    expect(it.tags).toContain("EmitEndOfData")
  }),
  scenario("K4 without a committer a subtask finishes when the final checkpoint is completed", () => {
    const it = running([])
    it.send({ type: "source.exhausted" }, triggers(1), persisted(1))
    expect(it.send(completed(1))).toEqual([])
    expect(it.send(completed(2, "final"))).toEqual([finished])
  }),
  scenario("K4 S23 a sink finishes only when the commits of the final checkpoint are done", () => {
    const it = sink()
    it.send(arrives("in", 1), prepared(1), endsOn("in"), arrives("in", 2), prepared(2))
    expect(it.send(completed(1))).toEqual([{ _tag: "Commit", upTo: 1, transactions: ["t1"] }])
    expect(it.send(completed(2, "final"))).toEqual([])
    expect(it.send(committed(1))).toEqual([{ _tag: "Commit", upTo: 2, transactions: ["t2"] }])
    expect(it.send(committed(2))).toEqual([finished])
    expect(it.state.owner.value).toBe("finished")
  }),
  scenario("K4 a sink with nothing to commit finishes at once", () => {
    const it = sink()
    expect(it.send(completed(1, "stop"))).toEqual([finished])
  }),
  scenario("K4 the end of an earlier commit does not finish a subtask", () => {
    const it = sink()
    it.send(prepared(1), completed(1), prepared(2), completed(2, "stop"))
    it.send({ type: "commits.settled", upTo: 1 })
    expect(it.state.owner.value).toBe("finishing")
  })
]

const restores = [
  scenario("nothing is taken before the state is restored", () => {
    const it = subtask([])
    expect(it.send(triggers(1), { type: "source.exhausted" }, completed(1))).toEqual([])
    it.send({ type: "state.restore" })
    expect(it.send(triggers(1))).toEqual([])
    expect(it.state.owner.value).toBe("restoring")
  }),
  scenario("S20 a restored sink commits what its checkpoint holds", () => {
    const it = sink({ lastId: 7, prepared: [{ id: 7, transaction: "t7" }] })
    expect(it.commands).toEqual([{ _tag: "Commit", upTo: 7, transactions: ["t7"] }])
    expect(it.state.parts.map(({ key }) => key)).toEqual([committerKey])
  }),
  scenario("S19 the transaction of an invalidated checkpoint stays prepared in the committer", () => {
    const it = sink()
    it.send(arrives("in", 1), prepared(1), invalidated(1), arrives("in", 2), prepared(2))
    expect(it.send(completed(2))).toEqual([{ _tag: "Commit", upTo: 2, transactions: ["t1", "t2"] }])
  }),
  scenario("S10 a cancelled subtask captures and commits nothing any more, and releases what was being written", () => {
    for (const it of [subtask([]), running([]), three(), sink()]) {
      it.send(prepared(1), completed(1), triggers(1), arrives("in", 1))
      expect(it.send({ type: "subtask.cancel" })).toEqual([])
      expect(it.send(triggers(2), arrives("in", 2), prepared(2), committed(1), completed(2, "final"))).toEqual([])
      expect(it.send(persisted(1))).toEqual([{ _tag: "ReleaseState", id: 1, objects: ["object 1"] }])
      expect(it.state.owner.status).toBe("done")
    }
  })
]

export const subtaskScenarios = [...alignment, ...captures, ...ends, ...restores]
