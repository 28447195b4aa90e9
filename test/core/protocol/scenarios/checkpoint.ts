import { expect } from "vitest"
import type { CheckpointEvent, InvalidationReason } from "../../../../packages/core/src/protocol/index.ts"
import { checkpointMachine, makeStepper } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "../support/Driven.ts"
import { scenario } from "../support/Scenario.ts"

const stepper = makeStepper<typeof checkpointMachine, { readonly _tag: string }>(checkpointMachine)

const barrier = { id: 5, kind: "checkpoint", base: null, alignment: "aligned" } as const

const checkpoint = (isRecorded = false) =>
  new Driven(stepper.step, stepper.initial({ barrier, subtasks: ["a", "b"], isRecorded }))

const acks = (subtask: string): CheckpointEvent => ({
  type: "checkpoint.acknowledge",
  subtask,
  handle: { object: `object of ${subtask}`, size: 1, shared: [`shared by ${subtask}`] }
})

const acknowledged = (...subtasks: ReadonlyArray<string>) =>
  subtasks.map((subtask) => ({
    subtask,
    handle: { object: `object of ${subtask}`, size: 1, shared: [`shared by ${subtask}`] }
  }))

const told = (reason: InvalidationReason) => ({
  _tag: "ToOwner",
  event: { type: "checkpoint.invalidated", id: 5, kind: "checkpoint", reason }
})

export const checkpointScenarios = [
  scenario("a new checkpoint triggers its sources and sets its timeout", () => {
    expect(checkpoint().commands).toEqual([
      { _tag: "TriggerSources", barrier },
      { _tag: "SetTimer", timer: "checkpoint:5", delay: "checkpointTimeout" }
    ])
  }),
  scenario("K1 S3 it completes after every subtask has acknowledged and the manifest stands", () => {
    const it = checkpoint()
    expect(it.send(acks("b"))).toEqual([{ _tag: "ToOwner", event: { type: "checkpoint.collecting", id: 5 } }])
    expect(it.send(acks("a"))).toEqual([
      { _tag: "CancelTimer", timer: "checkpoint:5" },
      { _tag: "WriteManifest", barrier, acknowledged: acknowledged("a", "b") }
    ])
    expect(it.send({ type: "manifest.written" })).toEqual([
      { _tag: "ToOwner", event: { type: "checkpoint.completed", id: 5, kind: "checkpoint" } }
    ])
    expect(it.state.value).toBe("completed")
  }),
  scenario("K1 S3 a duplicate acknowledgement does not stand for a missing one", () => {
    const it = checkpoint()
    it.send(acks("a"))
    expect(it.send(acks("a"), acks("a"))).toEqual([])
    expect(it.state.context).toMatchObject({ awaiting: ["b"], acknowledged: acknowledged("a") })
  }),
  scenario("S3 an acknowledgement of a subtask that is not in the plan does not count", () => {
    const it = checkpoint()
    expect(it.send(acks("c"))).toEqual([])
    expect(it.state.context.awaiting).toEqual(["a", "b"])
  }),
  scenario("a third subtask is collected while others are awaited", () => {
    const it = new Driven(stepper.step, stepper.initial({ barrier, subtasks: ["a", "b", "c"], isRecorded: false }))
    it.send(acks("c"), acks("a"))
    expect(it.state.value).toEqual({ pending: { inFlight: "collecting" } })
    expect(it.state.context.acknowledged).toEqual(acknowledged("a", "c"))
  }),
  scenario("L8 a declined, expired, subsumed or aborted checkpoint releases what was acknowledged", () => {
    const ends: ReadonlyArray<readonly [CheckpointEvent, InvalidationReason]> = [
      [{ type: "checkpoint.decline", subtask: "b", reason: "superseded" }, "superseded"],
      [{ type: "checkpoint.expire" }, "expired"],
      [{ type: "checkpoint.subsume" }, "subsumed"],
      [{ type: "checkpoint.abort", reason: "restarted" }, "restarted"]
    ]
    for (const [event, reason] of ends) {
      const it = checkpoint()
      it.send(acks("a"))
      expect(it.send(event)).toEqual([
        { _tag: "CancelTimer", timer: "checkpoint:5" },
        { _tag: "ReleaseState", id: 5, objects: ["object of a"] },
        told(reason)
      ])
      expect(it.state.context.reason).toBe(reason)
    }
  }),
  scenario("a checkpoint that nobody has acknowledged has nothing to release", () => {
    const it = checkpoint()
    it.send({ type: "checkpoint.expire" })
    expect(it.tags).toEqual(["ToOwner", "CancelTimer", "ToOwner"])
    expect(it.commands.at(-1)).toEqual(told("expired"))
  }),
  scenario("K2 S14 while finalizing nothing but the log's answer ends it", () => {
    const it = checkpoint()
    it.send(acks("a"), acks("b"))
    expect(
      it.send(
        { type: "checkpoint.expire" },
        { type: "checkpoint.decline", subtask: "a", reason: "declined" },
        { type: "checkpoint.subsume" },
        { type: "checkpoint.abort", reason: "restarted" },
        { type: "checkpoint.retire" },
        { type: "checkpoint.corrupt" },
        acks("a")
      )
    ).toEqual([])
    it.send({ type: "manifest.failed", reason: "storageFailed" })
    expect(it.commands).toEqual([
      { _tag: "ReleaseState", id: 5, objects: ["object of a", "object of b"] },
      told("storageFailed")
    ])
  }),
  scenario("S12 an invalidated checkpoint never completes", () => {
    const it = checkpoint()
    it.send({ type: "checkpoint.expire" })
    expect(it.send(acks("a"), acks("b"), { type: "manifest.written" }, { type: "checkpoint.expire" })).toEqual([])
    expect(it.state.value).toEqual({ invalidated: "abandoned" })
  }),
  scenario("K3 S11 a completed checkpoint is not invalidated by what ends a pending one", () => {
    const it = checkpoint(true)
    expect(it.commands).toEqual([])
    expect(
      it.send(
        { type: "checkpoint.expire" },
        { type: "checkpoint.abort", reason: "restarted" },
        { type: "checkpoint.subsume" },
        { type: "manifest.failed", reason: "storageFailed" },
        { type: "manifest.written" }
      )
    ).toEqual([])
    expect(it.state.value).toBe("completed")
  }),
  scenario("K3 retention removes a completed checkpoint", () => {
    const it = checkpoint(true)
    expect(it.send({ type: "checkpoint.retire" })).toEqual([{ _tag: "RetireCheckpoint", id: 5 }])
    expect(it.send({ type: "checkpoint.retire" })).toEqual([])
  }),
  scenario("K3 what is left of a corrupt checkpoint is kept", () => {
    const it = checkpoint(true)
    expect(it.send({ type: "checkpoint.corrupt" })).toEqual([])
    expect(it.state.value).toEqual({ invalidated: "corrupt" })
  })
]
