/** What channels, timers, resources, crashes and faults mean. */
import { describe, expect, it } from "vitest"
import {
  type Channel,
  channel,
  component,
  type Effect,
  type Message,
  resource,
  type SystemSpec,
  system,
  type View
} from "../../../packages/checker/src/index.ts"
import { startOf } from "./actionsFrom.ts"

/** Keeps what it hears; does what a message tells it. */
interface Told extends Message {
  readonly effects?: ReadonlyArray<Effect>
}

const listener = (name: string, internal: ReadonlyArray<Told> = []) =>
  component<ReadonlyArray<string>, Told, ReadonlyArray<Effect>>({
    name,
    start: (effects, durable) => ({ state: typeof durable === "string" ? [durable] : [], effects }),
    step: (heard, { type, effects = [] }) => ({ state: [...heard, type], effects }),
    internal: (heard) => internal.filter(({ type }) => !heard.includes(type)),
    mayReceive: (heard) => heard.at(-1) !== "deaf",
    durable: (heard) => heard.at(-1) ?? null
  })

const a = listener("a")
const b = listener("b")
const send = (name: string, ...types: ReadonlyArray<string>): ReadonlyArray<Effect> =>
  types.map((type) => ({ _tag: "Send", channel: name, message: { type } }))
const start = (name: string, effects: ReadonlyArray<Effect> = []): Effect => ({
  _tag: "Start",
  component: name,
  input: effects
})

const withChannel = (
  spec: Omit<Channel, "name" | "to">,
  messages: ReadonlyArray<string>,
  more: Partial<SystemSpec> = {}
) =>
  startOf(
    system({
      name: "one channel",
      components: [a, b],
      channels: [channel({ name: "c", to: "b", ...spec })],
      initially: [start("b"), start("a", send("c", ...messages))],
      ...more
    })
  )

const types = (messages: ReadonlyArray<Message>) => messages.map(({ type }) => type)

describe("channels", () => {
  it("a fifo delivers its first message only", () => {
    const position = withChannel({ kind: "fifo" }, ["x", "y"])
    expect(position.enabled.map(({ action }) => action)).toEqual([
      { _tag: "Deliver", channel: "c", to: "b", message: { type: "x" } }
    ])
    const after = position.take({ _tag: "Deliver" })
    expect(after.view.of(b)).toEqual(["x"])
    expect(types(after.view.messages({ name: "c" }))).toEqual(["y"])
  })

  it("a bag delivers any of its messages, equal ones as one action", () => {
    const position = withChannel({ kind: "bag" }, ["y", "x", "x"])
    expect(position.enabled).toHaveLength(2)
    const after = position.take({ message: { type: "x" } })
    expect(types(after.view.messages({ name: "c" }))).toEqual(["x", "y"])
  })

  it("a set keeps what it delivers and holds each message once", () => {
    const position = withChannel({ kind: "set" }, ["x", "x"])
    const after = position.take({ message: { type: "x" } }).take({ message: { type: "x" } })
    expect(types(after.view.messages({ name: "c" }))).toEqual(["x"])
    expect(after.view.of(b)).toEqual(["x", "x"])
  })

  it("a receiver that may not receive leaves the message where it is", () => {
    const position = withChannel({ kind: "fifo" }, ["deaf", "x"]).take({ _tag: "Deliver" })
    expect(position.enabled).toEqual([])
    expect(types(position.view.messages({ name: "c" }))).toEqual(["x"])
  })

  it("only lossy messages are lost, and only while the budget lasts", () => {
    const loses = ({ type }: Message) => type === "x"
    const position = withChannel({ kind: "fifo", loses }, ["x", "x", "y"], { faults: { lose: 1 } })
    const after = position.take({ _tag: "Lose" })
    expect(types(after.view.messages({ name: "c" }))).toEqual(["x", "y"])
    expect(after.view.faultsLeft("lose")).toBe(0)
    expect(after.enabled.map(({ action }) => action._tag)).toEqual(["Deliver"])
    expect(withChannel({ kind: "fifo", loses }, ["x"]).enabled).toHaveLength(1)
  })

  it("a duplicate comes now and once more behind the others", () => {
    const position = withChannel({ kind: "fifo", duplicates: () => true }, ["x", "y"], { faults: { "c.duplicate": 1 } })
    const after = position.take({ _tag: "Duplicate" })
    expect(after.view.of(b)).toEqual(["x"])
    expect(types(after.view.messages({ name: "c" }))).toEqual(["y", "x"])
    expect(after.view.faultsLeft("c.duplicate")).toBe(0)
  })

  it("is cleared when an end stops, and takes nothing for a receiver that is down, unless it keeps", () => {
    const stop: Effect = { _tag: "Stop", component: "b" }
    const late = send("c", "y")
    const stimuli = [
      { name: "stop", effects: [stop, ...late], times: 1 },
      { name: "start", effects: [start("b")], times: 1, when: (view: View) => view.of(b) === undefined }
    ]
    const cleared = withChannel({ kind: "fifo" }, ["x"], { stimuli }).take({ stimulus: "stop" })
    expect(types(cleared.view.messages({ name: "c" }))).toEqual([])
    const kept = withChannel({ kind: "fifo", whenDown: "keep" }, ["x"], { stimuli }).take({ stimulus: "stop" })
    expect(types(kept.view.messages({ name: "c" }))).toEqual(["x", "y"])
    expect(kept.enabled.map(({ action }) => action._tag)).toEqual(["Stimulus"])
    expect(kept.take({ stimulus: "start" }).take({ _tag: "Deliver" }).view.of(b)).toEqual(["x"])
  })

  it("is cleared when its sender stops, where it names one", () => {
    const stimuli = [{ name: "stop", effects: [{ _tag: "Stop", component: "a" }] as const, times: 1 }]
    const after = withChannel({ kind: "fifo", from: "a" }, ["x"], { stimuli }).take({ stimulus: "stop" })
    expect(after.view.messages({ name: "c" })).toEqual([])
  })
})

describe("timers", () => {
  const timed = (effects: ReadonlyArray<Effect>) =>
    startOf(system({ name: "timers", components: [a], initially: [start("a", effects)] }))
  const set = (timer: string): Effect => ({ _tag: "SetTimer", timer })

  it("an armed timer may fire at any moment, once", () => {
    const position = timed([set("t"), set("t"), set("u"), { _tag: "CancelTimer", timer: "u" }])
    expect(position.view.timers(a)).toEqual(["t"])
    const after = position.take({ _tag: "Timer", timer: "t" })
    expect(after.view.of(a)).toEqual(["timer.fired"])
    expect(after.enabled).toEqual([])
  })

  it("only components have timers", () => {
    const broken = system({ name: "broken", components: [a], initially: [set("t")] })
    expect(() => startOf(broken)).toThrow(/only components have timers/)
  })
})

describe("resources", () => {
  const log = resource<ReadonlyArray<string>, string>({
    name: "log",
    initial: [],
    apply: (entries, entry) => ({ state: [...entries, entry], effects: send("c", `stands ${entry}`) }),
    failure: (entry) => send("c", `failed ${entry}`),
    unknown: (entry) => send("c", `unknown ${entry}`),
    torn: (entries, entry) => ({ state: [...entries, `half of ${entry}`], effects: send("c", `torn ${entry}`) })
  })
  const request = (operation: string): Effect => ({ _tag: "Request", resource: "log", operation })
  const withLog = (faults: Readonly<Record<string, number>>, more: Partial<SystemSpec> = {}) =>
    startOf(
      system({
        name: "one log",
        components: [a, b],
        channels: [channel({ name: "c", kind: "fifo", to: "b", whenDown: "keep" })],
        resources: [log],
        initially: [start("b"), start("a", [request("x"), request("y")])],
        faults,
        ...more
      })
    )
  const outcome = (operation: string, of: string) => ({ _tag: "Operation", operation, outcome: of })

  it("operations happen in any order, each with its answer", () => {
    const position = withLog({}).take(outcome("y", "ok"))
    expect(position.view.resource(log)).toEqual(["y"])
    expect(types(position.view.messages({ name: "c" }))).toEqual(["stands y"])
    expect(position.view.inFlight(log)).toEqual([{ operation: "x", from: "a" }])
  })

  it("an ordered resource takes the operations of a component in their order", () => {
    const ordered = withLog({}, { resources: [{ ...log, isOrdered: true }] })
    expect(ordered.enabled).toHaveLength(1)
    expect(ordered.take(outcome("x", "ok")).view.resource(log)).toEqual(["x"])
  })

  it("a failed operation is not applied; an ambiguous one is, and nobody knows; a torn one is in part", () => {
    const failed = withLog({ fails: 1 }).take(outcome("x", "fails")).view
    expect([failed.resource(log), types(failed.messages({ name: "c" }))]).toEqual([[], ["failed x"]])
    const ambiguous = withLog({ "log.ambiguous": 1 }).take(outcome("x", "ambiguous")).view
    expect([ambiguous.resource(log), types(ambiguous.messages({ name: "c" }))]).toEqual([["x"], ["unknown x"]])
    const torn = withLog({ torn: 1 }).take(outcome("x", "torn")).view
    expect([torn.resource(log), types(torn.messages({ name: "c" }))]).toEqual([["half of x"], ["torn x"]])
  })

  it("a late operation is answered as unknown, and lands or vanishes unanswered", () => {
    const late = withLog({ late: 1 }).take(outcome("x", "late"))
    expect([late.view.resource(log), types(late.view.messages({ name: "c" }))]).toEqual([[], ["unknown x"]])
    expect(late.view.inFlight(log)).toContainEqual({ operation: "x", from: null })
    const landed = late.take(outcome("x", "lands")).view
    expect([landed.resource(log), types(landed.messages({ name: "c" }))]).toEqual([["x"], ["unknown x"]])
    expect(late.take(outcome("x", "vanishes")).view.resource(log)).toEqual([])
  })

  it("what a stopped component had in flight lands or vanishes, and nobody is told", () => {
    const stimuli = [{ name: "stop", effects: [{ _tag: "Stop", component: "a" }] as const, times: 1 }]
    const stopped = withLog({}, { stimuli }).take({ stimulus: "stop" })
    const landed = stopped.take(outcome("x", "lands")).view
    expect([landed.resource(log), landed.messages({ name: "c" })]).toEqual([["x"], []])
  })
})

describe("crashes", () => {
  const crashing = (recover: ReadonlyArray<Effect> | null, faults: Readonly<Record<string, number>> = { crash: 1 }) =>
    startOf(
      system({
        name: "crashing",
        components: [listener("a", [{ type: "work", effects: [{ _tag: "SetTimer", timer: "t" }] }])],
        initially: [start("a")],
        crashes: [{ name: "host", components: ["a"], recover }],
        faults
      })
    )

  it("a crash leaves only what is durable, and a recovery starts again with it", () => {
    const crashed = crashing([start("a")])
      .take({ _tag: "Internal" })
      .take({ _tag: "Crash" })
    expect([crashed.view.of(a), crashed.view.timers(a), crashed.view.isDown({ name: "host" })]).toEqual([
      undefined,
      [],
      true
    ])
    const recovered = crashed.take({ _tag: "Recover" })
    expect([recovered.view.of(a), recovered.view.isDown({ name: "host" })]).toEqual([["work"], false])
    expect(recovered.enabled.map(({ action }) => action._tag)).not.toContain("Crash")
  })

  it("without a recovery it stays down, and without a budget it never crashes", () => {
    expect(crashing(null).take({ _tag: "Crash" }).enabled).toEqual([])
    expect(crashing(null, {}).enabled.map(({ action }) => action._tag)).toEqual(["Internal"])
  })
})

describe("histories and pools", () => {
  it("a history folds the facts that are noted", () => {
    const history = { initial: 0, next: (sum: number, fact: number) => sum + fact }
    const note = (fact: number): Effect => ({ _tag: "Note", fact })
    const position = startOf(
      system({ name: "sums", components: [a], history, initially: [start("a", [note(2), note(3)])] })
    )
    expect(position.view.history(history)).toBe(5)
  })

  it("components start and stop others while the system runs", () => {
    const worker = component<string, Message, string>({
      name: "worker",
      start: (input) => ({ state: input, effects: [] }),
      step: (state) => ({ state, effects: [] })
    })
    const boss = listener("boss", [
      { type: "hire", effects: [{ _tag: "Start", component: "worker", input: "hired" }] },
      { type: "fire", effects: [{ _tag: "Stop", component: "worker" }] }
    ])
    const position = startOf(system({ name: "pool", components: [boss, worker], initially: [start("boss")] }))
    const hired = position.take({ _tag: "Internal", event: boss.internal?.([])[0] })
    expect(hired.view.of(worker)).toBe("hired")
    expect(hired.take({ _tag: "Internal" }).view.of(worker)).toBeUndefined()
  })

  it("starting what runs already is a mistake of the model", () => {
    const twice = system({ name: "twice", components: [a], initially: [start("a"), start("a")] })
    expect(() => startOf(twice)).toThrow(/Component a is started while it runs: stop it first/)
  })
})
