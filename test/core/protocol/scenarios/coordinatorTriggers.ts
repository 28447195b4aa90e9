/** What triggers by clock, count or both; an interval that adapts; the mode; failures counted once per checkpoint. */
import { expect } from "vitest"
import type { CoordinatorEvent } from "../../../../packages/core/src/protocol/index.ts"
import { active, completes, contextOf, interval, recorded, toldJob, triggered } from "../support/coordinated.ts"
import { scenario } from "../support/Scenario.ts"

const counted: CoordinatorEvent = { type: "count.reached" }
const adapted: CoordinatorEvent = { type: "interval.adapted", policy: "youngDaly" }
const beginsAnew = { _tag: "SetTimer", timer: "interval", delay: "interval" }

const declinedBy = (subtask: string): CoordinatorEvent => ({
  type: "subtask.declined",
  id: 1,
  subtask,
  reason: "storageFailed"
})

export const coordinatorTriggerScenarios = [
  scenario("first: the clock triggers, and so does the count; either begins the interval anew", () => {
    const it = active({ trigger: "first" })
    expect(it.commands).toEqual([beginsAnew])
    it.send(interval)
    expect([triggered(it).length, it.commands.filter(({ _tag }) => _tag === "SetTimer")[0]]).toEqual([1, beginsAnew])
    it.send(...completes(1))
    it.send({ type: "timer.fired", timer: "minPause" }, counted)
    expect(triggered(it)).toMatchObject([{ id: 2 }])
    expect(it.commands).toContainEqual(beginsAnew)
  }),
  scenario("first: count and clock together while one is pending make one more checkpoint, not two", () => {
    const it = active({ trigger: "first" })
    it.send(interval, counted, interval, ...completes(1), { type: "timer.fired", timer: "minPause" })
    expect(triggered(it).map(({ id }) => id)).toEqual([1, 2])
    it.send(...completes(2), { type: "timer.fired", timer: "minPause" })
    expect(triggered(it)).toEqual([])
  }),
  scenario("a count alone sets no timer", () => {
    const it = active({ trigger: "count" })
    it.send(counted)
    expect(it.tags).toEqual(["TriggerSources", "SetTimer"])
    expect(it.commands).not.toContainEqual(beginsAnew)
  }),
  scenario("an adapted interval begins anew and triggers nothing by itself; what it is stays outside", () => {
    const it = active()
    const before = contextOf(it)
    expect(it.send(adapted)).toEqual([beginsAnew])
    expect(contextOf(it)).toEqual(before)
    expect(active({ trigger: "count" }).send(adapted)).toEqual([])
  }),
  scenario("K5 the barriers of a job that counts at least once are tracked", () => {
    const it = active({ mode: "at-least-once" })
    it.send(interval)
    expect(triggered(it)).toMatchObject([{ id: 1, alignment: "tracked" }])
  }),
  scenario("K6 a checkpoint that three subtasks decline, and that expires, is one failure", () => {
    const it = active({ toleratedFailures: 1 }, { subtasks: ["a", "b", "c"] })
    it.send(interval, declinedBy("a"), declinedBy("b"), declinedBy("c"), { type: "checkpoint.expired", id: 1 })
    expect(contextOf(it).failures).toBe(1)
    expect(toldJob(it)).toEqual([])
    it.send(interval, { type: "checkpoint.expired", id: 2 }, recorded(2))
    expect(toldJob(it)).toEqual([{ type: "checkpoints.failing", reason: "expired" }])
  })
]
