import { expect } from "vitest"
import type { FailureReport, JobCommand, JobEvent } from "../../../../packages/core/src/protocol/index.ts"
import { jobComponent } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "../support/Driven.ts"
import { scenario } from "../support/Scenario.ts"

const transient: FailureReport = { retry: "restart", record: null }
const hopeless: FailureReport = { retry: "never", record: null }
const poison: FailureReport = { retry: "restart", record: "line 7" }

const claimed: JobEvent = { type: "claim.appended", term: 1, nextId: 1, idsEnd: 1001, recorded: [], kept: [] }
const restored: JobEvent = { type: "attempt.restored", subtasks: ["b", "a"] }
const cancelled: JobEvent = { type: "attempt.cancelled" }
const fails = (attempt: number, failure = transient): JobEvent => ({ type: "attempt.failed", attempt, failure })
const fired = (timer: string): JobEvent => ({ type: "timer.fired", timer })
const finishes = (subtask: string): JobEvent => ({ type: "subtask.finished", subtask })

const job = (restartsMax: number | null = null) =>
  new Driven(jobComponent.step, jobComponent.initial({ policy: { restartsMax } }))

type DrivenJob = ReturnType<typeof job>

const running = (restartsMax: number | null = null): DrivenJob => {
  const it = job(restartsMax)
  it.send({ type: "job.start" }, claimed, restored)
  return it
}

/** Lets a failed attempt end and the next one run. */
const restart = (it: DrivenJob): void => {
  it.send(cancelled, fired("backoff"), claimed, restored)
}

const outcomeOf = (it: DrivenJob): unknown => it.commands.find((command) => command._tag === "EndJob")

export const jobScenarios = [
  scenario("K1 an attempt claims, restores and runs in this order, and only then the coordinator starts", () => {
    const it = job()
    expect(it.commands).toEqual([])
    expect(it.send({ type: "job.start" })).toEqual([{ _tag: "ClaimLog", attempt: 1 }])
    const claim = { term: 1, nextId: 1, idsEnd: 1001, recorded: [], kept: [] }
    expect(it.send(claimed)).toEqual([{ _tag: "RestoreAttempt", attempt: 1, claim }])
    expect(it.send(restored)).toEqual([
      { _tag: "StartCoordinator", subtasks: ["a", "b"], claim },
      { _tag: "RunAttempt", attempt: 1 },
      { _tag: "SetTimer", timer: "stable", delay: "stable" }
    ])
    expect(it.state.value).toEqual({ running: "flowing" })
  }),
  scenario("K2 K1 after a failure the attempt is cancelled, the backoff waited for, and a new claim made", () => {
    const it = running()
    it.send(fails(1))
    expect(it.tags).toEqual(["CancelTimer", "CancelTimer", "SuspendCoordinator", "CancelAttempt"])
    expect(it.send(cancelled)).toEqual([{ _tag: "SetTimer", timer: "backoff", delay: "backoff", step: 1 }])
    expect(it.send(fired("stable"))).toEqual([])
    expect(it.send(fired("backoff"))).toEqual([
      { _tag: "CancelTimer", timer: "backoff" },
      { _tag: "ClaimLog", attempt: 2 }
    ])
    expect(it.state.context).toMatchObject({ attempt: 2, claim: null, subtasks: [], finished: [] })
  }),
  scenario("S10 a failure of an older attempt changes nothing", () => {
    const it = running()
    it.send(fails(1))
    restart(it)
    expect(it.send(fails(1, hopeless))).toEqual([])
    expect(it.state.matches("running")).toBe(true)
    it.send(fails(2))
    it.send(cancelled, fired("backoff"), claimed)
    expect(it.send(fails(2, hopeless))).toEqual([])
    expect(it.state.value).toBe("restoring")
  }),
  scenario("K2 while an attempt is being cancelled further failures change nothing", () => {
    const it = running()
    it.send(fails(1))
    expect(it.send(fails(1, hopeless), { type: "checkpoints.failing", reason: "expired" })).toEqual([])
    expect(it.send(cancelled).map(({ _tag }) => _tag)).toEqual(["SetTimer"])
  }),
  scenario("a claim that fails is tried again after a pause", () => {
    const it = job()
    it.send({ type: "job.start" }, { type: "claim.failed", failure: transient })
    restart(it)
    expect(it.state.context.attempt).toBe(2)
  }),
  scenario("a failure while restoring ends the attempt", () => {
    const it = job()
    it.send({ type: "job.start" }, claimed, fails(1))
    expect(it.state.value).toBe("failing")
    restart(it)
    expect(it.state.value).toEqual({ running: "flowing" })
  }),
  scenario("rule 9: a failure marked never ends the job, once the attempt is cancelled", () => {
    const it = running()
    it.send(fails(1, hopeless))
    expect(outcomeOf(it)).toBeUndefined()
    it.send(cancelled)
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "failed" })
    expect(it.state.status).toBe("done")
  }),
  scenario("rule 9: the same record failing three times running ends the job", () => {
    const it = running()
    it.send(fails(1, poison))
    restart(it)
    it.send(fails(2, poison))
    restart(it)
    it.send(fails(3, poison), cancelled)
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "failed" })
  }),
  scenario("rule 9: another failure in between lets the record fail again", () => {
    const it = running()
    for (const [index, failure] of [poison, poison, transient, poison, poison].entries()) {
      it.send(fails(index + 1, failure))
      restart(it)
    }
    expect(it.state.context.lastRecord).toEqual({ record: "line 7", times: 2 })
  }),
  scenario("the restarts that the policy allows are counted in a row, however many they are", () => {
    const it = running(100)
    for (let attempt = 1; attempt <= 100; attempt++) {
      it.send(fails(attempt))
      restart(it)
    }
    it.send(fails(101), cancelled)
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "failed" })
  }),
  scenario("failures saturate when the policy never gives up", () => {
    const it = running(null)
    for (let attempt = 1; attempt <= 100; attempt++) {
      it.send(fails(attempt))
      restart(it)
    }
    expect(it.state.context.failures).toBe(64)
  }),
  scenario("a job that runs long enough forgets its failures", () => {
    const it = running(1)
    it.send(fails(1))
    restart(it)
    it.send(fired("stable"))
    it.send(fails(2))
    restart(it)
    expect(it.state.context.attempt).toBe(3)
    expect(it.state.context.failures).toBe(1)
  }),
  scenario("failing checkpoints fail the attempt", () => {
    const it = running()
    it.send({ type: "checkpoints.failing", reason: "expired" })
    expect(it.state.value).toBe("failing")
    expect(it.commands).toContainEqual({ _tag: "SuspendCoordinator", reason: "restarted" })
  }),
  scenario("K4 finished is recorded only after every subtask has committed and the attempt is closed", () => {
    const it = running()
    expect(it.send(finishes("a"), finishes("a"))).toEqual([])
    it.send(finishes("b"))
    expect(it.commands).toContainEqual({ _tag: "CancelAttempt", attempt: 1 })
    expect(it.tags).not.toContain("RecordEnd")
    expect(it.send(fails(1), { type: "job.stop", kind: "stop" }, { type: "job.cancel" })).toEqual([])
    expect(it.send(cancelled)).toEqual([{ _tag: "RecordEnd", end: "finished" }])
    it.send({ type: "end.recorded" })
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "finished" })
  }),
  scenario("an end that cannot be recorded is a failure: the job can be resumed and finished again", () => {
    const it = running()
    it.send(finishes("a"), finishes("b"), cancelled, { type: "end.failed", failure: transient })
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "failed" })
  }),
  scenario("a subtask that finished in an older attempt has to finish again", () => {
    const it = running()
    it.send(finishes("a"), fails(1))
    restart(it)
    it.send(finishes("b"))
    expect(it.state.value).toEqual({ running: "flowing" })
  }),
  scenario("rule 10: a job that has ended before has nothing to do", () => {
    const it = job()
    it.send({ type: "job.start" }, { type: "claim.unneeded" })
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "alreadyEnded" })
    expect(it.state.value).toBe("finished")
  }),
  scenario("rule 10: a stop waits for one more checkpoint and its commits", () => {
    const it = running()
    it.send(finishes("a"))
    expect(it.send({ type: "job.stop", kind: "stop" })).toEqual([
      { _tag: "StopCoordinator", kind: "stop" },
      { _tag: "SetTimer", timer: "stopTimeout", delay: "stopTimeout" }
    ])
    it.send(fired("stable"))
    it.send(finishes("b"))
    expect(it.commands).toContainEqual({ _tag: "SuspendCoordinator", reason: "stopped" })
    it.send(cancelled)
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "stopped" })
  }),
  scenario("rule 10: a stop counts the subtasks that finish during it", () => {
    const it = running()
    it.send({ type: "job.stop", kind: "stop" }, finishes("b"))
    expect(it.state.context.finished).toEqual(["b"])
    expect(it.state.value).toEqual({ running: "stopping" })
  }),
  scenario("rule 10: a stop that takes too long ends without its checkpoint", () => {
    const it = running()
    it.send({ type: "job.stop", kind: "stop" }, fired("stopTimeout"), cancelled)
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "stopped" })
  }),
  scenario("rule 10: a second stop ends at once", () => {
    const it = running()
    it.send({ type: "job.stop", kind: "stop" }, { type: "job.stop", kind: "stop" })
    expect(it.state.value).toBe("failing")
    it.send(cancelled)
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "stopped" })
  }),
  scenario("K5 an attempt that fails during a stop is not tried again", () => {
    for (const failure of [fails(1), { type: "checkpoints.failing", reason: "expired" } as const]) {
      const it = running()
      it.send({ type: "job.stop", kind: "stop" }, failure, cancelled)
      expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "stopped" })
    }
  }),
  scenario("K5 a failure that no attempt can help is reported even during a stop", () => {
    const it = running()
    it.send({ type: "job.stop", kind: "stop" }, fails(1, hopeless), cancelled)
    expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: "failed" })
  }),
  scenario("S10 a failure of an older attempt does not end a stop", () => {
    const it = running()
    it.send(fails(1))
    restart(it)
    it.send({ type: "job.stop", kind: "stop" }, fails(1, hopeless))
    expect(it.state.value).toEqual({ running: "stopping" })
  }),
  scenario("a stop or a cancellation is heard in every state before the end", () => {
    const places: ReadonlyArray<ReadonlyArray<JobEvent>> = [
      [],
      [claimed],
      [claimed, restored],
      [claimed, fails(1)],
      [claimed, restored, fails(1), cancelled]
    ]
    for (const order of ["job.stop", "job.cancel"] as const) {
      for (const place of places) {
        const it = job()
        it.send({ type: "job.start" }, ...place)
        it.send(order === "job.stop" ? { type: order, kind: "stop" } : { type: order })
        if (it.state.matches({ running: "stopping" })) it.send(fired("stopTimeout"))
        if (it.state.value === "failing") it.send(cancelled)
        if (order === "job.cancel") {
          expect(it.commands).toContainEqual({ _tag: "RecordEnd", end: "cancelled" })
          it.send({ type: "end.recorded" })
        }
        expect(outcomeOf(it)).toEqual({ _tag: "EndJob", outcome: order === "job.stop" ? "stopped" : "cancelled" })
      }
    }
  }),
  scenario("a stop does not undo a cancellation, nor a failure that ended the job", () => {
    const it = running()
    it.send({ type: "job.cancel" }, { type: "job.stop", kind: "stop" })
    expect(it.send(cancelled)).toEqual([{ _tag: "RecordEnd", end: "cancelled" }])
    const broken = running()
    broken.send(fails(1, hopeless), { type: "job.cancel" }, cancelled)
    expect(outcomeOf(broken)).toEqual({ _tag: "EndJob", outcome: "failed" })
  }),
  scenario("after the end nothing changes any more", () => {
    const it = running()
    it.send(fails(1, hopeless), cancelled)
    const commands: ReadonlyArray<JobCommand> = it.send({ type: "job.start" }, claimed, fired("backoff"))
    expect(commands).toEqual([])
  })
]
