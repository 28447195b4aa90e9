/** Pipelines that are no line: unions and side outputs, as they are compiled, shown and refused. */
import { Aggregate, Pipeline, SideOutput, type Stream, Window } from "@tidemark/core"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { checkOperators } from "../../../packages/core/src/pipeline/checkOperators.ts"
import { fuseExchanges } from "../../../packages/core/src/pipeline/fuseExchanges.ts"
import type { PhysicalPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"
import { compiled, problemsOf, sinkOf, sourceOf, Visit, visits } from "./fixtures.ts"

const anything = sinkOf(Schema.Unknown)
const late = SideOutput.make("late", Visit)

const timed = () => visits().eventTime((visit) => visit.at)
const withShop = (stream: Stream<Visit>) =>
  stream.union("all", (from) =>
    from("shop", sourceOf(Visit))
      .eventTime((visit) => visit.at)
      .map((visit) => visit, { schema: Visit })
  )
const daily = (stream: Stream<Visit>, options?: { readonly late: SideOutput<Visit> }) =>
  stream.keyBy("page").window(Window.tumbling("1 day")).aggregate("daily", { visits: Aggregate.count }, options)
const whole = () =>
  daily(withShop(timed()), { late })
    .to("report", anything)
    .side(late, (stream) =>
      stream
        .filter(({ size }) => size > 0)
        .keyBy("page")
        .reduce("lateSizes", (left, right) => ({ ...right, size: left.size + right.size }))
        .to("late-report", sinkOf(Visit))
    )

const shapeOf = ({ tasks }: PhysicalPlan) =>
  tasks.map(({ id, input, output, sides, steps }) => ({
    id,
    from: input._tag === "Source" ? null : input.from,
    steps: steps.map(({ uid }) => uid),
    to: output._tag === "Sink" ? output.uid : `${output._tag} ${output.to}`,
    sides: sides.map((side) => [side.tag, side.output._tag === "Forward" ? side.output.to : null])
  }))

describe("compiling a pipeline with a union and a side output", () => {
  it("makes a task of each, named after it, and joins them by forward exchanges", () => {
    expect(shapeOf(compiled(whole()))).toEqual([
      { id: "visits", from: null, steps: ["eventTime-1"], to: "Forward all", sides: [] },
      { id: "shop", from: null, steps: ["shop/eventTime-1", "shop/map-2"], to: "Forward all", sides: [] },
      { id: "all", from: ["visits", "shop"], steps: [], to: "Exchange daily", sides: [] },
      { id: "daily", from: ["all"], steps: ["daily"], to: "report", sides: [["late", "late"]] },
      { id: "late", from: ["daily"], steps: ["late/filter-1"], to: "Exchange lateSizes", sides: [] },
      { id: "lateSizes", from: ["late"], steps: ["lateSizes"], to: "late-report", sides: [] }
    ])
  })

  it("of one subtask per task: side outputs stay those of the operators that became one task", () => {
    expect(
      shapeOf(fuseExchanges(compiled(whole()), 1)).map(({ from, id, sides, to }) => [id, from, to, sides])
    ).toEqual([
      ["visits", null, "Forward all", []],
      ["shop", null, "Forward all", []],
      ["all", ["visits", "shop"], "report", [["late", "late"]]],
      ["late", ["all"], "late-report", []]
    ])
  })

  it("brings a side output of several operators together, once for each task", () => {
    const again = (stream: Stream<Visit>) =>
      stream
        .keyBy("size")
        .window(Window.sliding("2 days", "1 day"))
        .aggregate("weekly", { visits: Aggregate.count }, { late })
    const toVisit = { schema: Visit }
    const pipeline = again(daily(timed(), { late }).map(({ key }) => ({ page: key, size: 1, at: 1 }), toVisit))
      .to("report", anything)
      .side(late, (stream) => stream.to("late-report", sinkOf(Visit)))
    const plan = compiled(pipeline)
    expect(plan.tasks.find(({ id }) => id === "late")?.input).toEqual({ _tag: "Exchange", from: ["daily", "weekly"] })
    const [fused, behind] = fuseExchanges(plan, 1).tasks
    expect(fused?.sides).toHaveLength(1)
    expect(behind?.input).toEqual({ _tag: "Exchange", from: ["visits"] })
  })

  it("sends nothing anywhere for a side output that is ignored", () => {
    const plan = compiled(daily(timed(), { late }).to("report", anything).side(late, SideOutput.ignore))
    expect(shapeOf(plan).at(-1)).toMatchObject({ id: "daily", sides: [["late", null]] })
  })

  it("needs whole records where late ones go on, and only what is read where they do not", () => {
    const readsOf = (pipeline: Pipeline) => compiled(pipeline).tasks.at(-1)?.steps[0]?.reads
    expect(readsOf(daily(timed()).to("report", anything))).toEqual([])
    expect(readsOf(daily(timed(), { late }).to("report", anything).side(late, SideOutput.ignore))).toBeUndefined()
  })

  it("restores what was a line: what is new is empty, what was there has its place", () => {
    const recorded = JSON.parse(
      JSON.stringify(Pipeline.describeOperators(compiled(daily(timed()).to("report", anything))))
    )
    expect(checkOperators(recorded, Pipeline.describeOperators(compiled(whole())))).toEqual([])
    const back = JSON.parse(JSON.stringify(Pipeline.describeOperators(compiled(whole()))))
    expect(checkOperators(back, Pipeline.describeOperators(compiled(daily(timed()).to("report", anything))))).toEqual([
      'Operator "shop" (source) is in the checkpoint but no longer in the pipeline.',
      'Operator "lateSizes" (reduce) is in the checkpoint but no longer in the pipeline.',
      'Operator "late-report" (sink) is in the checkpoint but no longer in the pipeline.'
    ])
  })

  it("explains the graph before its tasks", () => {
    expect(Pipeline.explain(compiled(whole()), { parallelism: 2 })).toMatchInlineSnapshot(`
      "pipeline "visits"

      graph
        visits -> all -> daily -> report
        shop -> all
        daily | side output late -> late -> lateSizes -> late-report

      task "visits" (parallelism 2)
        visits: source memory (bounded; event time, in order)
        eventTime-1: event time
        forward to "all": same subtask, batches by reference
        1 operator, one fused loop

      task "shop" (parallelism 2)
        shop: source memory (bounded; event time, in order)
        shop/eventTime-1: event time
        shop/map-2: map
        forward to "all": same subtask, batches by reference
        2 operators, one fused loop

      task "all" (parallelism 2)
        from "visits", "shop"
        exchange by page (string) to "daily": batches by reference, hash of the text
        0 operators, one fused loop

      task "daily" (parallelism 2)
        from "all"
        daily: tumbling window of 1 day: visits = count
          state "windows" (window, off-heap: string key, 1 number): string -> { visits.count: number }
        report: sink nowhere (two-phase)
        side output "late": forward to "late": same subtask, batches by reference
        1 operator, one fused loop

      task "late" (parallelism 2)
        from "daily"
        late/filter-1: filter
        exchange by page (string) to "lateSizes": batches by reference, hash of the text
        1 operator, one fused loop

      task "lateSizes" (parallelism 2)
        from "late"
        lateSizes: running reduce
          state "reduced" (reducing, maps: field "page" is a string): string -> { at: number, page: string, size: number }
        late-report: sink nowhere (two-phase)
        1 operator, one fused loop"
    `)
    expect(
      Pipeline.explain(compiled(whole()), { parallelism: 2, format: "mermaid" }).split("\n").slice(7)
    ).toMatchInlineSnapshot(`
      [
        "  task0 --> task2",
        "  task1 --> task2",
        "  task2 -->|"page (string)"| task3",
        "  task3 -.->|"late"| task4",
        "  task4 -->|"page (string)"| task5",
      ]
    `)
    const ignoring = compiled(daily(timed(), { late }).to("report", anything).side(late, SideOutput.ignore))
    expect(Pipeline.explain(ignoring, { parallelism: 2 })).toMatch(/daily \| side output late, ignored/)
  })
})

describe("a pipeline with a union that cannot be built", () => {
  it("counts names over all of its lines", () => {
    const pipeline = withShop(timed())
      .union("shop", (from) => from("visits", sourceOf(Visit)))
      .to("late", sinkOf(Visit))
      .side(late, (stream) => stream.to("all", sinkOf(Visit)))
    expect(problemsOf(pipeline)).toEqual([
      'The name "visits" is used 2 times (source, source); every operator needs its own.',
      'The name "shop" is used 2 times (source, union); every operator needs its own.',
      'The name "all" is used 2 times (union, sink); every operator needs its own.',
      'Side output "late" is gone on with, but no operator declares it; name it in the operator\'s options.'
    ])
  })

  it("says which source has no event time where a window needs it of all", () => {
    const pipeline = timed().union("all", (from) => from("shop", sourceOf(Visit)))
    expect(problemsOf(daily(pipeline).to("report", anything))).toEqual([
      'Window "daily" needs event time; call eventTime right after from of "shop".'
    ])
    expect(problemsOf(pipeline.to("report", anything))).toEqual([])
  })

  it("refuses what plain JavaScript may answer in place of a stream", () => {
    const answering = (answer: unknown) => {
      // biome-ignore lint/suspicious/noExplicitAny: what no type stops in plain JavaScript
      const untyped: any = visits()
      return problemsOf(untyped.union("all", () => answer).to("report", anything))
    }
    const needs = 'Union "all" needs functions that answer streams, at least one: (from) => from(…).'
    expect(answering(null)).toEqual([needs])
    expect(answering({})).toEqual([needs])
    expect(problemsOf(visits().union("all").to("report", anything))).toEqual([needs])
    expect(
      answering(
        Pipeline.make("p")
          .from("bare", sourceOf(Visit))
          .map((visit) => visit)
      )
    ).toEqual(['Union "all" needs the schema of the records of "bare/map-1"; pass it { schema }.'])
  })
})

describe("a pipeline with a side output that cannot be built", () => {
  it("because nothing follows it", () => {
    expect(problemsOf(daily(timed(), { late }).to("report", anything))).toEqual([
      'Operator "daily" emits to side output "late" and nothing follows it; add .side(…) behind the pipeline\'s sink, or .side(…, SideOutput.ignore) to drop its records.'
    ])
  })

  it("because it is gone on with twice", () => {
    const pipeline = whole().side(late, SideOutput.ignore)
    expect(problemsOf(pipeline)).toEqual(['Side output "late" is gone on with 2 times; do it once.'])
  })

  it("because two have one name", () => {
    const other = SideOutput.make("late", Visit)
    const pipeline = daily(timed(), { late }).to("report", anything).side(other, SideOutput.ignore)
    expect(problemsOf(pipeline)).toEqual([
      'Several side outputs are named "late"; make it once with SideOutput.make and use that value everywhere.'
    ])
  })

  it("because what follows it does not end, or emits to it again", () => {
    // biome-ignore lint/suspicious/noExplicitAny: what no type stops in plain JavaScript
    const untyped: any = daily(timed(), { late }).to("report", anything)
    const endless = 'What follows side output "late" does not end in a sink; let the function answer stream.….to(…).'
    expect(problemsOf(untyped.side(late, (stream: Stream<Visit>) => stream))).toEqual([endless])
    expect(problemsOf(untyped.side(late, undefined))).toEqual([endless])
    const circle = daily(timed())
      .to("report", anything)
      .side(late, (stream) =>
        stream
          .keyBy("page")
          .window(Window.tumbling(1))
          .aggregate("again", Aggregate.count, { late })
          .to("out", anything)
      )
    expect(problemsOf(circle)).toEqual([
      'What follows side output "late" emits to it again; use another side output there.'
    ])
  })

  it("because its records have been given their time, and a window behind it needs that of all sources", () => {
    // biome-ignore lint/suspicious/noExplicitAny: what no type stops in plain JavaScript
    const again = (stream: any) => stream.eventTime(() => 0).to("out", anything)
    expect(problemsOf(daily(timed(), { late }).to("report", anything).side(late, again))).toEqual([
      "eventTime stands right after from, and once: watermarks belong to the source."
    ])
  })
})
