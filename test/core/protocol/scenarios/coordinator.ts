import { expect } from "vitest"
import {
  acks,
  active,
  completes,
  contextOf,
  coordinator,
  declines,
  expired,
  fired,
  interval,
  minPause,
  partsOf,
  recorded,
  refusals,
  released,
  request,
  start,
  suspend,
  toldJob,
  triggered
} from "../support/coordinated.ts"
import { scenario } from "../support/Scenario.ts"
import { coordinatorBaseScenarios } from "./coordinatorBases.ts"
import { coordinatorRestartScenarios } from "./coordinatorRestarts.ts"

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

export const coordinatorScenarios = [
  ...triggers,
  ...outcomes,
  ...coordinatorBaseScenarios,
  ...coordinatorRestartScenarios
]
