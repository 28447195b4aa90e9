import { Aggregate, Pipeline, Window } from "@tidemark/core"
import type { Source } from "@tidemark/core/connector"
import { TestMisuse, TestPipeline } from "@tidemark/core/testing"
import { Effect, type Scope } from "effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

const Reading = Schema.Struct({ room: Schema.String, at: Schema.Int, heat: Schema.Number })

/** Never opened: the test kit puts itself in its place. */
const nowhere: Source<typeof Reading.Type> = {
  description: "nowhere",
  schema: Reading,
  isBounded: false,
  isTimeOrdered: false,
  discover: Effect.die("not to be discovered"),
  validate: () => Effect.die("not to be validated"),
  open: () => Effect.die("not to be opened")
}

const readings = Pipeline.make("rooms")
  .from("readings", nowhere)
  .eventTime(({ at }) => at, { outOfOrderness: "1 second" })

const perMinute = readings
  .keyBy("room")
  .window(Window.tumbling("1 minute"))
  .aggregate("per minute", {
    count: Aggregate.count(() => true),
    heat: Aggregate.max(({ heat }: typeof Reading.Type) => heat)
  })

const highest = readings.keyBy("room").reduce("highest", (left, right) => (left.heat >= right.heat ? left : right))

const run = <A, E>(test: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(test))

const reading = (room: string, at: number, heat: number) => ({ room, at, heat })

describe("a pipeline under test", () => {
  it("answers at once what the pushed records and watermarks give", () =>
    run(
      Effect.gen(function* () {
        const test = yield* TestPipeline.make(perMinute)
        yield* test.push([reading("a", 1_000, 20), reading("a", 59_000, 25), reading("b", 2_000, 18)])
        // The last millisecond of the window is still to come, and then it is not.
        yield* test.watermark(59_998)
        expect(test.output()).toEqual([])
        yield* test.watermark(59_999)
        expect(test.takeOutput()).toMatchObject([
          { key: "a", value: { count: 2, heat: 25 } },
          { key: "b", value: { count: 1, heat: 18 } }
        ])
        expect(test.takeOutput()).toEqual([])
        yield* test.push([reading("a", 3_000, 99)])
        expect(test.report().lateByOperator).toEqual({ "per minute": 1 })
      })
    ))

  it("waits for the lowest of the splits", () =>
    run(
      Effect.gen(function* () {
        const test = yield* TestPipeline.make(perMinute, { splits: ["x", "y"], parallelism: 2 })
        yield* test.push([reading("a", 1_000, 20)], { split: "x" })
        yield* test.watermark(90_000, { split: "x" })
        expect(test.output()).toEqual([])
        yield* test.watermark(60_000, { split: "y" })
        expect(test.output()).toHaveLength(1)
      })
    ))

  it("goes on from a snapshot at any parallelism", () =>
    run(
      Effect.gen(function* () {
        const test = yield* TestPipeline.make(highest)
        const rooms = Array.from({ length: 50 }, (_, i) => `room ${i}`)
        yield* test.push(rooms.map((room, i) => reading(room, i, i)))
        const snapshot = yield* test.snapshot
        for (const parallelism of [1, 3, 4]) {
          const restored = yield* TestPipeline.restore(snapshot, highest, { parallelism })
          yield* restored.push(rooms.map((room) => reading(room, 1_000, 25)))
          const heats = restored.output().map(({ heat, room }) => [room, heat])
          expect(Object.fromEntries(heats)).toEqual(Object.fromEntries(rooms.map((room, i) => [room, Math.max(i, 25)])))
        }
      })
    ))

  it("makes every result once, whatever record the failure comes before", () =>
    run(
      Effect.gen(function* () {
        for (const record of [1, 2, 3, 4]) {
          const test = yield* TestPipeline.make(highest)
          yield* test.push([reading("a", 1, 1)])
          yield* test.checkpoint
          expect(test.committed()).toHaveLength(1)
          yield* test.failBeforeRecord(record)
          yield* test.push([2, 3, 4, 5].map((heat) => reading("a", heat, heat)))
          expect(test.output().map(({ heat }) => heat)).toEqual([1, 2, 3, 4, 5])
          expect(test.report().restarts).toBe(1)
        }
      })
    ))

  it("commits once, whatever becomes of an operation of the storage", () =>
    run(
      Effect.gen(function* () {
        for (const operation of ["createObject", "appendEntry"] as const) {
          for (const outcome of ["none", "unknown"] as const) {
            const test = yield* TestPipeline.make(highest)
            yield* test.push([reading("a", 1, 1)])
            test.failStorage({ operation, outcome })
            yield* Effect.exit(test.checkpoint)
            yield* test.checkpoint
            expect(test.committed().map(({ heat }) => heat)).toEqual([1])
          }
        }
      })
    ))

  it("ends as its input does", () =>
    run(
      Effect.gen(function* () {
        const test = yield* TestPipeline.make(perMinute)
        yield* test.push([reading("a", 1_000, 20)])
        expect(yield* test.end).toMatchObject({ outcome: "finished", recordsIn: 1 })
        expect(test.committed()).toHaveLength(1)
      })
    ))

  it("says what the test does wrong, and why the job failed", () =>
    run(
      Effect.gen(function* () {
        const test = yield* TestPipeline.make(highest)
        const misfit = yield* Effect.flip(test.push([{ room: 7 }]))
        expect(misfit).toBeInstanceOf(TestMisuse)
        expect(misfit.message).toBe('The record {"room":7} does not fit the schema of source "readings".')
        const elsewhere = yield* Effect.flip(test.push([], { source: "reading" }))
        expect(elsewhere.message).toBe('There is no source "reading". There are: readings.')
        expect(() => test.outputOf("nowhere")).toThrow(TestMisuse)
        const broken = yield* TestPipeline.make(
          readings.filter(({ heat }) => {
            if (heat > 100) throw new Error("too hot")
            return true
          })
        )
        expect((yield* Effect.flip(broken.push([reading("a", 1, 200)]))).message).toContain("too hot")
      })
    ))
})
