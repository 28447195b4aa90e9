import { Aggregate, Pipeline, UserFunctionFailed, Window } from "@tidemark/core"
import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { KeyedStream, Stream } from "../../../packages/core/src/pipeline/Stream.ts"
import { type Feed, type Outcome, runPlan } from "./chainHarness.ts"
import { compiled, sinkOf, sourceOf, Visit } from "./fixtures.ts"

/** One random operator: how it goes on from a stream of visits, given its own name. */
type Extend = (stream: Stream<Visit>, uid: string) => Stream<Visit>

const throwing =
  <B>(at: number | null, f: (visit: Visit) => B) =>
  (visit: Visit): B => {
    if (at !== null && visit.size === at) throw new Error(`no visit of size ${at}`)
    return f(visit)
  }

const failsAt = fc.option(fc.integer({ min: 0, max: 40 }), { freq: 4 })
const schema = Visit

const mapOf = fc.tuple(failsAt, fc.integer({ min: -2, max: 2 }), fc.boolean()).map(([at, by, isBare]): Extend => {
  const f = throwing(at, (visit) => ({ ...visit, size: visit.size + by }))
  return (stream) => (isBare ? stream.map(f).map((visit) => visit, { schema }) : stream.map(f, { schema }))
})

const filterOf = fc.tuple(failsAt, fc.integer({ min: 2, max: 5 })).map(
  ([at, n]): Extend =>
    (stream) =>
      stream.filter(throwing(at, (visit) => visit.size % n !== 0))
)

const flatMapOf = fc.tuple(failsAt, fc.integer({ min: 1, max: 3 })).map(
  ([at, n]): Extend =>
    (stream) =>
      stream.flatMap(
        throwing(at, (visit) => Array.from({ length: Math.abs(visit.size) % (n + 1) }, () => visit)),
        { schema }
      )
)

const keyed = {
  field: (stream) => stream.keyBy("page"),
  number: (stream) => stream.keyBy("size"),
  fraction: (stream) => stream.keyBy((visit) => visit.size / 2, Schema.Number),
  flag: (stream) => stream.keyBy((visit) => visit.size > 5, Schema.Boolean),
  bigint: (stream) => stream.keyBy((visit) => BigInt(visit.size), Schema.BigInt),
  union: (stream) =>
    stream.keyBy((visit) => (visit.size > 5 ? visit.page : visit.size), Schema.Union([Schema.String, Schema.Number])),
  tuple: (stream) =>
    stream.keyBy((visit) => [visit.page, BigInt(visit.size)], Schema.Tuple([Schema.String, Schema.BigInt]))
} satisfies Record<string, (stream: Stream<Visit>) => KeyedStream<Visit, unknown>>
type KeyKind = keyof typeof keyed
const keyedBy = (kind: KeyKind, stream: Stream<Visit>): KeyedStream<Visit, unknown> => keyed[kind](stream)
const keyKind = fc.constantFrom<KeyKind>("field", "number", "fraction", "flag", "bigint", "union", "tuple")

const reduceOf = fc.tuple(keyKind, failsAt).map(
  ([kind, at]): Extend =>
    (stream, uid) =>
      keyedBy(kind, stream).reduce(uid, (left, right) => throwing(at, () => ({ ...right, size: left.size + 1 }))(right))
)

/** Windows of one size, every so often or one after the other. */
const windows = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .map(([a, b]) => (a <= b ? Window.tumbling(a) : Window.sliding(a, b)))

const windowOf = fc.tuple(keyKind, failsAt, windows).map(
  ([kind, at, window]): Extend =>
    (stream, uid) =>
      keyedBy(kind, stream)
        .window(window)
        .aggregate(uid, {
          all: Aggregate.count,
          some: Aggregate.count(throwing(at, (visit) => visit.size > 3)),
          sum: Aggregate.sum("size"),
          least: Aggregate.min((visit) => visit.size),
          most: Aggregate.max("size"),
          mean: Aggregate.mean("size"),
          pages: Aggregate.custom({
            schema: Schema.mutable(Schema.Array(Schema.String)),
            create: () => [],
            add: (pages, visit: Visit) => {
              pages.push(visit.page)
              return pages
            },
            result: (pages) => {
              if (pages.length === at) throw new Error(`no ${at} pages`)
              return pages.join("")
            },
            resultSchema: Schema.String,
            copy: (pages) => [...pages]
          })
        })
        .map(({ key, value, window }) => ({ page: `${key}${value.pages}`, size: value.sum, at: window.end }), {
          schema
        })
)

/** Without a custom aggregate sliding windows work in slices. */
const sliceOf = fc.tuple(keyKind, failsAt, windows).map(
  ([kind, at, window]): Extend =>
    (stream, uid) =>
      keyedBy(kind, stream)
        .window(window)
        .aggregate(uid, {
          some: Aggregate.count(throwing(at, (visit) => visit.size > 3)),
          most: Aggregate.max((visit) => visit.size),
          mean: Aggregate.mean("size")
        })
        .map(({ key, value, window: { end } }) => ({ page: `${key} ${value.mean}`, size: value.most, at: end }), {
          schema
        })
)

const operators = fc.array(fc.oneof(mapOf, filterOf, flatMapOf, reduceOf, windowOf, sliceOf), { maxLength: 6 })

const visit = fc.record({
  page: fc.constantFrom("a", "b", "c", "\ud800", "käse"),
  size: fc.integer({ min: 0, max: 40 }),
  at: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: -40, max: 60 }) },
    { weight: 3, arbitrary: fc.constantFrom(0.5, -0, -0.25, 8.64e15, -8.64e15) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, 8.65e15) }
  )
})
const feed: fc.Arbitrary<Feed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ records: fc.array(visit, { maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ watermark: fc.integer({ min: -40, max: 60 }) }) }
)

const pipelineOf = (extensions: ReadonlyArray<Extend>): Pipeline =>
  extensions
    .reduce<Stream<Visit>>(
      (stream, extend, i) => extend(stream, `operator ${i}`),
      Pipeline.make("random")
        .from("visits", sourceOf(Visit))
        .eventTime((record) => record.at)
    )
    .to("sink", sinkOf(Visit))

const errorText = ({ error }: Outcome): unknown =>
  error instanceof UserFunctionFailed ? [error.operator, error.message, String(error.cause)] : error

describe("a chain", () => {
  it("O1 generated code and interpreted twin agree in outputs, late records and errors", () => {
    const seen = { errors: 0, late: 0, outputs: 0 }
    fc.assert(
      fc.property(operators, fc.array(feed, { maxLength: 12 }), (extensions, feeds) => {
        const plan = compiled(pipelineOf(extensions))
        const all = [...feeds, { watermark: Number.MAX_SAFE_INTEGER }]
        const generated = runPlan(plan, all, "generated")
        const interpreted = runPlan(plan, all, "interpreted")
        expect({ ...generated, error: errorText(generated) }).toEqual({
          ...interpreted,
          error: errorText(interpreted)
        })
        if (generated.error !== null) expect(generated.error).toBeInstanceOf(UserFunctionFailed)
        seen.errors += generated.error === null ? 0 : 1
        seen.late += generated.late.length
        seen.outputs += generated.values.length
      }),
      { numRuns: 600 }
    )
    // The property would prove nothing if nothing ever threw, came late or came out.
    expect(Math.min(seen.errors, seen.late, seen.outputs)).toBeGreaterThan(20)
  })
})
