/** Scenarios over the log of a backend. */
import * as Effect from "effect/Effect"
import type { BackendScenario } from "./BackendScenario.ts"
import {
  expect,
  expectBytes,
  expectEqual,
  expectRefused,
  holder,
  isSameBytes,
  patternBytes,
  utf8,
  withJob
} from "./expectations.ts"

export const logScenarios: ReadonlyArray<BackendScenario> = [
  {
    name: "B1 an entry reads back as it was written and is never replaced",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          yield* expectEqual("the first append", yield* job.appendEntry(1, utf8("first")), "appended")
          yield* expectEqual("a second append at the slot", yield* job.appendEntry(1, utf8("second")), "taken")
          yield* expectBytes("the entry", yield* job.readEntry(1), utf8("first"))
          yield* expectEqual("the append of nothing", yield* job.appendEntry(2, new Uint8Array(0)), "appended")
          yield* expectBytes("an empty entry", yield* job.readEntry(2), new Uint8Array(0))
        })
      )
  },
  {
    name: "B3 of appenders at one slot exactly one is told appended, and its entry stands",
    run: (connect) =>
      withJob(connect(), (job) =>
        Effect.forEach(
          [1, 2, 3, 4],
          Effect.fnUntraced(function* (slot) {
            const writers = [0, 1, 2, 3, 4, 5]
            const answers = yield* Effect.forEach(
              writers,
              (writer) => job.appendEntry(slot, patternBytes(5000, writer)),
              { concurrency: "unbounded" }
            )
            const won = writers.filter((writer) => answers[writer] === "appended")
            yield* expectEqual(`the number of winners at slot ${slot}`, won.length, 1)
            const found = yield* job.readEntry(slot)
            yield* expect(
              won.every((writer) => isSameBytes(found, patternBytes(5000, writer))),
              `slot ${slot} does not hold the entry of the writer that was told appended`
            )
          }),
          { discard: true }
        )
      )
  },
  {
    name: "B3 an older leader that goes on after its successor has opened loses every taken slot",
    run: Effect.fnUntraced(function* (connect) {
      const older = yield* Effect.scoped(connect().open("job", holder))
      yield* withJob(
        connect(),
        Effect.fnUntraced(function* (younger) {
          yield* expectEqual("the successor's claim", yield* younger.appendEntry(1, utf8("claim")), "appended")
          yield* expectEqual("the older leader's append", yield* older.appendEntry(1, utf8("late")), "taken")
          yield* expectBytes("the entry", yield* younger.readEntry(1), utf8("claim"))
        })
      )
    })
  },
  {
    name: "entries are listed in the order of their numbers, with gaps",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          yield* expectEqual("the log of a new job", yield* job.listEntries, [])
          const slots = [10_000_000_000, 9, 100, 10, 2, 9_999_999_999, 1]
          for (const slot of slots) yield* job.appendEntry(slot, utf8(String(slot)))
          yield* job.deleteEntry(9)
          yield* expectEqual("the log", yield* job.listEntries, [1, 2, 10, 100, 9_999_999_999, 10_000_000_000])
          yield* expectBytes("a high slot", yield* job.readEntry(10_000_000_000), utf8("10000000000"))
        })
      )
  },
  {
    name: "a missing entry is reported with its path, a slot that is no integer is refused",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          const failure = yield* expectRefused("reading an entry that is not there", job.readEntry(7), "missing")
          yield* expectEqual("the path in the failure", failure.path, job.pathOf({ slot: 7 }))
          for (const slot of [-1, 1.5, Number.NaN, 2 ** 53]) {
            yield* expectRefused(`an append at ${slot}`, job.appendEntry(slot, utf8("x")), "invalid")
          }
        })
      )
  },
  {
    name: "deleting an entry is idempotent and leaves the others alone",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          yield* job.deleteEntry(4)
          yield* job.appendEntry(1, utf8("1"))
          yield* job.appendEntry(2, utf8("2"))
          yield* job.deleteEntry(1)
          yield* job.deleteEntry(1)
          yield* expectRefused("reading a deleted entry", job.readEntry(1), "missing")
          yield* expectEqual("the log", yield* job.listEntries, [2])
        })
      )
  }
]
