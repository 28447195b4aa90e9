import { expect } from "vitest"
import {
  acks,
  active,
  completes,
  contextOf,
  ends,
  expired,
  fired,
  interval,
  partsOf,
  recorded,
  released,
  request,
  start,
  stop,
  suspend,
  triggered
} from "../support/coordinated.ts"
import { scenario } from "../support/Scenario.ts"

const incremental = (changes: Parameters<typeof active>[0] = {}, given: Parameters<typeof active>[1] = {}) =>
  active({ incremental: true, ...changes }, given)

const retired = (it: ReturnType<typeof active>) =>
  it.commands.flatMap((command) => (command._tag === "RetireCheckpoint" ? [command.id] : []))

/** The first checkpoint is completed, and two more are pending with it as their base. */
const twoOnOne = (changes: Parameters<typeof active>[0] = {}) => {
  const it = incremental({ concurrentMax: 2, ...changes })
  it.send(request, ...completes(1), request, request, ...acks(2, "a"))
  return it
}

export const coordinatorBaseScenarios = [
  scenario("rule 4 K7: the first checkpoint has no base, the next one that of the last completion", () => {
    const it = incremental()
    it.send(request)
    expect(triggered(it)).toMatchObject([{ id: 1, base: null }])
    it.send(...completes(1), request)
    expect(triggered(it)).toMatchObject([{ id: 2, base: 1 }])
    expect(contextOf(it).pins).toEqual([{ id: 2, base: 1 }])
    it.send(...completes(2), request)
    expect(triggered(it)).toMatchObject([{ id: 3, base: 2 }])
    expect(contextOf(it).pins).toEqual([{ id: 3, base: 2 }])
  }),
  scenario("rule 4: without increments nothing is a base, and nothing is pinned", () => {
    const it = active()
    it.send(request, ...completes(1), request)
    expect(triggered(it)).toMatchObject([
      { id: 1, base: null },
      { id: 2, base: null }
    ])
    expect(contextOf(it).pins).toEqual([])
  }),
  scenario("K7 neither a pending nor an invalidated checkpoint is a base", () => {
    const it = twoOnOne()
    expect(triggered(it)).toMatchObject([{ id: 1 }, { id: 2, base: 1 }, { id: 3, base: 1 }])
    it.send(expired(2), ...acks(3, "a"))
    it.send(request)
    expect(triggered(it)).toMatchObject([{ id: 4, base: 1 }])
  }),
  scenario("K7 S26 a base is retired only when the last that may refer to it is completed", () => {
    const it = twoOnOne()
    it.send(...completes(2))
    expect(retired(it)).toEqual([])
    expect(contextOf(it)).toMatchObject({ retained: [1, 2], pins: [{ id: 3, base: 1 }] })
    expect(partsOf(it)).toEqual([1, 2, 3])
    it.send(...completes(3))
    expect(retired(it)).toEqual([1, 2])
    expect(contextOf(it)).toMatchObject({ retained: [3], pins: [] })
    expect(partsOf(it)).toEqual([3])
  }),
  scenario("K7 S26 or when it is invalidated", () => {
    const it = twoOnOne()
    it.send(...completes(2))
    it.send(expired(3))
    expect(retired(it)).toEqual([1])
    expect(contextOf(it)).toMatchObject({ retained: [2], pins: [] })
    expect(partsOf(it)).toEqual([2])
  }),
  scenario("K3 K7 a base of what a completion subsumes is retired after that is invalidated", () => {
    const it = twoOnOne()
    it.send(...acks(3, "a", "b"))
    it.send(recorded(3))
    expect(it.tags).toEqual([
      "CancelTimer",
      "ReleaseState",
      "NotifyCompleted",
      "SetTimer",
      "NotifyInvalidated",
      "RetireCheckpoint"
    ])
    expect(retired(it)).toEqual([1])
  }),
  scenario("K7 a base that retention keeps anyway is not retired, whatever becomes of what refers to it", () => {
    const it = twoOnOne({ retained: 2 })
    it.send(expired(2), expired(3))
    expect(retired(it)).toEqual([])
    expect(contextOf(it)).toMatchObject({ retained: [1], pins: [] })
  }),
  scenario("L8 what is released of an invalidated checkpoint is its own, never what it shares", () => {
    const it = incremental()
    it.send(request, ...completes(1), request)
    const handle = { object: "2/a", size: 1, shared: ["1/a"] }
    it.send({ type: "subtask.acknowledged", id: 2, subtask: "a", handle }, expired(2))
    it.send({ type: "subtask.acknowledged", id: 2, subtask: "b", handle: { ...handle, object: "2/b" } })
    expect(released(it)).toEqual(["2/b"])
  }),
  scenario("rule 4 K7: after a restart the first checkpoint is full, though others stand", () => {
    const it = incremental()
    it.send(request, ...completes(1), suspend, start({ nextId: 1001, idsEnd: 2001, recorded: [1] }))
    it.send(request)
    expect(triggered(it)).toMatchObject([{ id: 1001, base: null }])
    it.send(...completes(1001), request)
    expect(triggered(it)).toMatchObject([{ id: 1002, base: 1001 }])
  }),
  scenario("rule 2 K7: a manifest of unknown outcome keeps its base beyond its attempt", () => {
    const it = twoOnOne()
    it.send(...acks(2, "b"), ...acks(3, "a", "b"), suspend)
    it.send(recorded(2))
    expect(retired(it)).toEqual([])
    expect(contextOf(it)).toMatchObject({ retained: [1, 2], pins: [{ id: 3, base: 1 }] })
    it.send(start({ nextId: 1001, idsEnd: 2001, recorded: [1, 2] }))
    expect(retired(it)).toEqual([1])
    expect(contextOf(it)).toMatchObject({ pending: [], retained: [2], pins: [] })
  }),
  scenario("rule 2 K7: what an older attempt has completed is settled, and is no base", () => {
    const it = twoOnOne()
    it.send(...acks(2, "b"), suspend, start({ nextId: 1001, idsEnd: 2001, recorded: [1, 2] }))
    expect(contextOf(it)).toMatchObject({ retained: [2], pins: [] })
    it.send(request)
    expect(triggered(it)).toMatchObject([{ id: 1001, base: null }])
  }),
  scenario("K5 K7 a suspension retires nothing: the next claim may be reading it", () => {
    const it = twoOnOne()
    it.send(...completes(2))
    it.send(suspend)
    expect(retired(it)).toEqual([])
    expect(contextOf(it)).toMatchObject({ retained: [1, 2], pins: [] })
  }),
  scenario("K4 K7 terminal checkpoints have a base, and keep it when they are repeated", () => {
    const it = incremental()
    it.send(request, ...completes(1), request, ends("a"), ends("b"))
    expect(triggered(it)).toMatchObject([
      { id: 1, base: null },
      { id: 2, base: 1 },
      { id: 3, kind: "final", base: 1 }
    ])
    it.send(...completes(2))
    expect(retired(it)).toEqual([])
    it.send(expired(3))
    expect(retired(it)).toEqual([1])
    it.send(fired("terminalRetry"))
    expect(triggered(it)).toMatchObject([{ id: 4, kind: "final", base: 2 }])
    const stopping = incremental()
    stopping.send(interval, ...completes(1), stop)
    expect(triggered(stopping)).toMatchObject([{ id: 1 }, { id: 2, kind: "stop", base: 1 }])
  })
]
