import { describe, expect, it } from "vitest"
import { fromJson, TraceInvalid, toJson, traceFrom } from "../../../packages/checker/src/trace/json.ts"
import { lease, tour } from "./lease.ts"
import { pathOf } from "./paths.ts"

const trace = pathOf(lease, tour, 2)

describe("fromJson", () => {
  it("reads what toJson writes, of every kind of action", () => {
    expect(fromJson(toJson(trace))).toEqual(trace)
  })

  const step = (fields: object) => ({
    system: "s",
    steps: [{ _tag: "Stimulus", stimulus: "x" }, fields],
    loopsTo: null
  })
  it.each([
    ["a trace that is a list", [], "The trace is a list, not a record"],
    ["no system", { steps: [], loopsTo: null }, '"system" of the trace is missing, not the name of a system'],
    ["steps that are none", { system: "s", steps: {}, loopsTo: null }, '"steps" of the trace is a record, not a list'],
    [
      "a loop to nowhere",
      { system: "s", steps: [], loopsTo: 1 },
      '"loopsTo" of the trace is 1, not null and not a step from 0 to 0'
    ],
    ["a loop that is missing", { system: "s", steps: [] }, '"loopsTo" of the trace is undefined'],
    ["a step that is a text", { system: "s", steps: ["x"], loopsTo: null }, 'Step 1 of the trace is the string "x"'],
    ["another tag", step({ _tag: "Explode" }), 'Step 2 of the trace has the tag "Explode"; the tags are Deliver, Dup'],
    ["a missing field", step({ _tag: "Timer", component: "a" }), 'Step 2 of the trace (Timer): "timer" is missing'],
    [
      "a message without a type",
      step({ _tag: "Lose", channel: "c", message: { n: 1 } }),
      'Step 2 of the trace (Lose): "message" is a record, not a message: a record with a text "type"'
    ],
    [
      "another outcome",
      step({ _tag: "Operation", resource: "r", outcome: "maybe", operation: 1, from: null }),
      '(Operation): "outcome" is the string "maybe", not one of ok, fails, ambiguous, late, torn, lands, vanishes'
    ],
    [
      "a field too many",
      step({ _tag: "Crash", unit: "u", when: 3 }),
      'Step 2 of the trace (Crash) has a field "when", which this kind of action does not have'
    ]
  ])("refuses %s", (_, value, problem) => {
    expect(() => traceFrom(value)).toThrow(TraceInvalid)
    expect(() => traceFrom(value)).toThrow(problem)
    expect(() => traceFrom(value)).toThrow('Give a trace as "toJson" writes it.')
  })

  it("refuses a text that is not JSON", () => {
    expect(() => fromJson("{")).toThrow(/^The trace is not JSON: /)
  })
})
