import { describe, expect, it } from "vitest"
import type { Action } from "../../../packages/checker/src/system/Action.ts"
import { describeAction } from "../../../packages/checker/src/trace/describeAction.ts"
import { formatTrace } from "../../../packages/checker/src/trace/formatTrace.ts"
import { replay } from "../../../packages/checker/src/trace/replay.ts"
import { changeText } from "../../../packages/checker/src/trace/stepDiffs.ts"
import { valueText } from "../../../packages/checker/src/trace/valueText.ts"
import { a, lease, tour } from "./lease.ts"
import { pathOf } from "./paths.ts"
import { walk } from "./walker.ts"

describe("describeAction", () => {
  const message = { type: "ack", task: "a", n: 1 }
  const operation = { append: [1, null] }
  const cases: ReadonlyArray<readonly [Action, string]> = [
    [{ _tag: "Deliver", channel: "acks", to: "b", message }, 'b receives ack(task: "a", n: 1) from acks'],
    [
      { _tag: "Duplicate", channel: "acks", to: "b", message: { type: "go" } },
      "b receives go from acks, which keeps a copy of it"
    ],
    [{ _tag: "Lose", channel: "acks", message }, 'acks loses ack(task: "a", n: 1)'],
    [{ _tag: "Timer", component: "b", timer: "retry" }, "timer retry of b fires"],
    [{ _tag: "Internal", component: "b", event: { type: "read" } }, "b does read"],
    [
      { _tag: "Operation", resource: "log", outcome: "ok", operation, from: "b" },
      "log: {append: [1, null]} of b is done"
    ],
    [
      { _tag: "Operation", resource: "log", outcome: "vanishes", operation, from: null },
      "log: {append: [1, null]} vanishes"
    ],
    [{ _tag: "Stimulus", stimulus: "stop" }, "stop happens"],
    [{ _tag: "Crash", unit: "worker" }, "worker crashes"],
    [{ _tag: "Recover", unit: "worker" }, "worker comes back"]
  ]
  it.each(cases)("%j", (action, text) => {
    expect(describeAction(action)).toBe(text)
  })

  it("shortens long values and quotes odd keys", () => {
    expect(valueText({ "a b": "x" })).toBe('{"a b": "x"}')
    expect(valueText("x".repeat(500))).toHaveLength(160)
  })
})

describe("formatTrace", () => {
  it("shows every step with what it changes: states, contexts, timers, messages, operations, budgets", () => {
    expect(formatTrace(lease, pathOf(lease, tour)).split("\n")).toEqual([
      " 1. b does want",
      '      b: state "idle" -> "waiting"',
      '      channel requests: + requested(by: "b")',
      ' 2. server receives requested(by: "b") from requests, which keeps a copy of it',
      '      server: state "free" -> "leased"',
      '      server: timers [] -> ["lease"]',
      "      channel to-b: + granted",
      '      operations log: + {operation: {grant: "b"}, from: "server"}',
      "      budget duplicate: 1 -> 0",
      ' 3. log: {grant: "b"} of server stays in flight, and the answer says that nobody knows',
      '      operations log: - {operation: {grant: "b"}, from: "server"}, + {operation: {grant: "b"}, from: null}',
      "      budget late: 1 -> 0",
      " 4. b receives granted from to-b",
      '      b: state "waiting" -> "holding"',
      "      channel to-b: - granted",
      " 5. timer lease of server fires",
      '      server: state "leased" -> "free"',
      '      server: timers ["lease"] -> []',
      " 6. a does want",
      '      a: state "idle" -> "waiting"',
      '      channel requests: + requested(by: "a")',
      ' 7. server receives requested(by: "a") from requests',
      '      server: state "free" -> "leased"',
      '      server: timers [] -> ["lease"]',
      '      channel requests: - requested(by: "a")',
      "      channel to-a: + granted",
      '      operations log: + {operation: {grant: "a"}, from: "server"}',
      ' 8. server receives requested(by: "b") from requests',
      '      server: context.queue [] -> ["b"]',
      '      channel requests: - requested(by: "b")',
      " 9. to-a loses granted",
      "      channel to-a: - granted",
      "      budget lose: 1 -> 0",
      "10. timer lease of server fires",
      '      server: context.queue ["b"] -> []',
      "      channel to-b: + granted",
      '      operations log: + {operation: {grant: "b"}, from: "server"}',
      '11. log: {grant: "a"} of server fails',
      '      operations log: - {operation: {grant: "a"}, from: "server"}',
      "      budget fails: 1 -> 0",
      '12. log: {grant: "b"} lands late',
      '      resource log: + {grant: "b"}',
      '      operations log: - {operation: {grant: "b"}, from: null}',
      "13. new shift happens",
      "      channel office: + shift",
      "      stimulus new shift: 1 -> 0",
      "14. a receives shift from office",
      "      a: context.shifts 0 -> 1",
      "      channel office: - shift",
      "15. laptop crashes",
      '      a: {state: "waiting", context: {shifts: 1}, timers: []} -> "down"',
      '      unit laptop: "up" -> "down"',
      "      budget crash: 1 -> 0",
      "16. laptop comes back",
      '      a: "down" -> {state: "idle", context: {shifts: 0}, timers: []}',
      '      unit laptop: "down" -> "up"'
    ])
  })

  it("says what is wrong, and where a lasso goes round", () => {
    const steps = [{ _tag: "Internal" }, { _tag: "Internal" }, { _tag: "Internal" }] as const
    expect(formatTrace(walk, pathOf(walk, steps, 1), { property: "arrives", detail: "never" }).split("\n")).toEqual([
      "arrives: never",
      "1. walker does leave",
      '     walker: state "home" -> "north"',
      "-- from here it goes round for ever",
      "2. walker does turn",
      '     walker: state "north" -> "south"',
      "3. walker does turn",
      '     walker: state "south" -> "north"',
      "-- and goes on with step 2"
    ])
  })

  it("shows the empty path, and the one that stays where it is", () => {
    expect(formatTrace(walk, pathOf(walk, []))).toBe("(no step: the initial state)")
    expect(
      formatTrace(walk, pathOf(walk, [{ _tag: "Internal" }], 1))
        .split("\n")
        .at(-1)
    ).toBe("-- and stays there for ever")
  })
})

describe("replay", () => {
  it("answers each step with the view after it and what it changed", () => {
    const steps = replay(lease, pathOf(lease, tour))
    const shift = steps[13]
    expect(steps).toHaveLength(tour.length)
    expect(shift?.view.of(a)?.context).toEqual({ shifts: 1 })
    expect(shift?.changes.map(changeText)).toEqual(["a: context.shifts 0 -> 1", "channel office: - shift"])
    expect(shift?.changes[0]).toEqual({
      slot: { kind: "component", name: "a" },
      path: "context.shifts",
      before: 0,
      after: 1
    })
  })
})
