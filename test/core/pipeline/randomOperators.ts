/** Random operators over visits, and random visits: some fail, some come late. */
import { Aggregate, Window } from "@tidemark/core"
import { Schema } from "effect"
import fc from "fast-check"
import type { KeyedStream, Stream } from "../../../packages/core/src/pipeline/Stream.ts"
import { Visit } from "./fixtures.ts"

/** One random operator: how it goes on from a stream of visits, given its own name. */
export type Extend = (stream: Stream<Visit>, uid: string) => Stream<Visit>

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
export const keyedBy = (kind: KeyKind, stream: Stream<Visit>): KeyedStream<Visit, unknown> => keyed[kind](stream)
export const keyKind = fc.constantFrom<KeyKind>("field", "number", "fraction", "flag", "bigint", "union", "tuple")

const reduceOf = fc.tuple(keyKind, failsAt).map(
  ([kind, at]): Extend =>
    (stream, uid) =>
      keyedBy(kind, stream).reduce(uid, (left, right) => throwing(at, () => ({ ...right, size: left.size + 1 }))(right))
)

/** Windows of one size, every so often or one after the other. */
export const windows = fc
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

/** Any operator. */
export const operator = fc.oneof(mapOf, filterOf, flatMapOf, reduceOf, windowOf, sliceOf)

export const visit = fc.record({
  page: fc.constantFrom("a", "b", "c", "\ud800", "käse"),
  size: fc.integer({ min: 0, max: 40 }),
  at: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: -40, max: 60 }) },
    { weight: 3, arbitrary: fc.constantFrom(0.5, -0, -0.25, 8.64e15, -8.64e15) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, 8.65e15) }
  )
})
