/**
 * What every two-phase sink must do (T1 to T3, rules 5 and 8), whatever its target. One subject per sink.
 */
import { describe, expect, it } from "@effect/vitest"
import type { Json, Sink, SinkFailure, SinkSession } from "@tidemark/core/connector"
import { Effect, Schema, type Scope } from "effect"

export const Item = Schema.Struct({ id: Schema.Number, text: Schema.String })
export type Item = typeof Item.Type

export interface SinkTarget {
  /** The sink as a process that starts now would make it, over the same target. */
  readonly sink: () => Sink<Item>
  /** What a reader of the target sees. */
  readonly visible: () => Effect.Effect<ReadonlyArray<Item>>
}

export interface SinkSubject {
  readonly name: string
  readonly make: () => SinkTarget
}

const items = (from: number, to: number): ReadonlyArray<Item> =>
  Array.from({ length: to - from }, (_, index) => ({ id: from + index, text: `item ${from + index} – ü` }))

const idsOf = (visible: ReadonlyArray<Item>): ReadonlyArray<number> => visible.map(({ id }) => id).sort((a, b) => a - b)

const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from }, (_, index) => from + index)

interface Opening {
  readonly term: number
  readonly job?: string
  readonly operator?: string
}

const open = (target: SinkTarget, { term, job = "job", operator = "out" }: Opening) =>
  target.sink().open({ job, operator, term })

interface Part {
  readonly subtask: number
  readonly checkpoint: number
  readonly values: ReadonlyArray<Item>
}

/** Writes one part with a writer of its own and prepares it. */
const prepared = (
  session: SinkSession<Item>,
  { subtask, checkpoint, values }: Part
): Effect.Effect<Json, SinkFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const writer = yield* session.writer(subtask)
    for (const value of values) writer.write(value)
    const transaction = yield* writer.prepare(checkpoint)
    return transaction ?? expect.fail("something was written, so there is a transaction")
  })

export const sinkScenarios = ({ name, make }: SinkSubject): void => {
  describe(`a two-phase sink: ${name}`, () => {
    it.effect("shows nothing before the commit and each record once after it", () =>
      Effect.gen(function* () {
        const target = make()
        const session = yield* open(target, { term: 1 })
        const transaction = yield* prepared(session, { subtask: 0, checkpoint: 1, values: items(0, 3) })
        expect(yield* target.visible()).toEqual([])
        yield* session.commit([transaction])
        expect(yield* target.visible()).toEqual(items(0, 3))
      })
    )

    it.effect("has no transaction when nothing was written", () =>
      Effect.gen(function* () {
        const target = make()
        const writer = yield* (yield* open(target, { term: 1 })).writer(0)
        expect(yield* writer.prepare(1)).toBeNull()
        writer.write({ id: 1, text: "" })
        expect(yield* writer.prepare(2)).not.toBeNull()
        expect(yield* writer.prepare(3)).toBeNull()
      })
    )

    it.effect("cuts at prepare: what is written after it belongs to the next checkpoint", () =>
      Effect.gen(function* () {
        const target = make()
        const session = yield* open(target, { term: 1 })
        const writer = yield* session.writer(0)
        for (const value of items(0, 2)) writer.write(value)
        const first = writer.prepare(1)
        for (const value of items(2, 5)) writer.write(value)
        yield* session.commit([yield* first].filter((transaction) => transaction !== null))
        expect(idsOf(yield* target.visible())).toEqual(range(0, 2))
      })
    )

    it.effect("keeps several prepared checkpoints of one writer apart, in any order of completion", () =>
      Effect.gen(function* () {
        const target = make()
        const session = yield* open(target, { term: 1 })
        const writer = yield* session.writer(0)
        const cuts: Array<Effect.Effect<Json | null, SinkFailure>> = []
        for (const checkpoint of [1, 2, 3]) {
          for (const value of items(checkpoint * 10, checkpoint * 10 + 2)) writer.write(value)
          cuts.push(writer.prepare(checkpoint))
        }
        const [third, first, second] = yield* Effect.all([cuts[2], cuts[0], cuts[1]].filter((cut) => cut !== undefined))
        yield* session.commit([second ?? null])
        expect(idsOf(yield* target.visible())).toEqual([20, 21])
        yield* session.commit([first ?? null, third ?? null])
        expect(idsOf(yield* target.visible())).toEqual([10, 11, 20, 21, 30, 31])
      })
    )

    it.effect("goes on after a flush as if there had been none", () =>
      Effect.gen(function* () {
        const target = make()
        const session = yield* open(target, { term: 1 })
        const writer = yield* session.writer(0)
        for (const value of items(0, 6)) {
          writer.write(value)
          yield* writer.flush
        }
        yield* session.commit([(yield* writer.prepare(1)) ?? null])
        expect(yield* target.visible()).toEqual(items(0, 6))
      })
    )

    it.effect("T2 a commit that is repeated, by another session and in a later term, changes nothing", () =>
      Effect.gen(function* () {
        const target = make()
        const session = yield* open(target, { term: 1 })
        const transaction = yield* prepared(session, { subtask: 3, checkpoint: 1, values: items(0, 4) })
        yield* session.commit([transaction])
        yield* session.commit([transaction])
        yield* (yield* open(target, { term: 2 })).commit([transaction])
        expect(yield* target.visible()).toEqual(items(0, 4))
      })
    )

    it.effect("T2 a later term commits what an earlier one prepared", () =>
      Effect.gen(function* () {
        const target = make()
        const session = yield* open(target, { term: 1 })
        const left = yield* prepared(session, { subtask: 0, checkpoint: 1, values: items(0, 2) })
        const right = yield* prepared(session, { subtask: 1, checkpoint: 1, values: items(2, 4) })
        const later = yield* open(target, { term: 2 })
        yield* later.rollback([left, right])
        yield* later.commit([left, right])
        expect(idsOf(yield* target.visible())).toEqual(range(0, 4))
      })
    )

    it.effect("T1 the same checkpoint and subtask in another term is another transaction", () =>
      Effect.gen(function* () {
        const target = make()
        const before = yield* open(target, { term: 1 })
        const old = yield* prepared(before, { subtask: 0, checkpoint: 5, values: items(0, 2) })
        const after = yield* open(target, { term: 2 })
        const renewed = yield* prepared(after, { subtask: 0, checkpoint: 5, values: items(2, 4) })
        yield* after.commit([old, renewed])
        expect(idsOf(yield* target.visible())).toEqual(range(0, 4))
      })
    )

    it.effect("T3 a rollback removes what is not kept, and a commit of it fails instead of doing nothing", () =>
      Effect.gen(function* () {
        const target = make()
        const session = yield* open(target, { term: 1 })
        const kept = yield* prepared(session, { subtask: 0, checkpoint: 1, values: items(0, 2) })
        const dropped = yield* prepared(session, { subtask: 1, checkpoint: 2, values: items(2, 4) })
        const later = yield* open(target, { term: 2 })
        yield* later.rollback([kept])
        expect(yield* Effect.flip(later.commit([dropped]))).toMatchObject({ _tag: "SinkFailure", operation: "commit" })
        yield* later.commit([kept])
        expect(idsOf(yield* target.visible())).toEqual(range(0, 2))
      })
    )

    it.effect("T3 a rollback leaves alone the current term, other jobs and other operators", () =>
      Effect.gen(function* () {
        const target = make()
        const part = { subtask: 0, checkpoint: 1, values: items(0, 1) }
        const others = [
          { term: 1, job: "another" },
          { term: 1, operator: "side" },
          { term: 1, job: "job.out", operator: "out" },
          { term: 1, job: "Job" },
          { term: 2 }
        ]
        for (const other of others) {
          const session = yield* open(target, other)
          const transaction = yield* prepared(session, part)
          yield* (yield* open(target, { term: 2 })).rollback([])
          yield* session.commit([transaction])
        }
        expect(yield* target.visible()).toHaveLength(others.length)
      })
    )

    it.effect("rule 8: tells the newest checkpoint of this job and operator that is visible", () =>
      Effect.gen(function* () {
        const target = make()
        const session = yield* open(target, { term: 1 })
        expect(yield* session.highestVisible).toBeNull()
        const seventh = yield* prepared(session, { subtask: 0, checkpoint: 7, values: items(0, 1) })
        const twelfth = yield* prepared(session, { subtask: 1, checkpoint: 12, values: items(1, 2) })
        expect(yield* session.highestVisible).toBeNull()
        yield* session.commit([twelfth, seventh])
        const other = yield* open(target, { term: 1, job: "another" })
        yield* other.commit([yield* prepared(other, { subtask: 0, checkpoint: 99, values: items(2, 3) })])
        expect(yield* (yield* open(target, { term: 2 })).highestVisible).toBe(12)
      })
    )

    it.effect("rewinds its own output to a checkpoint, or to nothing", () =>
      Effect.gen(function* () {
        const target = make()
        const other = yield* open(target, { term: 1, operator: "side" })
        yield* other.commit([yield* prepared(other, { subtask: 0, checkpoint: 9, values: items(90, 91) })])
        const session = yield* open(target, { term: 1 })
        for (const checkpoint of [1, 2, 3]) {
          const values = items(checkpoint, checkpoint + 1)
          yield* session.commit([yield* prepared(session, { subtask: 0, checkpoint, values })])
        }
        const rewind = session.rewind ?? expect.fail("this sink can rewind")
        yield* rewind(2)
        expect(idsOf(yield* target.visible())).toEqual([1, 2, 90])
        expect(yield* session.highestVisible).toBe(2)
        yield* rewind(null)
        expect(idsOf(yield* target.visible())).toEqual([90])
      })
    )
  })
}
