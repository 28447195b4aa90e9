import { expect } from "vitest"
import type { CheckpointPolicy, CoordinatorEvent } from "../../../../packages/core/src/protocol/index.ts"
import { coordinatorComponent } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "../support/Driven.ts"
import { scenario } from "../support/Scenario.ts"

const policy: CheckpointPolicy = {
  trigger: "periodic",
  concurrentMax: 1,
  toleratedFailures: null,
  retained: 1,
  queuedTriggersMax: 2
}

const start = (given: Partial<Extract<CoordinatorEvent, { readonly type: "coordinator.start" }>> = {}) =>
  ({ type: "coordinator.start", subtasks: ["a", "b"], nextId: 1, idsEnd: 1001, recorded: [], ...given }) as const

const coordinator = (changes: Partial<CheckpointPolicy> = {}) =>
  new Driven(coordinatorComponent.step, coordinatorComponent.initial({ policy: { ...policy, ...changes } }))

type DrivenCoordinator = ReturnType<typeof coordinator>

const active = (changes: Partial<CheckpointPolicy> = {}, given: Parameters<typeof start>[0] = {}) => {
  const it = coordinator(changes)
  it.send(start(given))
  return it
}

const fired = (timer: string): CoordinatorEvent => ({ type: "timer.fired", timer })
const interval = fired("interval")
const minPause = fired("minPause")
const request: CoordinatorEvent = { type: "trigger.request" }
const stop: CoordinatorEvent = { type: "coordinator.stop" }
const suspend: CoordinatorEvent = { type: "coordinator.suspend", reason: "restarted" }
const recorded = (id: number): CoordinatorEvent => ({ type: "manifest.recorded", id })
const expired = (id: number): CoordinatorEvent => ({ type: "checkpoint.expired", id })
const ends = (subtask: string): CoordinatorEvent => ({ type: "subtask.ended", subtask })

const acks = (id: number, ...subtasks: ReadonlyArray<string>): ReadonlyArray<CoordinatorEvent> =>
  subtasks.map((subtask) => ({
    type: "subtask.acknowledged",
    id,
    subtask,
    handle: { object: `${id}/${subtask}`, size: 1 }
  }))

const completes = (id: number): ReadonlyArray<CoordinatorEvent> => [...acks(id, "a", "b"), recorded(id)]

const declines = (id: number, reason: "declined" | "superseded" | "storageFailed"): CoordinatorEvent => ({
  type: "subtask.declined",
  id,
  subtask: "a",
  reason
})

const triggered = (it: DrivenCoordinator) =>
  it.commands.flatMap((command) => (command._tag === "TriggerSources" ? [command.barrier] : []))

const released = (it: DrivenCoordinator) =>
  it.commands.flatMap((command) => (command._tag === "ReleaseState" ? [...command.objects] : []))

const refusals = (it: DrivenCoordinator) =>
  it.commands.flatMap((command) => (command._tag === "RefuseRequest" ? [command.reason] : []))

const toldJob = (it: DrivenCoordinator) =>
  it.commands.flatMap((command) => (command._tag === "TellJob" ? [command.event] : []))

const contextOf = (it: DrivenCoordinator) => it.state.owner.context
const partsOf = (it: DrivenCoordinator) => it.state.parts.map(({ key }) => key)

const triggers = [
  scenario("a periodic trigger sets its timer again, and a checkpoint names no base and aligns", () => {
    const it = active()
    expect(it.commands).toEqual([{ _tag: "SetTimer", timer: "interval", delay: "interval" }])
    it.send(interval)
    expect(it.tags).toEqual(["SetTimer", "TriggerSources", "SetTimer"])
    expect(triggered(it)).toEqual([{ id: 1, kind: "checkpoint", base: null, alignment: "aligned" }])
  }),
  scenario("without a periodic trigger there is no timer; a count triggers", () => {
    const it = active({ trigger: "count" })
    expect(it.commands).toEqual([])
    it.send({ type: "count.reached" })
    expect(triggered(it)).toHaveLength(1)
  }),
  scenario("K2 S11 at the cap a period waits for the completion and then for the pause", () => {
    const it = active()
    it.send(interval, interval)
    expect(triggered(it)).toHaveLength(1)
    it.send(...completes(1))
    expect(triggered(it)).toEqual([])
    it.send(minPause)
    expect(triggered(it)).toMatchObject([{ id: 2 }])
  }),
  scenario("K2 below the cap the next one waits until the first acknowledgement", () => {
    const it = active({ concurrentMax: 2 })
    it.send(request, request)
    expect(triggered(it)).toMatchObject([{ id: 1 }])
    it.send(...acks(1, "a"))
    expect(triggered(it)).toMatchObject([{ id: 2 }])
    it.send(...acks(2, "a"), interval)
    expect(triggered(it)).toEqual([])
    expect(contextOf(it).pending).toEqual([1, 2])
  }),
  scenario("a requested checkpoint does not wait for the pause", () => {
    const it = active()
    it.send(interval, ...completes(1))
    it.send(request)
    expect(triggered(it)).toMatchObject([{ id: 2 }])
  }),
  scenario("requests wait their turn; one more than may wait is refused", () => {
    const it = active()
    it.send(request, request, request)
    expect(refusals(it)).toEqual([])
    it.send(request)
    expect(refusals(it)).toEqual(["tooManyRequests"])
    it.send(...completes(1))
    expect(triggered(it)).toMatchObject([{ id: 2 }])
    it.send(...completes(2))
    expect(triggered(it)).toMatchObject([{ id: 3 }])
  }),
  scenario("a request while no attempt runs is refused, and so are those that waited when it ended", () => {
    const it = coordinator()
    it.send(request)
    expect(refusals(it)).toEqual(["notRunning"])
    it.send(start(), request, request, request)
    it.send(suspend)
    expect(refusals(it)).toEqual(["notRunning", "notRunning"])
    it.send(start({ nextId: 1001, idsEnd: 2001 }))
    expect(triggered(it)).toEqual([])
  }),
  scenario("K1 S6 beyond the reserved ids nothing is triggered until more are reserved", () => {
    const it = active({}, { nextId: 1000 })
    it.send(interval, ...acks(1000, "a"))
    it.send(...completes(1000), minPause, request)
    expect(it.tags.filter((tag) => tag === "ReserveIds")).toEqual([])
    expect(triggered(it)).toEqual([])
    it.send({ type: "ids.reserved", end: 2001 })
    expect(triggered(it)).toMatchObject([{ id: 1001 }])
  }),
  scenario("K1 an empty block is reserved once; requests beyond the queue are refused meanwhile", () => {
    const it = active({}, { nextId: 1001 })
    expect(it.commands).toContainEqual({ _tag: "ReserveIds", from: 1001 })
    it.send(request, request, request)
    expect(it.tags).toEqual(["RefuseRequest"])
  }),
  scenario("K1 S6 an older claim's block does not shrink the reserved one, and ids never go back", () => {
    const it = active({}, { nextId: 1 })
    it.send({ type: "ids.reserved", end: 500 })
    expect(contextOf(it).idsEnd).toBe(1001)
    it.send(interval, suspend, start({ nextId: 1, idsEnd: 1001 }), interval)
    expect(triggered(it)).toMatchObject([{ id: 1 }, { id: 2 }])
  }),
  scenario("timers of another name change nothing", () => {
    const it = active()
    expect(it.send(fired("something else"), fired("terminalRetry"))).toEqual([])
  })
]

const outcomes = [
  scenario("K3 a completion subsumes older pending checkpoints, notifies, and only then retires", () => {
    const it = active({ concurrentMax: 2 }, { recorded: [1], nextId: 2 })
    it.send(request, request, ...acks(2, "a"), ...acks(3, "a", "b"))
    it.send(recorded(3))
    expect(it.commands).toEqual([
      { _tag: "CancelTimer", timer: "checkpoint:2" },
      { _tag: "ReleaseState", id: 2, objects: ["2/a"] },
      { _tag: "NotifyCompleted", id: 3, kind: "checkpoint" },
      { _tag: "SetTimer", timer: "minPause", delay: "minPause" },
      { _tag: "RetireCheckpoint", id: 1 },
      { _tag: "NotifyInvalidated", id: 2, reason: "subsumed" }
    ])
    expect(contextOf(it)).toMatchObject({ pending: [], retained: [3] })
    expect(partsOf(it)).toEqual([3])
  }),
  scenario("K3 an older checkpoint that is finalizing is not subsumed and completes after the newer one", () => {
    const it = active({ concurrentMax: 2, retained: 2 })
    it.send(request, request, ...acks(1, "a", "b"), ...acks(2, "a", "b"))
    it.send(recorded(2))
    expect(contextOf(it)).toMatchObject({ pending: [1], retained: [2] })
    it.send(recorded(1))
    expect(it.commands).toContainEqual({ _tag: "NotifyCompleted", id: 1, kind: "checkpoint" })
    expect(contextOf(it)).toMatchObject({ pending: [], retained: [1, 2] })
  }),
  scenario("retention removes the oldest, even if it completed last", () => {
    const it = active({ concurrentMax: 2 })
    it.send(request, request, ...acks(1, "a", "b"), ...acks(2, "a", "b"), recorded(2))
    it.send(recorded(1))
    expect(it.commands).toContainEqual({ _tag: "RetireCheckpoint", id: 1 })
    expect(contextOf(it).retained).toEqual([2])
  }),
  scenario("retention counts the checkpoints that the log already held", () => {
    const it = active({ retained: 2 }, { recorded: [3, 4, 5], nextId: 6 })
    expect(partsOf(it)).toEqual([3, 4, 5])
    it.send(interval)
    it.send(...completes(6))
    expect(it.commands.filter(({ _tag }) => _tag === "RetireCheckpoint")).toEqual([
      { _tag: "RetireCheckpoint", id: 3 },
      { _tag: "RetireCheckpoint", id: 4 }
    ])
    expect(partsOf(it)).toEqual([5, 6])
  }),
  scenario("S12 late acknowledgements of an invalidated checkpoint only release their state", () => {
    const it = active()
    it.send(interval, ...acks(1, "a"), expired(1))
    expect(released(it)).toEqual(["1/a"])
    it.send(...acks(1, "b"), recorded(1))
    expect(it.commands).toEqual([{ _tag: "ReleaseState", id: 1, objects: ["1/b"] }])
  }),
  scenario("S13 a duplicate acknowledgement never releases what stands or is awaited", () => {
    const it = active()
    it.send(interval, ...acks(1, "a", "a", "b", "b"))
    expect(released(it)).toEqual([])
    it.send(recorded(1), ...acks(1, "a"))
    expect(released(it)).toEqual([])
  }),
  scenario("an acknowledgement of an unknown checkpoint or subtask releases its state", () => {
    const it = active()
    it.send(interval)
    it.send(...acks(9, "a"), ...acks(1, "nobody"))
    expect(released(it)).toEqual(["9/a", "1/nobody"])
  }),
  scenario("a declined checkpoint is invalidated and everybody hears why", () => {
    const it = active()
    it.send(interval)
    it.send(declines(1, "superseded"), declines(1, "superseded"))
    expect(it.commands).toContainEqual({ _tag: "NotifyInvalidated", id: 1, reason: "superseded" })
    expect(it.tags.filter((tag) => tag === "NotifyInvalidated")).toHaveLength(1)
    expect(contextOf(it)).toMatchObject({ pending: [], triggering: null })
  }),
  scenario("a manifest that surely does not stand invalidates its checkpoint", () => {
    const it = active()
    it.send(interval, ...acks(1, "a", "b"))
    it.send({ type: "manifest.refused", id: 1, reason: "storageFailed" })
    expect(released(it)).toEqual(["1/a", "1/b"])
    expect(it.commands).toContainEqual({ _tag: "NotifyInvalidated", id: 1, reason: "storageFailed" })
  }),
  scenario("K6 one counted failure more than is tolerated tells the job; a completion forgets them", () => {
    const it = active({ toleratedFailures: 1 })
    it.send(request, expired(1), request, ...completes(2), request, declines(3, "declined"), request)
    expect(toldJob(it)).toEqual([])
    it.send(declines(4, "storageFailed"))
    expect(toldJob(it)).toEqual([{ type: "checkpoints.failing", reason: "storageFailed" }])
  }),
  scenario("K6 superseded and subsumed checkpoints are no failures", () => {
    const it = active({ toleratedFailures: 0 })
    it.send(request, declines(1, "superseded"), request, declines(2, "superseded"))
    expect(toldJob(it)).toEqual([])
    expect(contextOf(it).failures).toBe(0)
  }),
  scenario("K6 after the failure that is one too many, other checkpoints that end with it tell nothing", () => {
    const it = active({ toleratedFailures: 0, concurrentMax: 2 })
    it.send(request, request, ...acks(1, "a"))
    it.send(expired(1))
    expect(toldJob(it)).toHaveLength(1)
    it.send(suspend)
    expect(toldJob(it)).toEqual([])
  }),
  scenario("K6 a failure of a checkpoint older than the newest completed one is not counted", () => {
    const it = active({ toleratedFailures: 0, concurrentMax: 2 })
    it.send(request, request, ...acks(1, "a", "b"), ...acks(2, "a", "b"), recorded(2))
    it.send({ type: "manifest.refused", id: 1, reason: "storageFailed" })
    expect(toldJob(it)).toEqual([])
  }),
  scenario("K6 a suspended coordinator tells the job nothing", () => {
    const it = active({ toleratedFailures: 0 })
    it.send(interval, ...acks(1, "a", "b"), suspend)
    it.send({ type: "manifest.refused", id: 1, reason: "storageFailed" })
    expect(it.tags).toEqual(["ReleaseState", "NotifyInvalidated"])
  })
]

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

export const coordinatorScenarios = [...triggers, ...outcomes, ...restarts, ...terminals]
