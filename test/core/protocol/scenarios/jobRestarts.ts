/** How a job counts its failures, and forgets them. */
import { expect } from "vitest"
import type { JobEvent, RestartPolicy } from "../../../../packages/core/src/protocol/index.ts"
import { jobComponent } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "../support/Driven.ts"
import { scenario } from "../support/Scenario.ts"

const claimed: JobEvent = { type: "claim.appended", term: 1, nextId: 1, idsEnd: 1001, recorded: [], kept: [] }
const restored: JobEvent = { type: "attempt.restored", subtasks: ["a"] }
const fired = (timer: string): JobEvent => ({ type: "timer.fired", timer })
const fails = (attempt: number, record: string | null = null): JobEvent => ({
  type: "attempt.failed",
  attempt,
  failure: { retry: "restart", record }
})

const running = (policy: RestartPolicy) => {
  const it = new Driven(jobComponent.step, jobComponent.initial({ policy }))
  it.send({ type: "job.start" }, claimed, restored)
  return it
}

type DrivenJob = ReturnType<typeof running>

/** The attempt fails, and the next one runs, if there is one. */
const failing = (it: DrivenJob, ...attempts: ReadonlyArray<number>): void => {
  for (const attempt of attempts)
    it.send(fails(attempt), { type: "attempt.cancelled" }, fired("backoff"), claimed, restored)
}

const isOver = (it: DrivenJob): boolean => it.state.status === "done"

const rate: RestartPolicy = { restartsMax: 2, forgets: "each" }

export const jobRestartScenarios = [
  scenario("K6 failure rate: as many failures as allowed within the time, and the next one ends the job", () => {
    const it = running(rate)
    failing(it, 1, 2)
    expect(isOver(it)).toBe(false)
    failing(it, 3)
    expect(isOver(it)).toBe(true)
  }),
  scenario("K6 failure rate: every failure sets a timer of its own, which forgets that one", () => {
    const it = running(rate)
    it.send(fails(1))
    expect(it.commands).toContainEqual({ _tag: "SetTimer", timer: "forget:1", delay: "forget" })
    it.send({ type: "attempt.cancelled" }, fired("backoff"), claimed, restored)
    failing(it, 2)
    expect(it.state.context.failures).toBe(2)
    it.send(fired("forget:1"))
    expect(it.state.context.failures).toBe(1)
    failing(it, 3)
    expect([it.state.context.failures, isOver(it)]).toEqual([2, false])
    failing(it, 4)
    expect(isOver(it)).toBe(true)
  }),
  scenario(
    "K6 failure rate: a failure is forgotten in whatever state the job is, and running long forgets none",
    () => {
      const it = running({ restartsMax: 5, forgets: "each" })
      failing(it, 1, 2, 3)
      it.send(fired("stable"))
      expect(it.state.context.failures).toBe(3)
      it.send(fails(4), fired("forget:1"), { type: "attempt.cancelled" }, fired("forget:2"))
      expect([it.state.value, it.state.context.failures]).toEqual(["backingOff", 2])
      it.send(fired("backoff"), fired("forget:3"), claimed, fired("forget:4"))
      expect([it.state.value, it.state.context.failures]).toEqual(["restoring", 0])
    }
  ),
  scenario("K6 the failure that ends the job sets no timer", () => {
    const it = running({ restartsMax: 0, forgets: "each" })
    it.send(fails(1))
    expect(it.tags).toEqual(["CancelTimer", "CancelTimer", "SuspendCoordinator", "CancelAttempt"])
  }),
  scenario("K6 fixed delay: no failure is ever forgotten", () => {
    const it = running({ restartsMax: 2, forgets: "never" })
    failing(it, 1, 2)
    it.send(fired("stable"))
    failing(it, 3)
    expect(isOver(it)).toBe(true)
  }),
  scenario("K3 running long forgets the record that failed, whatever the policy", () => {
    const it = running({ restartsMax: 5, forgets: "never" })
    for (const attempt of [1, 2]) {
      it.send(fails(attempt, "line 7"), { type: "attempt.cancelled" }, fired("backoff"), claimed, restored)
    }
    it.send(fired("stable"), fails(3, "line 7"), { type: "attempt.cancelled" })
    expect(it.state.value).toBe("backingOff")
  })
]
