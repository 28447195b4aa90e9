import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { Aggregate, Batch, type Pipeline, SinkFailure, UserFunctionFailed, Window } from "@tidemark/core"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { type ChainMode, compileChain } from "../../../packages/core/src/pipeline/compileChain.ts"
import { preview } from "../../../packages/core/src/pipeline/preview.ts"
import { makeSubtaskState } from "../../../packages/core/src/state/makeSubtaskState.ts"
import { type Feed, runPlan } from "./chainHarness.ts"
import { compiled, sinkOf, Visit, visits } from "./fixtures.ts"

const feed = (...records: ReadonlyArray<Partial<Visit>>): Feed => ({
  records: records.map((record) => ({ page: "a", size: 1, at: 0, ...record }))
})

const failureOf = (pipeline: Pipeline, feeds: ReadonlyArray<Feed>, mode: ChainMode): UserFunctionFailed => {
  const { error } = runPlan(compiled(pipeline), feeds, mode)
  if (error instanceof UserFunctionFailed) return error
  throw new Error(`expected a UserFunctionFailed, got ${String(error)}`)
}

const onlyEven = (visit: Visit): boolean => {
  if (visit.size % 2 === 1) throw new RangeError("odd")
  return true
}

describe.each(["generated", "interpreted"] as const)("a user function that throws (%s)", (mode) => {
  it("names operator, subtask, record and cause", () => {
    const pipeline = visits().filter(onlyEven, { uid: "only even" }).to("sink", sinkOf(Visit))
    const failure = failureOf(pipeline, [feed({ size: 2 }, { size: 3 })], mode)
    expect(failure.message).toBe(
      'Operator "only even" (subtask 0) threw at record 1 of visits: odd. Record: {page: "a", size: 3, at: 0}. ' +
        "Fix the function or filter the record; the job resumes from its last checkpoint."
    )
    expect(failure.cause).toBeInstanceOf(RangeError)
  })

  it("names unnamed steps by kind and place", () => {
    const pipeline = visits()
      .map((visit) => visit)
      .filter(onlyEven)
      .map((visit) => visit, { schema: Visit })
      .to("sink", sinkOf(Visit))
    expect(failureOf(pipeline, [feed({})], mode).operator).toBe("filter-2")
  })

  it.each([
    [Number.NaN, "NaN"],
    [Infinity, "Infinity"],
    [new Date(Number.NaN), "Invalid Date"]
  ])("refuses %s as event time", (time, shown) => {
    const pipeline = visits()
      .eventTime(() => time)
      .to("sink", sinkOf(Visit))
    const failure = failureOf(pipeline, [feed({})], mode)
    expect(failure.operator).toBe("eventTime-1")
    expect(failure.message).toContain(`eventTime answered ${shown}, which is no time`)
  })

  it.each([
    [Number.NaN, "NaN"],
    [-0, "-0"],
    [1.5, "1.5"],
    [2 ** 53, "9007199254740992"],
    [Infinity, "Infinity"]
  ])("refuses %s as a key", (key, shown) => {
    const byField = visits()
      .keyBy("size")
      .reduce("last", (_, visit) => visit)
      .to("sink", sinkOf(Visit))
    const byTuple = visits()
      .keyBy((visit) => [visit.page, visit.size], Schema.Tuple([Schema.String, Schema.Number]))
      .reduce("last", (_, visit) => visit)
      .to("sink", sinkOf(Visit))
    for (const pipeline of [byField, byTuple]) {
      const failure = failureOf(pipeline, [feed({ size: key })], mode)
      expect(failure.operator).toBe("keyBy-1")
      expect(failure.message).toContain(`the key is ${shown}; keys are strings, booleans, bigints and whole numbers`)
    }
  })

  it("shows the window's result when it is thrown after a window has fired", () => {
    const pipeline = visits()
      .eventTime((visit) => visit.at)
      .keyBy("page")
      .window(Window.tumbling(10))
      .aggregate("count", Aggregate.count)
      .filter(({ value }) => {
        if (value === 2) throw new Error("two")
        return true
      })
      .to("sink", sinkOf(Schema.Unknown))
    const failure = failureOf(pipeline, [feed({}, {}), { watermark: 9 }], mode)
    expect(failure).toMatchObject({
      operator: "filter-4",
      position: "the advance of event time to 9",
      record: '{key: "a", window: {start: 0, end: 10}, value: 2}'
    })
  })

  it("is found in the aggregate when the results of other keys have gone down the chain before", () => {
    const refuseTwo = Aggregate.custom({
      schema: Schema.Number,
      create: () => 0,
      add: (sum, _: Visit) => sum + 1,
      result: (sum) => {
        if (sum === 2) throw new Error("two")
        return sum
      },
      resultSchema: Schema.Number
    })
    const pipeline = visits()
      .eventTime((visit) => visit.at)
      .keyBy("page")
      .window(Window.tumbling(10))
      .aggregate("refuses two", refuseTwo)
      .filter(() => true)
      .to("sink", sinkOf(Schema.Unknown))
    const feeds = [feed({}, { at: 10 }, { at: 10 }), { watermark: 19 }]
    expect(failureOf(pipeline, feeds, mode)).toMatchObject({ operator: "refuses two" })
  })

  it("is not blamed for a failure of the output", () => {
    const [task] = compiled(visits().to("sink", sinkOf(Visit))).tasks
    const failure = new SinkFailure({
      ...{ target: "out", operation: "write", reason: "schema", detail: "no fit", retry: "never" }
    })
    const collect = (): void => {
      throw failure
    }
    if (task === undefined) throw new Error("the plan has a task")
    const chain = compileChain(task, mode).instantiate({
      subtask: 0,
      state: makeSubtaskState(),
      output: { collect },
      position: String
    })
    const batch = new Batch()
    batch.values.push({})
    expect(() => chain.run(batch)).toThrow(failure)
  })
})

describe("a preview of a record", () => {
  it.each([
    [
      { a: 1n, b: [-0, null, undefined], c: new Date(0), d: new Map([["k", true]]) },
      '{a: 1n, b: [-0, null, undefined], c: 1970-01-01T00:00:00.000Z, d: Map [["k", true]]}'
    ],
    [{ a: { b: { c: { d: 1 } } } }, "{a: {b: {c: {…}}}}"],
    [new Uint8Array(7), "(7 bytes)"],
    [new Date(Number.NaN), "(a record that cannot be shown)"],
    ["x".repeat(500), `"${"x".repeat(199)}…`]
  ])("shows %s", (record, text) => {
    expect(preview(record)).toBe(text)
  })

  it("survives circles and getters that throw", () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(preview(circle)).toBe("{self: {self: {self: {…}}}}")
    expect(
      preview({
        get broken(): never {
          throw new Error("no")
        }
      })
    ).toBe("(a record that cannot be shown)")
  })
})

describe("a process that may not generate code", () => {
  it("runs the interpreted twin instead", async () => {
    const script = fileURLToPath(new URL("withoutCodeGeneration.ts", import.meta.url))
    const flags = ["--conditions=tidemark-source", "--disallow-code-generation-from-strings"]
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script])
    expect(JSON.parse(stdout)).toEqual({
      source: null,
      values: [{ key: "a", window: { start: 0, end: 10 }, value: { n: 2 } }]
    })
  })
})
