/**
 * What every bounded source must do (R1, and the contract of `poll`), as named scenarios that the author of a source runs
 * over it:
 *
 * ```ts
 * for (const scenario of sourceScenarios) {
 *   it.live(scenario.name, () => scenario.run({ source: () => mySource }))
 * }
 * ```
 * The input should have some ten records and more than one split, if it can. R2, that no poll takes more than 20 ms, is
 * not measured here.
 */
import * as Effect from "effect/Effect"
import type { SourceFailure } from "../model/errors.ts"
import type { Json } from "../model/Json.ts"
import { expect, expectEqual } from "./expectations.ts"
import type { ScenarioFailed } from "./ScenarioFailed.ts"
import { discovered, type Read, read, recordsBySplit, type SourceSubject } from "./SourceBench.ts"

/** One thing that every such source must do; `run` fails with what went wrong. */
export interface SourceScenario {
  /** A sentence. */
  readonly name: string
  readonly run: <A>(subject: SourceSubject<A>) => Effect.Effect<void, ScenarioFailed | SourceFailure>
}

const expectSame = (what: string, found: Read, expected: Read): Effect.Effect<void, ScenarioFailed> =>
  expectEqual(what, sorted(recordsBySplit(found)), sorted(recordsBySplit(expected)))

const sorted = (records: ReadonlyMap<string, ReadonlyArray<string>>) =>
  [...records].toSorted(([a], [b]) => (a < b ? -1 : 1))

export const sourceScenarios: ReadonlyArray<SourceScenario> = [
  {
    name: "discovers splits with names of their own, the same ones again, which its own check accepts",
    run: Effect.fnUntraced(function* (subject) {
      const splits = yield* discovered(subject)
      yield* expect(new Set(splits.map(({ id }) => id)).size === splits.length, "two splits have the same name")
      yield* expectEqual("the splits of a second discovery", yield* discovered(subject), splits)
      yield* subject.source().validate(splits)
    })
  },
  {
    name: "reads every split to its end, tells each end once, and is exhausted then",
    run: Effect.fnUntraced(function* (subject) {
      const splits = yield* discovered(subject)
      const { finished } = yield* read(subject, { splits, recordsMax: 100 })
      const ids = splits.map(({ id }) => id)
      yield* expectEqual("the splits that were finished", finished.toSorted(), ids.toSorted())
    })
  },
  {
    name: "a reader without splits is exhausted at once",
    run: Effect.fnUntraced(function* (subject) {
      const { batches, finished } = yield* read(subject, { splits: [], recordsMax: 100 })
      yield* expectEqual("what a reader without splits answered", [batches.length, finished.length], [0, 0])
    })
  },
  {
    name: "R1 answers the same records in the same order, however many are asked for at once",
    run: Effect.fnUntraced(function* (subject) {
      const splits = yield* discovered(subject)
      const whole = yield* read(subject, { splits, recordsMax: 1_000 })
      yield* expect(whole.batches.length > 0, "the input has no records: this scenario shows nothing")
      for (const recordsMax of [1, 2, 3, 1_000]) {
        yield* expectSame(`what ${recordsMax} at once answer`, yield* read(subject, { splits, recordsMax }), whole)
      }
    })
  },
  {
    name: "R1 a split alone answers what it answers among others",
    run: Effect.fnUntraced(function* (subject) {
      const splits = yield* discovered(subject)
      const whole = recordsBySplit(yield* read(subject, { splits, recordsMax: 100 }))
      for (const split of splits.toReversed()) {
        const alone = recordsBySplit(yield* read(subject, { splits: [split], recordsMax: 100 }))
        yield* expectEqual(`split "${split.id}" alone`, alone.get(split.id) ?? [], whole.get(split.id) ?? [])
      }
    })
  },
  {
    name: "R1 reading on from any position answers what would have come, and no more",
    run: Effect.fnUntraced(function* (subject) {
      const splits = yield* discovered(subject)
      const whole = yield* read(subject, { splits, recordsMax: 1_000 })
      const records = whole.batches.reduce((sum, batch) => sum + batch.records.length, 0)
      // Every second place of a short input, and some of a long one.
      const recordsMax = Math.max(2, Math.ceil(records / 12))
      const count = (yield* read(subject, { splits, recordsMax })).batches.length
      for (let batchesMax = 1; batchesMax <= count; batchesMax++) {
        const before = yield* read(subject, { splits, recordsMax, batchesMax })
        const positions = new Map<string, Json>(before.batches.map(({ position, split }) => [split, position]))
        const left = splits.filter(({ id }) => !before.finished.includes(id))
        const after = yield* read(subject, { splits: left, positions, recordsMax: 3 })
        const both = { batches: [...before.batches, ...after.batches], finished: after.finished }
        yield* expectSame(`what a reader stopped after ${batchesMax} batches and its successor answer`, both, whole)
      }
    })
  },
  {
    name: "R1 a position at the end of a split answers its end and nothing more",
    run: Effect.fnUntraced(function* (subject) {
      const splits = yield* discovered(subject)
      const whole = yield* read(subject, { splits, recordsMax: 100 })
      const positions = new Map<string, Json>(whole.batches.map(({ position, split }) => [split, position]))
      const begun = splits.filter(({ id }) => positions.has(id))
      const again = yield* read(subject, { splits: begun, positions, recordsMax: 100 })
      yield* expectEqual("the records behind the last position", again.batches, [])
      yield* expectEqual("the ends that are told", again.finished.length, begun.length)
    })
  },
  {
    name: "a reader that is closed in the middle leaves nothing behind that a successor meets",
    run: Effect.fnUntraced(function* (subject) {
      const splits = yield* discovered(subject)
      const whole = yield* read(subject, { splits, recordsMax: 100 })
      for (let round = 0; round < 3; round++) yield* read(subject, { splits, recordsMax: 1, batchesMax: 1 })
      yield* expectSame("what comes after three broken reads", yield* read(subject, { splits, recordsMax: 100 }), whole)
    })
  }
]
