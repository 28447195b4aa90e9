import { Aggregate, Pipeline, SideOutput, type Stream, UserFunctionFailed } from "@tidemark/core"
import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fuseExchanges } from "../../../packages/core/src/pipeline/fuseExchanges.ts"
import { compiled, sinkOf, sourceOf, Visit } from "./fixtures.ts"
import { type GraphFeed, type GraphOutcome, runGraph } from "./graphHarness.ts"
import { type Extend, keyedBy, keyKind, operator, visit, windows } from "./randomOperators.ts"

/** A random pipeline: lines that meet in unions, of which some emit late records to side outputs with lines of their own. */
interface Shape {
  readonly before: ReadonlyArray<Extend>
  readonly joining: ReadonlyArray<ReadonlyArray<Extend>>
  readonly late: ReadonlyArray<{
    readonly declare: (stream: Stream<Visit>, uid: string, late: SideOutput<Visit>) => Stream<Visit>
    readonly behind: ReadonlyArray<Extend> | null
  }>
  readonly isNested: boolean
}

const some = (maxLength: number) => fc.array(operator, { maxLength })

const lateOf = fc.tuple(keyKind, windows).map(
  ([kind, window]) =>
    (stream: Stream<Visit>, uid: string, late: SideOutput<Visit>): Stream<Visit> =>
      keyedBy(kind, stream)
        .window(window)
        .aggregate(uid, { sum: Aggregate.sum("size") }, { late })
        .map(({ key, value, window: { end } }) => ({ page: `${key}`, size: value.sum, at: end }), { schema: Visit })
)

const shape: fc.Arbitrary<Shape> = fc.record({
  before: some(2),
  joining: fc.array(some(2), { minLength: 1, maxLength: 2 }),
  late: fc.array(fc.record({ declare: lateOf, behind: fc.option(some(3), { freq: 5 }) }), {
    minLength: 1,
    maxLength: 2
  }),
  isNested: fc.boolean()
})

let uids = 0
const through = (stream: Stream<Visit>, operators: ReadonlyArray<Extend>): Stream<Visit> =>
  operators.reduce((before, extend) => extend(before, `operator ${uids++}`), stream)

const pipelineOf = ({ before, isNested, joining, late }: Shape): Pipeline => {
  uids = 0
  const from = (start: { readonly from: ReturnType<typeof Pipeline.make>["from"] }, uid: string): Stream<Visit> =>
    start.from(uid, sourceOf(Visit)).eventTime(({ at }) => at)
  const lines = joining.map((operators, i) => (start: Parameters<typeof from>[0]["from"]) => {
    const line = through(from({ from: start }, `source ${i + 1}`), operators)
    return isNested && i === 0
      ? line.union("inner", (inner) => from({ from: inner }, "source 0").filter(({ size }) => size > 2))
      : line
  })
  const all = through(from(Pipeline.make("random"), "source"), before).union("all", ...lines)
  const sides = late.map((_, i) => SideOutput.make(`late ${i}`, Visit))
  const ended = late
    .reduce((stream, { declare }, i) => declare(stream, `window ${i}`, sides[i] ?? unused), all)
    .to("sink", sinkOf(Visit))
  return late.reduce(
    (end, { behind }, i) =>
      end.side(
        sides[i] ?? unused,
        behind === null
          ? SideOutput.ignore
          : (stream) =>
              through(stream, behind)
                .map(({ page }) => page, { schema: Schema.String })
                .to(`sink ${i}`, texts)
      ),
    ended
  )
}

const unused = SideOutput.make("unused", Visit)
const texts = sinkOf(Schema.String)

const feed: fc.Arbitrary<GraphFeed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      source: fc.constantFrom("source", "source 0", "source 1", "source 2"),
      records: fc.array(visit, { maxLength: 8 })
    })
  },
  { weight: 2, arbitrary: fc.record({ watermark: fc.integer({ min: -40, max: 60 }) }) }
)

const comparable = (outcome: GraphOutcome) => ({
  ...outcome,
  error:
    outcome.error instanceof UserFunctionFailed
      ? [outcome.error.operator, outcome.error.message, String(outcome.error.cause)]
      : outcome.error
})

/** Fused tasks hash less and number their batches otherwise: what they show is the same, as are late records. */
const shownOf = ({ late, shown }: GraphOutcome) => ({ shown, late: [...late].sort() })

describe("the chains of a pipeline with unions and side outputs", () => {
  it("O1 generated code, interpreted twins and fused tasks agree in all sinks, late records and errors", () => {
    const seen = { errors: 0, sides: 0, outputs: 0 }
    fc.assert(
      fc.property(shape, fc.array(feed, { maxLength: 12 }), (random, feeds) => {
        const plan = compiled(pipelineOf(random))
        const all = [...feeds, { watermark: Number.MAX_SAFE_INTEGER }]
        const generated = runGraph(plan, all, "generated")
        expect(comparable(generated)).toEqual(comparable(runGraph(plan, all, "interpreted")))
        const fused = fuseExchanges(plan, 1)
        const fusedGenerated = runGraph(fused, all, "generated")
        expect(comparable(fusedGenerated)).toEqual(comparable(runGraph(fused, all, "interpreted")))
        if (generated.error === null) expect(shownOf(fusedGenerated)).toEqual(shownOf(generated))
        else expect(fusedGenerated.error).toBeInstanceOf(UserFunctionFailed)
        seen.errors += generated.error === null ? 0 : 1
        seen.outputs += generated.shown.sink?.length ?? 0
        seen.sides += (generated.shown["sink 0"]?.length ?? 0) + (generated.shown["sink 1"]?.length ?? 0)
      }),
      { numRuns: 100 }
    )
    // The property would prove nothing if nothing ever threw, came late or came out.
    expect(Math.min(seen.errors, seen.sides, seen.outputs)).toBeGreaterThan(20)
  })
})
