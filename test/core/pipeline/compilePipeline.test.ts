import { Aggregate, Pipeline, Window } from "@tidemark/core"
import { Duration, Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { compiled, problemsOf, sinkOf, sourceOf, Visit, visits } from "./fixtures.ts"

const timed = visits().eventTime((visit) => visit.at, { outOfOrderness: "1 hour" })
const CountResult = Schema.Struct({
  key: Schema.String,
  window: Schema.Struct({ start: Schema.Int, end: Schema.Int }),
  value: Schema.Int
})
const counted = (size: Duration.Input) =>
  timed.keyBy("page").window(Window.tumbling(size)).aggregate("count", Aggregate.count).to("sink", sinkOf(CountResult))

describe("compiling a pipeline", () => {
  it("cuts it into tasks at every keyBy, named after their first operator", () => {
    const plan = compiled(
      timed
        .filter((visit) => visit.size > 0)
        .keyBy("page")
        .reduce("largest", (left, right) => (left.size > right.size ? left : right))
        .map((visit) => visit, { schema: Visit })
        .keyBy("size")
        .reduce("last", (_, visit) => visit)
        .to("sink", sinkOf(Visit))
    )
    expect(
      plan.tasks.map(({ id, input, output, steps }) => [id, input._tag, steps.map((step) => step.uid), output._tag])
    ).toEqual([
      ["visits", "Source", ["eventTime-1", "filter-2"], "Exchange"],
      ["largest", "Exchange", ["largest", "map-5"], "Exchange"],
      ["last", "Exchange", ["last"], "Sink"]
    ])
    expect(plan.tasks[0]?.input).toMatchObject({ outOfOrdernessMs: 3_600_000 })
    expect(plan.tasks[1]?.input).toEqual({ _tag: "Exchange", from: ["visits"] })
  })

  it("gives an equal description for the same pipeline every time", () => {
    expect(Pipeline.describeOperators(compiled(counted("1 day")))).toEqual(
      Pipeline.describeOperators(compiled(counted("1 day")))
    )
  })

  it("knows no event time where none is assigned", () => {
    expect(compiled(visits().to("sink", sinkOf(Visit))).tasks[0]?.input).toMatchObject({ outOfOrdernessMs: null })
  })

  it("lists all problems at once", () => {
    const pipeline = visits(" ")
      .filter(() => true, { uid: "sink" })
      .keyBy("page")
      .window(Window.tumbling(0))
      .aggregate("", Aggregate.count)
      .to("sink", sinkOf(CountResult))
    expect(problemsOf(pipeline)).toEqual([
      "The pipeline has an empty name; give it one that stays the same.",
      "The window aggregation has an empty name; give it one.",
      'The name "sink" is used 2 times (filter, sink); every operator needs its own.',
      'Window "" has size 0; it must be a positive, whole number of milliseconds.',
      'Window "" needs event time; call eventTime right after from.'
    ])
    const result = Pipeline.compile(pipeline)
    expect(Result.isFailure(result) && result.failure.message).toContain('Pipeline " " cannot be built: The pipeline')
  })

  it.each([-1, 0.5, Number.NaN, "Infinity", "0 seconds", Duration.infinity, Duration.nanos(1n)] as const)(
    "refuses windows of size %s",
    (size) => {
      expect(problemsOf(counted(size))).toEqual([
        expect.stringMatching(/^Window "count" has size .+; it must be a positive, whole number of milliseconds\.$/)
      ])
    }
  )

  it.each([-1, "Infinity"] as const)("refuses an outOfOrderness of %s", (outOfOrderness) => {
    const pipeline = visits()
      .eventTime((visit) => visit.at, { outOfOrderness })
      .to("sink", sinkOf(Visit))
    expect(problemsOf(pipeline)).toEqual([
      `eventTime has outOfOrderness ${JSON.stringify(outOfOrderness)}; it must be zero or a positive, whole number of milliseconds.`
    ])
  })

  it("refuses doubled, empty and blank names", () => {
    const pipeline = visits()
      .keyBy("page")
      .reduce("visits", (_, visit) => visit)
      .to("\t", sinkOf(Visit))
    expect(problemsOf(pipeline)).toEqual([
      "The sink has an empty name; give it one.",
      'The name "visits" is used 2 times (source, reduce); every operator needs its own.'
    ])
  })

  it("refuses aggregations of nothing and of unusable fields", () => {
    const windows = timed.keyBy("page").window(Window.tumbling(1))
    const sink = sinkOf(Schema.Unknown)
    expect(problemsOf(windows.aggregate("none", {}).to("sink", sink))).toEqual([
      'Aggregation "none" aggregates nothing; name at least one aggregate.'
    ])
    expect(problemsOf(windows.aggregate("proto", { ["__proto__"]: Aggregate.count }).to("sink", sink))).toEqual([
      'Aggregation "proto" has a field "__proto__"; use another name.'
    ])
  })

  it("derives the schema of a field's key from structs, classes and unions", () => {
    class Page extends Schema.Class<Page>("Page")({ name: Schema.String }) {}
    const Either = Schema.Union([
      Schema.Struct({ id: Schema.Int, a: Schema.String }),
      Schema.Struct({ id: Schema.Int, b: Schema.String })
    ])
    const keyOf = (pipeline: Pipeline) =>
      Pipeline.describeOperators(compiled(pipeline)).flatMap(({ states }) => states.map((state) => state.key))
    const pages = Pipeline.make("p").from("pages", sourceOf<Page>(Page)).keyBy("name")
    const ids = Pipeline.make("p").from("ids", sourceOf(Either)).keyBy("id")
    expect(keyOf(pages.reduce("last", (_, page) => page).to("sink", sinkOf<Page>(Page)))).toEqual([{ type: "string" }])
    expect(keyOf(ids.reduce("last", (_, id) => id).to("sink", sinkOf(Either)))).toEqual([{ type: "number" }])
  })

  it("refuses keys whose schema cannot be told or mixes tuples with others", () => {
    const opaque = Schema.declare((value): value is Visit => Schema.is(Visit)(value))
    const untold = Pipeline.make("p").from("visits", sourceOf<Visit>(opaque)).keyBy("page")
    expect(problemsOf(untold.reduce("last", (_, visit) => visit).to("sink", sinkOf(Visit)))).toEqual([
      'keyBy("page") cannot tell the schema of its key from the schema of the records of "visits"; use keyBy(function, keySchema).'
    ])
    const mixed = Schema.Union([Schema.String, Schema.Tuple([Schema.String])])
    const keyed = visits().keyBy((visit) => visit.page, mixed)
    expect(problemsOf(keyed.reduce("last", (_, visit) => visit).to("sink", sinkOf(Visit)))).toEqual([
      "keyBy mixes tuples with other keys; make every key a tuple, or none."
    ])
  })

  it("describes what has state: a changed aggregate changes the description", () => {
    const described = (spec: { readonly n: Aggregate<Visit, number> }) =>
      Pipeline.describeOperators(
        compiled(timed.keyBy("page").window(Window.tumbling(1)).aggregate("w", spec).to("sink", sinkOf(Schema.Unknown)))
      )
    expect(described({ n: Aggregate.sum("size") }).map(({ kind, uid }) => [uid, kind])).toEqual([
      ["visits", "source"],
      ["w", "tumbling window of 1 millisecond"],
      ["sink", "sink"]
    ])
    expect(described({ n: Aggregate.sum("size") })).not.toEqual(described({ n: Aggregate.max("size") }))
    expect(described({ n: Aggregate.sum("size") })).toEqual(described({ n: Aggregate.sum((visit) => visit.size) }))
  })
})
