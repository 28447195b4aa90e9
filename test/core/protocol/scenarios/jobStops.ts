import { expect } from "vitest"
import type { JobEvent } from "../../../../packages/core/src/protocol/index.ts"
import { jobComponent } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "../support/Driven.ts"
import { scenario } from "../support/Scenario.ts"

const claimed: JobEvent = { type: "claim.appended", term: 1, nextId: 1, idsEnd: 1001, recorded: [], kept: [3] }
const restored: JobEvent = { type: "attempt.restored", subtasks: ["a", "b"] }
const fails: JobEvent = { type: "attempt.failed", attempt: 1, failure: { retry: "restart", record: null } }
const cancelled: JobEvent = { type: "attempt.cancelled" }
const finishes = (subtask: string): JobEvent => ({ type: "subtask.finished", subtask })
const stop = (kind: "stop" | "stopSavepoint" | "final" | "finalSavepoint"): JobEvent => ({ type: "job.stop", kind })

const job = () => new Driven(jobComponent.step, jobComponent.initial({ policy: { restartsMax: null } }))

const running = () => {
  const it = job()
  it.send({ type: "job.start" }, claimed, restored)
  return it
}

export const jobStopScenarios = [
  scenario("the coordinator learns what is the user's", () => {
    const it = running()
    expect(it.commands).toContainEqual(
      expect.objectContaining({ _tag: "StartCoordinator", claim: expect.objectContaining({ kept: [3] }) })
    )
  }),
  scenario("only a plain stop is bounded in time", () => {
    expect(running().send(stop("stop"))).toContainEqual({
      ...{ _tag: "SetTimer", timer: "stopTimeout", delay: "stopTimeout" }
    })
    for (const kind of ["stopSavepoint", "final", "finalSavepoint"] as const) {
      expect(running().send(stop(kind))).toEqual([{ _tag: "StopCoordinator", kind }])
    }
  }),
  scenario("K5 a stop with a savepoint ends the job as stopped; a second stop of any kind ends it at once", () => {
    const it = running()
    it.send(stop("stopSavepoint"), finishes("a"), finishes("b"))
    it.send(cancelled)
    expect(it.commands).toContainEqual({ _tag: "EndJob", outcome: "stopped" })
    const twice = running()
    twice.send(stop("stopSavepoint"), stop("stopSavepoint"), cancelled)
    expect(twice.commands).toContainEqual({ _tag: "EndJob", outcome: "stopped" })
  }),
  scenario("K4 K7 a drained job has finished, and its end is recorded", () => {
    const it = running()
    it.send(stop("finalSavepoint"), finishes("a"))
    expect(it.state.value).toEqual({ running: "stopping" })
    it.send(finishes("b"))
    expect(it.state.value).toBe("finishing")
    expect(it.send(cancelled)).toEqual([{ _tag: "RecordEnd", end: "finished" }])
  }),
  scenario("K5 a failure while the job is drained ends it, and resumably", () => {
    const it = running()
    it.send(stop("final"), fails, cancelled)
    expect(it.commands).toContainEqual({ _tag: "EndJob", outcome: "stopped" })
  }),
  scenario("K7 where nothing runs a savepoint or a drain is refused, and the job goes on", () => {
    const places: ReadonlyArray<readonly [string, ReadonlyArray<JobEvent>]> = [
      ["claiming", []],
      ["restoring", [claimed]],
      ["failing", [claimed, restored, fails]],
      ["backingOff", [claimed, restored, fails, cancelled]]
    ]
    for (const [state, events] of places) {
      const it = job()
      it.send({ type: "job.start" }, ...events)
      expect(it.send(stop("stopSavepoint"))).toEqual([{ _tag: "RefuseStop" }])
      expect(it.state.value).toBe(state)
    }
    const cancelling = running()
    cancelling.send({ type: "job.cancel" })
    expect(cancelling.send(stop("final"))).toEqual([])
  })
]
