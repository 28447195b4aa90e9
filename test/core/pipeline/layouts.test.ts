import { Aggregate, Pipeline, UserFunctionFailed, Window } from "@tidemark/core"
import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compileChain } from "../../../packages/core/src/pipeline/compileChain.ts"
import type { KeyedStream, Stream } from "../../../packages/core/src/pipeline/Stream.ts"
import { FixedTable } from "../../../packages/core/src/state/fixed/FixedTable.ts"
import type { FixedCapture, FixedRows } from "../../../packages/core/src/state/fixed/RowBlock.ts"
import type { KeyedStateDescriptor } from "../../../packages/core/src/state/KeyedStateDescriptor.ts"
import { layoutOf } from "../../../packages/core/src/state/layout.ts"
import { makeSubtaskState } from "../../../packages/core/src/state/makeSubtaskState.ts"
import { type Feed, inMaps, type Outcome, runPlan } from "./chainHarness.ts"
import { compiled, sinkOf, sourceOf } from "./fixtures.ts"

/** Of fixed width, with all that a row can hold. */
const Trip = Schema.Struct({
  id: Schema.Int,
  fare: Schema.Number,
  isPaid: Schema.Boolean,
  kind: Schema.Literal("trip"),
  last: Schema.Struct({ at: Schema.Number, "odd/name~": Schema.Number })
})
type Trip = typeof Trip.Type

type Extend = (stream: Stream<Trip>, uid: string) => Stream<Trip>

const schema = Trip
const failsAt = fc.option(fc.integer({ min: 0, max: 12 }), { freq: 4 })

const filterOf = fc.integer({ min: 2, max: 5 }).map(
  (n): Extend =>
    (stream) =>
      stream.filter((trip) => trip.id % n !== 0)
)
const mapOf = fc.integer({ min: -2, max: 2 }).map(
  (by): Extend =>
    (stream) =>
      stream.map((trip) => ({ ...trip, fare: trip.fare + by, isPaid: !trip.isPaid }), { schema })
)

const keyed = {
  integer: (stream) => stream.keyBy("id"),
  huge: (stream) => stream.keyBy((trip) => trip.id * 2 ** 40 - 5, Schema.Int),
  // Every other key has the hash of the one before it.
  colliding: (stream) =>
    stream.keyBy((trip) => (trip.id % 2 === 0 ? trip.id : 2 ** 32 + (((trip.id - 1) ^ 0x27d4eb2f) >>> 0)), Schema.Int),
  string: (stream) => stream.keyBy((trip) => "x".repeat(trip.id), Schema.String),
  tuple: (stream) => stream.keyBy((trip) => [trip.id, trip.isPaid], Schema.Tuple([Schema.Int, Schema.Boolean])),
  flag: (stream) => stream.keyBy("isPaid")
} satisfies Record<string, (stream: Stream<Trip>) => KeyedStream<Trip, unknown>>
type KeyKind = keyof typeof keyed
const keyedBy = (kind: KeyKind, stream: Stream<Trip>): KeyedStream<Trip, unknown> => keyed[kind](stream)
const keyKind = fc.constantFrom<KeyKind>("integer", "huge", "colliding", "string", "tuple", "flag")

const reduceOf = fc.tuple(keyKind, failsAt).map(
  ([kind, at]): Extend =>
    (stream, uid) =>
      keyedBy(kind, stream).reduce(uid, (left, right) => {
        if (right.id === at) throw new Error(`no trip ${at}`)
        return { ...right, fare: left.fare + right.fare, last: { ...left.last, at: right.last.at } }
      })
)

const Spread = Schema.Struct({ least: Schema.Number, isAny: Schema.Boolean })
const spread = Aggregate.custom({
  schema: Spread,
  create: () => ({ least: Infinity, isAny: false }),
  add: ({ isAny, least }, trip: Trip) => ({ least: Math.min(least, trip.fare), isAny: isAny || trip.isPaid }),
  result: ({ isAny, least }) => (isAny ? least : -0),
  resultSchema: Schema.Number
})

const windowOf = fc.tuple(keyKind, fc.integer({ min: 1, max: 12 })).map(
  ([kind, size]): Extend =>
    (stream, uid) =>
      keyedBy(kind, stream)
        .window(Window.tumbling(size))
        .aggregate(uid, {
          all: Aggregate.count,
          paid: Aggregate.count((trip) => trip.isPaid),
          sum: Aggregate.sum("fare"),
          most: Aggregate.max("fare"),
          mean: Aggregate.mean("fare"),
          spread
        })
        .map(
          ({ value, window }) => ({
            ...{ id: value.all, fare: value.sum, isPaid: value.paid > 1, kind: "trip" as const },
            last: { at: window.start, "odd/name~": value.most + value.mean + value.spread }
          }),
          { schema }
        )
)

const trip = fc.record({
  id: fc.integer({ min: 0, max: 12 }),
  fare: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(-0, 0.1, Number.NaN, Infinity, -Infinity, 2 ** 60)),
  isPaid: fc.boolean(),
  kind: fc.constant("trip" as const),
  last: fc.record({ at: fc.integer({ min: -40, max: 60 }), "odd/name~": fc.constantFrom(-0, 1) })
})
const tripOf = (id: number): Trip => ({ id, fare: 1, isPaid: true, kind: "trip", last: { at: 0, "odd/name~": 0 } })
const feed: fc.Arbitrary<Feed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ records: fc.array(trip, { maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ watermark: fc.integer({ min: -40, max: 60 }) }) }
)

/** Layouts fire the entries of a window in different orders: nothing that depends on it may follow. */
const operators = fc
  .tuple(fc.array(fc.oneof(mapOf, filterOf, reduceOf), { maxLength: 5 }), fc.option(windowOf))
  .map(([before, last]) => (last === null ? before : [...before, last]))

const pipelineOf = (extensions: ReadonlyArray<Extend>): Pipeline =>
  extensions
    .reduce<Stream<Trip>>(
      (stream, extend, i) => extend(stream, `operator ${i}`),
      Pipeline.make("random")
        .from("trips", sourceOf(Trip))
        .eventTime((record) => record.last.at)
    )
    .to("sink", sinkOf(Trip))

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "number" ? (Object.is(part, -0) ? "-0" : `${part}`) : part
  )

const seenOf = ({ error, late, timestamps, values }: Outcome): unknown => ({
  late,
  error: error instanceof UserFunctionFailed ? [error.operator, String(error.cause)] : error,
  values: values.map((value, i) => `${textOf(value)} ${timestamps[i]}`).sort()
})

describe("a chain over keyed state", () => {
  it("O1 comes to the same off-heap and in maps, generated and interpreted, hashed and not", () => {
    const seen = { errors: 0, late: 0, offHeap: 0, outputs: 0 }
    fc.assert(
      fc.property(operators, fc.array(feed, { maxLength: 12 }), fc.boolean(), (extensions, feeds, isSingle) => {
        const plan = compiled(pipelineOf(extensions))
        const all = [...feeds, { watermark: Number.MAX_SAFE_INTEGER }]
        const outcome = runPlan(plan, all, "generated", isSingle)
        for (const other of [
          runPlan(plan, all, "interpreted", isSingle),
          runPlan(plan, all, "generated", !isSingle),
          runPlan(inMaps(plan), all, "generated", isSingle),
          runPlan(inMaps(plan), all, "interpreted", isSingle)
        ]) {
          expect(seenOf(other)).toEqual(seenOf(outcome))
        }
        const states = plan.tasks.flatMap(({ steps }) => steps.flatMap((step) => step.states))
        seen.errors += outcome.error === null ? 0 : 1
        seen.late += outcome.late.length
        seen.offHeap += states.filter((state) => layoutOf(state)._tag === "OffHeap").length
        seen.outputs += outcome.values.length
      }),
      { numRuns: 300 }
    )
    // The property would prove nothing if nothing ever threw, came late, lived off-heap or came out.
    expect(Math.min(seen.errors, seen.late, seen.offHeap, seen.outputs)).toBeGreaterThan(20)
  })

  it("hashes keys only where a state or the choice of a receiver asks for it", () => {
    const plan = compiled(
      Pipeline.make("hashes")
        .from("trips", sourceOf(Trip))
        .keyBy("id")
        .reduce("sums", (_, right) => right)
        .to("sink", sinkOf(Trip))
    )
    const records = Array.from({ length: 20 }, (_, id) => ({ ...tripOf(id), fare: id }))
    for (const mode of ["generated", "interpreted"] as const) {
      const groupsOf = (of: typeof plan, isSingle: boolean): number =>
        new Set(
          runPlan(of, [{ records }], mode, isSingle)
            .routes.slice(0, records.length)
            .map(([, group]) => group)
        ).size
      expect([groupsOf(plan, true), groupsOf(plan, false), groupsOf(inMaps(plan), true)].map((n) => n > 10)).toEqual([
        ...[false, true, true]
      ])
      expect(groupsOf(plan, true)).toBe(1)
    }
  })

  it("B2 B3 captures see what generated code changes as they see what a table changes", () => {
    const plan = compiled(
      Pipeline.make("captures")
        .from("trips", sourceOf(Trip))
        .keyBy("id")
        .reduce("sums", (left, right) => ({ ...right, fare: left.fare + right.fare }))
        .to("sink", sinkOf(Trip))
    )
    const task = plan.tasks[1]
    if (task === undefined) throw new Error("no task")
    const tables: Array<FixedRows> = []
    const keyed = <V>(descriptor: KeyedStateDescriptor<V>): FixedTable<V> => {
      const layout = layoutOf(descriptor)
      if (layout._tag === "Maps") throw new Error(layout.reason)
      const table = new FixedTable({ descriptor, layout: layout.layout, freeze: false })
      tables.push(table)
      return table
    }
    const state = { ...makeSubtaskState(), keyed }
    const chain = compileChain(task, "generated").instantiate({
      ...{ subtask: 0, state, position: String },
      output: { collect: () => undefined }
    })
    const add = (ids: ReadonlyArray<number>): void =>
      chain.run({ values: ids.map(tripOf), timestamps: [], keys: [...ids], groups: ids.map(() => 0) })
    const faresOf = (capture: FixedCapture | undefined): ReadonlyArray<string> => {
      const fares: Array<string> = []
      for (let block = capture?.next(); block != null; block = capture?.next()) {
        for (const [i, key] of block.keys.entries()) fares.push(`${key}: ${block.columns[0]?.[i]}`)
      }
      return fares
    }
    add([1, 2, 3])
    const [table] = tables
    const full = table?.capture({ checkpoint: 1, since: null })
    add([2, 4])
    const delta = table?.capture({ checkpoint: 2, since: 1 })
    add([1, 2])
    expect(faresOf(full)).toEqual(["1: 1", "2: 1", "3: 1"])
    expect(faresOf(delta)).toEqual(["2: 2", "4: 1"])
    expect(faresOf(table?.capture({ checkpoint: 3, since: 2 }))).toEqual(["1: 2", "2: 3"])
  })

  it("a value that does not fit the schema of its state names operator, state and field", () => {
    const plan = compiled(
      Pipeline.make("unfit")
        .from("trips", sourceOf(Trip))
        .keyBy("id")
        .reduce("sums", (_, right) => JSON.parse(JSON.stringify({ ...right, last: { at: "late", "odd/name~": 1 } })))
        .to("sink", sinkOf(Trip))
    )
    const record = { id: 1, fare: 2, isPaid: true, kind: "trip", last: { at: 1, "odd/name~": 1 } }
    for (const mode of ["generated", "interpreted"] as const) {
      const { error } = runPlan(plan, [{ records: [record, record] }], mode)
      expect(String(error)).toMatch(/"sums".*state "reduced".*field "last.at": expected a number, found "late"/is)
    }
  })
})
