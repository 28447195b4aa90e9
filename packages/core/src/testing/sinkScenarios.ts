/**
 * What every sink with two-phase commit must do (T1 to T3, rules 5 and 8), as named scenarios that the author of a sink
 * runs over it:
 *
 * ```ts
 * for (const scenario of sinkScenarios) {
 *   it.live(scenario.name, () => scenario.run(freshSubject()))
 * }
 * ```
 * Each begins with an empty target. What a power loss leaves is another question: `powerLosses`, where it writes through `Files`.
 */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { Sink, SinkSession } from "../connector/Sink.ts"
import { SinkFailure } from "../model/errors.ts"
import type { Json } from "../model/Json.ts"
import { expect, expectEqual } from "./expectations.ts"
import { ScenarioFailed } from "./ScenarioFailed.ts"

export interface SinkSubject<A> {
  /** The sink as a process that starts now would make it, over the same target. */
  readonly sink: () => Sink<A>
  /** What a reader of the target sees, in any order. */
  readonly visible: Effect.Effect<ReadonlyArray<A>>
  /** A record that fits the schema and `JSON.stringify`; each number another one. */
  readonly record: (number: number) => A
  /** The number that a record was made of. */
  readonly numberOf: (record: A) => number
}

type Outcome = Effect.Effect<void, ScenarioFailed | SinkFailure>

/** One thing that every such sink must do; `run` fails with what went wrong. */
export interface SinkScenario {
  /** A sentence. */
  readonly name: string
  readonly run: <A>(subject: SinkSubject<A>) => Outcome
}

interface Opening {
  readonly term: number
  readonly job?: string
  readonly operator?: string
}

interface Part {
  readonly subtask: number
  readonly checkpoint: number
  readonly numbers: ReadonlyArray<number>
}

/** A subject at work in one scenario. */
class Bench<A> {
  readonly #subject: SinkSubject<A>

  constructor(subject: SinkSubject<A>) {
    this.#subject = subject
  }

  open({ term, job = "job", operator = "out" }: Opening): Effect.Effect<SinkSession<A>, SinkFailure, Scope> {
    return this.#subject.sink().open({ job, operator, term })
  }

  readonly writer = Effect.fnUntraced(function* (this: Bench<A>, session: SinkSession<A>, subtask: number) {
    const writer = yield* session.writer(subtask)
    const write = (numbers: ReadonlyArray<number>): void => {
      for (const number of numbers) writer.write(this.#subject.record(number))
    }
    return { write, flush: writer.flush, prepare: writer.prepare.bind(writer) }
  })

  /** Writes one part with a writer of its own and prepares it. */
  readonly prepared = Effect.fnUntraced(function* (this: Bench<A>, session: SinkSession<A>, part: Part) {
    const writer = yield* this.writer(session, part.subtask)
    writer.write(part.numbers)
    return yield* transactionOf(writer.prepare(part.checkpoint))
  })

  readonly expectVisible = Effect.fnUntraced(function* (this: Bench<A>, when: string, numbers: ReadonlyArray<number>) {
    const { numberOf, record, visible } = this.#subject
    const found = (yield* visible).toSorted((a, b) => numberOf(a) - numberOf(b))
    yield* expectEqual(`what is visible ${when}`, found.map(numberOf), numbers)
    yield* expectEqual(`the records that are visible ${when}`, found, numbers.map(record))
  })
}

const transactionOf = (
  prepare: Effect.Effect<Json | null, SinkFailure>
): Effect.Effect<Json, ScenarioFailed | SinkFailure> =>
  Effect.flatMap(prepare, (transaction) =>
    transaction === null
      ? Effect.fail(new ScenarioFailed({ problem: "prepare answered no transaction although something was written" }))
      : Effect.succeed(throughJson(transaction))
  )

/** A transaction crosses a process in a snapshot. */
const throughJson = (transaction: Json): Json => JSON.parse(JSON.stringify(transaction))

const scenario = (
  name: string,
  run: <A>(bench: Bench<A>) => Effect.Effect<void, ScenarioFailed | SinkFailure, Scope>
): SinkScenario => ({ name, run: (subject) => Effect.scoped(run(new Bench(subject))) })

export const sinkScenarios: ReadonlyArray<SinkScenario> = [
  scenario("shows nothing before the commit and each record once after it", (bench) =>
    Effect.gen(function* () {
      const session = yield* bench.open({ term: 1 })
      const transaction = yield* bench.prepared(session, { subtask: 0, checkpoint: 1, numbers: [0, 1, 2] })
      yield* bench.expectVisible("before the commit", [])
      yield* session.commit([transaction])
      yield* bench.expectVisible("after the commit", [0, 1, 2])
    })
  ),
  scenario("has no transaction when nothing was written", (bench) =>
    Effect.gen(function* () {
      const writer = yield* bench.writer(yield* bench.open({ term: 1 }), 0)
      yield* expectEqual("the transaction of nothing", yield* writer.prepare(1), null)
      writer.write([1])
      yield* transactionOf(writer.prepare(2))
      yield* expectEqual("the transaction of nothing more", yield* writer.prepare(3), null)
    })
  ),
  scenario("cuts at prepare: what is written after it belongs to the next checkpoint", (bench) =>
    Effect.gen(function* () {
      const session = yield* bench.open({ term: 1 })
      const writer = yield* bench.writer(session, 0)
      writer.write([0, 1])
      const first = writer.prepare(1)
      writer.write([2, 3, 4])
      yield* session.commit([yield* transactionOf(first)])
      yield* bench.expectVisible("after the commit of the first cut", [0, 1])
    })
  ),
  scenario("keeps several prepared checkpoints of one writer apart, in any order of completion", (bench) =>
    Effect.gen(function* () {
      const session = yield* bench.open({ term: 1 })
      const writer = yield* bench.writer(session, 0)
      const cut = (checkpoint: number, numbers: ReadonlyArray<number>) => {
        writer.write(numbers)
        return writer.prepare(checkpoint)
      }
      const [one, two, three] = [cut(1, [10, 11]), cut(2, [20, 21]), cut(3, [30, 31])]
      const third = yield* transactionOf(three)
      const first = yield* transactionOf(one)
      const second = yield* transactionOf(two)
      yield* session.commit([second])
      yield* bench.expectVisible("after the commit of the second", [20, 21])
      yield* session.commit([first, third])
      yield* bench.expectVisible("after the commit of all", [10, 11, 20, 21, 30, 31])
    })
  ),
  scenario("goes on after a flush as if there had been none", (bench) =>
    Effect.gen(function* () {
      const session = yield* bench.open({ term: 1 })
      const writer = yield* bench.writer(session, 0)
      for (const number of [0, 1, 2, 3]) {
        writer.write([number])
        yield* writer.flush
      }
      yield* bench.expectVisible("after flushes alone", [])
      yield* session.commit([yield* transactionOf(writer.prepare(1))])
      yield* bench.expectVisible("after the commit", [0, 1, 2, 3])
    })
  ),
  scenario("T2 a commit that is repeated, by another session and in a later term, changes nothing", (bench) =>
    Effect.gen(function* () {
      const session = yield* bench.open({ term: 1 })
      const transaction = yield* bench.prepared(session, { subtask: 3, checkpoint: 1, numbers: [0, 1] })
      yield* session.commit([transaction])
      yield* session.commit([transaction])
      yield* (yield* bench.open({ term: 2 })).commit([transaction])
      yield* bench.expectVisible("after three commits", [0, 1])
    })
  ),
  scenario("T2 a later term commits what an earlier one prepared", (bench) =>
    Effect.gen(function* () {
      const session = yield* bench.open({ term: 1 })
      const left = yield* bench.prepared(session, { subtask: 0, checkpoint: 1, numbers: [0, 1] })
      const right = yield* bench.prepared(session, { subtask: 1, checkpoint: 1, numbers: [2, 3] })
      const later = yield* bench.open({ term: 2 })
      yield* later.rollback([left, right])
      yield* later.commit([left, right])
      yield* bench.expectVisible("after the commit of the later term", [0, 1, 2, 3])
    })
  ),
  scenario("T1 the same checkpoint and subtask in another term is another transaction", (bench) =>
    Effect.gen(function* () {
      const before = yield* bench.open({ term: 1 })
      const old = yield* bench.prepared(before, { subtask: 0, checkpoint: 5, numbers: [0, 1] })
      const after = yield* bench.open({ term: 2 })
      const renewed = yield* bench.prepared(after, { subtask: 0, checkpoint: 5, numbers: [2, 3] })
      yield* after.commit([old, renewed])
      yield* bench.expectVisible("after the commit of both", [0, 1, 2, 3])
    })
  ),
  scenario("T3 a rollback removes what is not kept, and a commit of it fails instead of doing nothing", (bench) =>
    Effect.gen(function* () {
      const session = yield* bench.open({ term: 1 })
      const kept = yield* bench.prepared(session, { subtask: 0, checkpoint: 1, numbers: [0, 1] })
      const dropped = yield* bench.prepared(session, { subtask: 1, checkpoint: 2, numbers: [2, 3] })
      const later = yield* bench.open({ term: 2 })
      yield* later.rollback([kept])
      const failure = yield* Effect.flip(later.commit([dropped])).pipe(
        Effect.mapError(() => new ScenarioFailed({ problem: "the commit of what was rolled back succeeded" }))
      )
      yield* expect(failure instanceof SinkFailure, "the commit of what was rolled back failed with no SinkFailure")
      yield* later.commit([kept])
      yield* bench.expectVisible("after the commit of what was kept", [0, 1])
    })
  ),
  scenario("T3 a rollback leaves alone the current term, other jobs and other operators", (bench) =>
    Effect.gen(function* () {
      const others: ReadonlyArray<Opening> = [
        { term: 1, job: "another" },
        { term: 1, operator: "side" },
        { term: 1, job: "job.out", operator: "out" },
        { term: 1, job: "Job" },
        { term: 2 }
      ]
      for (const [number, other] of others.entries()) {
        const session = yield* bench.open(other)
        const transaction = yield* bench.prepared(session, { subtask: 0, checkpoint: 1, numbers: [number] })
        yield* (yield* bench.open({ term: 2 })).rollback([])
        yield* session.commit([transaction])
      }
      yield* bench.expectVisible("of the others", [0, 1, 2, 3, 4])
    })
  ),
  scenario("rule 8: tells the newest checkpoint of this job and operator that is visible", (bench) =>
    Effect.gen(function* () {
      const session = yield* bench.open({ term: 1 })
      yield* expectEqual("the highest checkpoint of nothing", yield* session.highestVisible, null)
      const seventh = yield* bench.prepared(session, { subtask: 0, checkpoint: 7, numbers: [0] })
      const twelfth = yield* bench.prepared(session, { subtask: 1, checkpoint: 12, numbers: [1] })
      yield* expectEqual("the highest checkpoint before a commit", yield* session.highestVisible, null)
      yield* session.commit([twelfth, seventh])
      const other = yield* bench.open({ term: 1, job: "another" })
      yield* other.commit([yield* bench.prepared(other, { subtask: 0, checkpoint: 99, numbers: [2] })])
      yield* expectEqual("the highest checkpoint", yield* (yield* bench.open({ term: 2 })).highestVisible, 12)
    })
  ),
  scenario("rewinds its own output to a checkpoint, or to nothing, if it can rewind", (bench) =>
    Effect.gen(function* () {
      const other = yield* bench.open({ term: 1, operator: "side" })
      yield* other.commit([yield* bench.prepared(other, { subtask: 0, checkpoint: 9, numbers: [90] })])
      const session = yield* bench.open({ term: 1 })
      for (const checkpoint of [1, 2, 3]) {
        yield* session.commit([yield* bench.prepared(session, { subtask: 0, checkpoint, numbers: [checkpoint] })])
      }
      if (session.rewind === null) return
      yield* session.rewind(2)
      yield* bench.expectVisible("after a rewind to 2", [1, 2, 90])
      yield* expectEqual("the highest checkpoint after a rewind", yield* session.highestVisible, 2)
      yield* session.rewind(null)
      yield* bench.expectVisible("after a rewind to nothing", [90])
    })
  )
]
