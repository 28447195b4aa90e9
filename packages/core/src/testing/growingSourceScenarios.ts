/** What every growing source must do (R3), as scenarios like those of `sourceScenarios`. Each takes a fresh input. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { Polled, Source, SourceReader } from "../connector/Source.ts"
import type { SourceFailure } from "../model/errors.ts"
import { splitOwner } from "../model/keyGroups.ts"
import { expect, expectEqual } from "./expectations.ts"
import { ScenarioFailed } from "./ScenarioFailed.ts"

export interface GrowingSourceSubject<A> {
  readonly source: () => Source<A>
  /** Adds splits to the input: some, and at least one. */
  readonly grow: Effect.Effect<void>
}

export interface GrowingSourceScenario {
  /** A sentence. */
  readonly name: string
  readonly run: <A>(subject: GrowingSourceSubject<A>) => Effect.Effect<void, ScenarioFailed | SourceFailure>
}

const parallelism = 3

const openOne = <A>(source: Source<A>, subtask: number): Effect.Effect<SourceReader<A>, SourceFailure, Scope> =>
  source.open({
    operator: "source",
    subtask,
    wake: () => {},
    owns: (split) => splitOwner(split, parallelism) === subtask
  })

/** Asks until an answer fits; what else comes is left aside. */
const pollUntil = <A>(
  reader: SourceReader<A>,
  fits: (polled: Polled<A>) => boolean
): Effect.Effect<void, ScenarioFailed | SourceFailure> =>
  Effect.gen(function* () {
    for (;;) {
      const polled = reader.poll(100)
      if (polled._tag === "Failed") return yield* polled.failure
      if (polled._tag === "Exhausted") {
        return yield* new ScenarioFailed({
          problem: "a growing source is exhausted; answer Pending while splits may come"
        })
      }
      if (fits(polled)) return
      yield* Effect.yieldNow
    }
  }).pipe(
    Effect.timeoutOrElse({
      duration: "10 seconds",
      orElse: () => Effect.fail(new ScenarioFailed({ problem: "a reader did not announce its splits for 10 seconds" }))
    })
  )

export const growingSourceScenarios: ReadonlyArray<GrowingSourceScenario> = [
  {
    name: "says that it grows and does not end",
    run: Effect.fnUntraced(function* (subject) {
      const source = subject.source()
      yield* expectEqual("isGrowing and isBounded", [source.isGrowing, source.isBounded], [true, false])
    })
  },
  {
    name: "R3 a split that appears is announced by the one subtask that owns it, and its records can be read",
    run: (subject) =>
      Effect.scoped(
        Effect.gen(function* () {
          const source = subject.source()
          const before = yield* source.discover
          yield* subject.grow
          const after = yield* subject.source().discover
          yield* expect(
            after.length > before.length,
            "growing the input has added no split: this scenario shows nothing"
          )
          for (const subtask of Array.from({ length: parallelism }, (_, index) => index)) {
            const owned = after.filter(({ id }) => splitOwner(id, parallelism) === subtask)
            const reader = yield* openOne(source, subtask)
            const announced = new Set<string>()
            const finished = new Set<string>()
            const missing = () => owned.filter(({ id }) => !finished.has(id))
            if (missing().length === 0) continue
            yield* pollUntil(reader, (polled) => {
              if (polled._tag === "SplitsFound") {
                for (const split of polled.splits) {
                  if (!announced.has(split.id)) reader.assign(split, null)
                  announced.add(split.id)
                }
              }
              if (polled._tag === "SplitFinished") finished.add(polled.split)
              return missing().length === 0
            })
            const foreign = [...announced].filter((id) => splitOwner(id, parallelism) !== subtask)
            yield* expectEqual("splits of others that a subtask announced", foreign, [])
          }
        })
      )
  }
]
