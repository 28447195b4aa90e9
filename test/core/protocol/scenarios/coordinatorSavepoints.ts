import { expect } from "vitest"
import type { CoordinatorEvent } from "../../../../packages/core/src/protocol/index.ts"
import {
  acks,
  active,
  completes,
  contextOf,
  coordinator,
  ends,
  expired,
  fired,
  interval,
  minPause,
  partsOf,
  recorded,
  request,
  start,
  stop,
  suspend,
  toldJob,
  triggered
} from "../support/coordinated.ts"
import { scenario } from "../support/Scenario.ts"

const savepoint: CoordinatorEvent = { type: "savepoint.request" }
const stopWith = (kind: "final" | "finalSavepoint" | "stopSavepoint"): CoordinatorEvent => ({
  type: "coordinator.stop",
  kind
})

type It = ReturnType<typeof active>

const taken = (it: It) => it.commands.flatMap((command) => (command._tag === "NotifySavepoint" ? [command.id] : []))
const notified = (it: It) => it.commands.flatMap((command) => (command._tag === "NotifyCompleted" ? [command] : []))
const retired = (it: It) => it.commands.flatMap((command) => (command._tag === "RetireCheckpoint" ? [command.id] : []))
const refused = (it: It) =>
  it.commands.flatMap((command) => (command._tag === "RefuseSavepoint" ? [command.reason] : []))

export const coordinatorSavepointScenarios = [
  scenario("K8 a savepoint is whole, whatever base there is; a checkpoint is not based on it", () => {
    const it = active({ incremental: true })
    it.send(request, ...completes(1))
    it.send(savepoint)
    expect(triggered(it)).toEqual([{ id: 2, kind: "savepoint", base: null, alignment: "aligned" }])
    it.send(...completes(2))
    it.send(request)
    expect(triggered(it)).toEqual([{ id: 3, kind: "checkpoint", base: 1, alignment: "aligned" }])
  }),
  scenario("K8 S31 a completed savepoint is told to who asked, and to no subtask: nothing is committed", () => {
    const it = active()
    it.send(request, ...completes(1), savepoint, ...acks(2, "a", "b"))
    it.send(recorded(2))
    expect(it.commands).toEqual([{ _tag: "NotifySavepoint", id: 2 }])
    expect(contextOf(it)).toMatchObject({ retained: [1], pending: [], savepoints: [] })
    expect(partsOf(it)).toEqual([1])
  }),
  scenario("K2 K8 it waits for neither pause nor cap, and counts for none", () => {
    const it = active()
    it.send(interval, ...acks(1, "a"), savepoint)
    expect(contextOf(it)).toMatchObject({ pending: [1, 2], savepoints: [2] })
    it.send(...acks(2, "a"), ...acks(1, "b"), recorded(1))
    it.send(minPause, interval)
    expect(triggered(it)).toMatchObject([{ id: 3, kind: "checkpoint" }])
    it.send(...acks(3, "a", "b"))
    it.send(recorded(3))
    expect(contextOf(it).pending).toEqual([2])
  }),
  scenario("K2 one savepoint at a time, also while none is triggering", () => {
    const it = active()
    it.send(savepoint, savepoint, ...acks(1, "a"))
    expect(triggered(it)).toMatchObject([{ id: 1 }])
    expect(contextOf(it)).toMatchObject({ savepoints: [1], savepointsWanted: 1 })
    it.send(...acks(1, "b"), recorded(1))
    expect(taken(it)).toEqual([1])
    expect(triggered(it)).toMatchObject([{ id: 2, kind: "savepoint" }])
  }),
  scenario("K8 a savepoint is never subsumed by a newer checkpoint, and subsumes no older one", () => {
    const it = active({ concurrentMax: 3 })
    it.send(request, ...acks(1, "a"), savepoint, ...acks(2, "a"), request, ...acks(3, "a"))
    it.send(...acks(2, "b"), recorded(2))
    expect(contextOf(it).pending).toEqual([1, 3])
    it.send(savepoint, ...acks(4, "a"), request, ...acks(5, "a", "b"), recorded(5))
    expect(contextOf(it)).toMatchObject({ pending: [4], savepoints: [4] })
  }),
  scenario("K6 K8 a savepoint that fails is not counted, and one that completes makes nothing good", () => {
    const it = active({ toleratedFailures: 1 })
    it.send(savepoint, expired(1))
    it.send(savepoint, expired(2))
    expect(toldJob(it)).toEqual([])
    it.send(request, expired(3))
    expect(contextOf(it).failures).toBe(1)
    it.send(savepoint, ...completes(4))
    expect(contextOf(it)).toMatchObject({ failures: 1, isPauseOver: true })
  }),
  scenario("K8 no number of checkpoints retires a savepoint", () => {
    const it = active({ retained: 1 })
    it.send(request, ...completes(1), savepoint, ...completes(2))
    it.send(request, ...completes(3))
    expect(retired(it)).toEqual([1])
    it.send(request, ...completes(4))
    expect(retired(it)).toEqual([3])
  }),
  scenario("requests beyond the queue are refused, and all of them where nothing runs or the job ends", () => {
    const it = active({ queuedTriggersMax: 1 })
    it.send(savepoint, savepoint)
    it.send(savepoint)
    expect(refused(it)).toEqual(["tooManyRequests"])
    it.send(stop)
    expect(refused(it)).toEqual(["terminalPending"])
    it.send(savepoint)
    expect(refused(it)).toEqual(["terminalPending"])
    const other = active()
    other.send(savepoint, savepoint)
    other.send(suspend)
    expect(refused(other)).toEqual(["notRunning"])
    const idle = coordinator()
    idle.send(savepoint)
    expect(refused(idle)).toEqual(["notRunning"])
  }),
  scenario("rule 2 the next claim settles a savepoint's manifest that was in flight", () => {
    const it = active()
    it.send(savepoint, ...acks(1, "a", "b"), suspend)
    expect(contextOf(it)).toMatchObject({ pending: [1], savepoints: [1] })
    it.send(start({ nextId: 1001, idsEnd: 2001, kept: [1] }))
    expect(taken(it)).toEqual([1])
    expect(contextOf(it)).toMatchObject({ pending: [], savepoints: [], retained: [] })
    const lost = active()
    lost.send(savepoint, ...acks(1, "a", "b"), suspend)
    lost.send(start({ nextId: 1001, idsEnd: 2001 }))
    expect(lost.commands).toContainEqual({ _tag: "NotifyInvalidated", id: 1, reason: "restarted" })
  }),
  scenario("rule 6 a stop with a savepoint commits like any stop, subsumes, and is not retired either", () => {
    const it = active({ incremental: true, concurrentMax: 2 })
    it.send(request, ...completes(1), request, ...acks(2, "a"))
    it.send(stopWith("stopSavepoint"))
    expect(triggered(it)).toEqual([{ id: 3, kind: "stopSavepoint", base: null, alignment: "aligned" }])
    it.send(...acks(3, "a", "b"))
    it.send(recorded(3))
    expect(notified(it)).toEqual([{ _tag: "NotifyCompleted", id: 3, kind: "stopSavepoint" }])
    expect(it.commands).toContainEqual({ _tag: "NotifyInvalidated", id: 2, reason: "subsumed" })
    expect(contextOf(it)).toMatchObject({ pending: [], retained: [1] })
    expect(it.state.owner.value).toEqual({ active: "settled" })
  }),
  scenario("K4 it is repeated until it completes", () => {
    const it = active()
    it.send(stopWith("stopSavepoint"), expired(1))
    it.send(fired("terminalRetry"))
    expect(triggered(it)).toMatchObject([{ id: 2, kind: "stopSavepoint" }])
  }),
  scenario("rule 6 a drain ends the sources; checkpoints go on, and the final one is what was asked for", () => {
    const it = active()
    it.send(stopWith("finalSavepoint"))
    expect(it.commands).toEqual([{ _tag: "DrainSources" }])
    it.send(interval, ...completes(1), ends("a"))
    expect(it.state.owner.value).toEqual({ active: "regular" })
    it.send(ends("b"))
    expect(triggered(it)).toMatchObject([{ id: 2, kind: "finalSavepoint", base: null }])
    const plain = active()
    plain.send(stopWith("final"), ends("a"), ends("b"))
    expect(triggered(plain)).toMatchObject([{ id: 1, kind: "final" }])
  })
]
