import { expect } from "vitest"
import {
  acks,
  active,
  completes,
  contextOf,
  declines,
  ends,
  expired,
  fired,
  interval,
  minPause,
  partsOf,
  recorded,
  released,
  request,
  start,
  stop,
  suspend,
  toldJob,
  triggered
} from "../support/coordinated.ts"
import { scenario } from "../support/Scenario.ts"

const restarts = [
  scenario("K5 suspension aborts what is in flight and leaves what is finalizing", () => {
    const it = active({ concurrentMax: 2 })
    it.send(request, request, ...acks(1, "a", "b"), ...acks(2, "a"))
    it.send(suspend)
    expect(released(it)).toEqual(["2/a"])
    expect(contextOf(it).pending).toEqual([1])
    expect(it.send(interval, stop, ends("a"), { type: "count.reached" })).toEqual([])
  }),
  scenario("rule 2: a manifest that landed before the claim is completed, whatever was believed", () => {
    const it = active()
    it.send(interval, ...acks(1, "a", "b"), suspend)
    it.send(start({ nextId: 1001, idsEnd: 2001, recorded: [1] }))
    expect(it.commands).toContainEqual({ _tag: "NotifyCompleted", id: 1, kind: "checkpoint" })
    expect(contextOf(it)).toMatchObject({ pending: [], retained: [1] })
    expect(it.send(recorded(1))).toEqual([])
  }),
  scenario("rule 2: a manifest that is not in the log at the claim is void, and a late answer changes nothing", () => {
    const it = active()
    it.send(interval, ...acks(1, "a", "b"), suspend)
    it.send(start({ nextId: 1001, idsEnd: 2001 }))
    expect(it.commands).toContainEqual({ _tag: "NotifyInvalidated", id: 1, reason: "restarted" })
    expect(released(it)).toEqual(["1/a", "1/b"])
    expect(it.send({ type: "manifest.refused", id: 1, reason: "fenced" }, recorded(1))).toEqual([])
  }),
  scenario("rule 2: an answer that comes while no attempt runs completes the checkpoint", () => {
    const it = active()
    it.send(interval, ...acks(1, "a", "b"), suspend)
    it.send(recorded(1))
    expect(it.tags).toEqual(["NotifyCompleted", "SetTimer"])
    it.send(start({ nextId: 1001, idsEnd: 2001, recorded: [1] }))
    expect(partsOf(it)).toEqual([1])
    expect(contextOf(it).retained).toEqual([1])
  }),
  scenario("S10 after a restart failures, wishes and pauses of the former attempt are forgotten", () => {
    const it = active({ toleratedFailures: 1 })
    it.send(request, expired(1), request, ...completes(2), interval, suspend)
    it.send(start({ nextId: 1001, idsEnd: 2001, recorded: [2] }))
    expect(contextOf(it)).toMatchObject({ failures: 0, isPeriodicWanted: false, isPauseOver: true, terminal: null })
    expect(triggered(it)).toEqual([])
  }),
  scenario("rule 8: a completed checkpoint that was found damaged no longer stands", () => {
    const it = active({ retained: 3 }, { recorded: [1, 2], nextId: 3 })
    it.send(suspend, start({ nextId: 1001, idsEnd: 2001, recorded: [1] }))
    expect(contextOf(it).retained).toEqual([1])
    expect(partsOf(it)).toEqual([1])
  })
]

const terminals = [
  scenario("K4 rule 7: when every subtask has ended the final checkpoint is triggered at once", () => {
    const it = active({ trigger: "manual" })
    it.send(ends("a"), ends("a"))
    expect(triggered(it)).toEqual([])
    it.send(ends("b"))
    expect(triggered(it)).toMatchObject([{ id: 1, kind: "final" }])
    it.send(...completes(1))
    expect(it.commands).toContainEqual({ _tag: "NotifyCompleted", id: 1, kind: "final" })
    expect(it.state.owner.value).toEqual({ active: "settled" })
  }),
  scenario("K2 K4 the final checkpoint waits for no cap and no pause", () => {
    const it = active()
    it.send(interval, ends("a"), ends("b"))
    expect(triggered(it)).toMatchObject([{ id: 1 }, { id: 2, kind: "final" }])
    const paused = active()
    paused.send(interval, ...completes(1))
    paused.send(ends("a"), ends("b"))
    expect(triggered(paused)).toMatchObject([{ id: 2, kind: "final" }])
  }),
  scenario("K4 the final checkpoint is repeated after a pause until it completes", () => {
    const it = active()
    it.send(ends("a"), ends("b"))
    it.send(expired(1))
    expect(it.commands.at(-1)).toEqual({ _tag: "SetTimer", timer: "terminalRetry", delay: "terminalRetry" })
    it.send(fired("terminalRetry"))
    expect(triggered(it)).toMatchObject([{ id: 2, kind: "final" }])
    it.send(declines(2, "declined"), fired("terminalRetry"), ...completes(3))
    expect(it.state.owner.value).toEqual({ active: "settled" })
  }),
  scenario("K4 S10 a timer of an older try does not trigger a second final checkpoint", () => {
    const it = active()
    it.send(ends("a"), ends("b"))
    expect(it.send(fired("terminalRetry"))).toEqual([])
    expect(contextOf(it).terminal).toEqual({ kind: "final", isWanted: false, id: 1 })
  }),
  scenario("K6 final checkpoints that keep failing tell the job", () => {
    const it = active({ toleratedFailures: 0 })
    it.send(ends("a"), ends("b"))
    it.send(expired(1))
    expect(toldJob(it)).toEqual([{ type: "checkpoints.failing", reason: "expired" }])
  }),
  scenario("an older checkpoint may still complete or fail beside the final one", () => {
    const it = active()
    it.send(interval, ...acks(1, "a", "b"), ends("a"), ends("b"))
    it.send(recorded(1))
    expect(it.state.owner.value).toEqual({ active: "ending" })
    const failing = active()
    failing.send(interval, ends("a"), ends("b"), expired(1))
    expect(contextOf(failing).pending).toEqual([2])
    expect(failing.tags).not.toContain("TellJob")
  }),
  scenario("a stop before any checkpoint triggers one without end of data", () => {
    const it = active()
    it.send(stop)
    expect(it.tags).toEqual(["CancelTimer", "TriggerSources", "SetTimer"])
    expect(triggered(it)).toMatchObject([{ id: 1, kind: "stop" }])
    it.send(ends("a"), ends("b"), minPause)
    expect(triggered(it)).toEqual([])
    it.send(...completes(1))
    expect(it.commands).toContainEqual({ _tag: "NotifyCompleted", id: 1, kind: "stop" })
  }),
  scenario("a stop during the final checkpoint changes nothing", () => {
    const it = active()
    it.send(ends("a"), ends("b"))
    expect(it.send(stop)).toEqual([])
    expect(contextOf(it).terminal?.kind).toBe("final")
  }),
  scenario("K4 once the end is near nothing else is triggered, and requests are refused", () => {
    const it = active()
    it.send(ends("a"), ends("b"))
    it.send(interval, { type: "count.reached" }, request)
    expect(it.commands).toEqual([{ _tag: "RefuseRequest", reason: "terminalPending" }])
    it.send(...completes(1))
    it.send(interval, minPause, stop, request)
    expect(it.commands).toEqual([{ _tag: "RefuseRequest", reason: "terminalPending" }])
  }),
  scenario("rule 7: after a restart the final checkpoint is triggered anew when all have ended again", () => {
    const it = active()
    it.send(ends("a"), ends("b"), ...acks(1, "a", "b"), suspend)
    it.send(start({ nextId: 1001, idsEnd: 2001, recorded: [1] }))
    expect(it.commands).toContainEqual({ _tag: "NotifyCompleted", id: 1, kind: "checkpoint" })
    expect(it.state.owner.value).toEqual({ active: "regular" })
    it.send(ends("a"), ends("b"))
    expect(triggered(it)).toMatchObject([{ id: 1001, kind: "final" }])
  })
]

export const coordinatorRestartScenarios = [...restarts, ...terminals]
