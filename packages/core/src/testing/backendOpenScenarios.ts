/** Scenarios over opening a backend: locks, readers, names of jobs, what stays. */
import * as Effect from "effect/Effect"
import { StorageLocked } from "../model/errors.ts"
import type { BackendScenario } from "./BackendScenario.ts"
import { expect, expectBytes, expectEqual, expectRefused, holder, utf8, withJob } from "./expectations.ts"
import { ScenarioFailed } from "./ScenarioFailed.ts"

const oddNames = [
  "job",
  "Job",
  "JOB",
  "a/b",
  "a~2fb",
  "a b",
  "..",
  ".",
  "~",
  ".lock",
  "log",
  "é",
  "e\u0301",
  "名前",
  "🌊",
  "a\nb",
  "-",
  "0"
]

const refusedJobs = ["", "\ud800", "x".repeat(256), "名".repeat(100)]

export const openScenarios: ReadonlyArray<BackendScenario> = [
  {
    name: "a job that is open for writing is locked, and the refusal names the holder",
    run: Effect.fnUntraced(function* (connect) {
      const storage = connect()
      const second = { name: "process 2", since: "2002-02-02T00:00:00.000Z" }
      yield* withJob(
        storage,
        Effect.fnUntraced(function* (job) {
          const refusal = yield* Effect.scoped(storage.open("job", second)).pipe(
            Effect.flip,
            Effect.mapError(
              () => new ScenarioFailed({ problem: "a second open succeeded while the first one holds the job" })
            )
          )
          if (!(refusal instanceof StorageLocked)) return yield* refusal
          yield* expectEqual("the holder in the refusal", refusal.holder, holder.name)
          yield* expectEqual("since when it holds", refusal.since, holder.since)
          // The refused open has not harmed the first.
          yield* expectEqual("an append of the holder", yield* job.appendEntry(1, utf8("1")), "appended")
        })
      )
      yield* withJob(storage, (job) => Effect.flatMap(job.listEntries, (slots) => expectEqual("the log", slots, [1])))
    })
  },
  {
    name: "the lock is given back when the scope closes by a failure or an interruption",
    run: Effect.fnUntraced(function* (connect) {
      const storage = connect()
      yield* Effect.exit(withJob(storage, () => Effect.fail("a failure")))
      yield* Effect.exit(withJob(storage, () => Effect.interrupt))
      yield* Effect.exit(withJob(storage, () => Effect.die("a defect")))
      yield* withJob(storage, () => Effect.void)
    })
  },
  {
    name: "two jobs can be open at the same time",
    run: (connect) => {
      const storage = connect()
      return withJob(storage, (first) =>
        withJob(
          storage,
          Effect.fnUntraced(function* (second) {
            yield* first.appendEntry(1, utf8("first"))
            yield* second.appendEntry(1, utf8("second"))
            yield* expectBytes("the first job's entry", yield* first.readEntry(1), utf8("first"))
            yield* expectBytes("the second job's entry", yield* second.readEntry(1), utf8("second"))
          }),
          "other"
        )
      )
    }
  },
  {
    name: "B2 what was answered is there after the store was opened again",
    run: Effect.fnUntraced(function* (connect) {
      yield* withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          yield* job.createObject("1/a", utf8("a"))
          yield* job.createObject("1/b", utf8("bb"))
          yield* job.deleteObject("1/a")
          yield* job.appendEntry(1, utf8("1"))
          yield* job.appendEntry(2, utf8("2"))
          yield* job.deleteEntry(1)
        })
      )
      yield* withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          yield* expectEqual("the list", yield* job.listObjects, [{ name: "1/b", size: 2 }])
          yield* expectBytes("the object", yield* job.readObject("1/b"), utf8("bb"))
          yield* expectEqual("the log", yield* job.listEntries, [2])
          yield* expectBytes("the entry", yield* job.readEntry(2), utf8("2"))
          yield* expectEqual("an append at a taken slot", yield* job.appendEntry(2, utf8("x")), "taken")
        })
      )
    })
  },
  {
    name: "a reader needs no lock and sees what is written while it reads",
    run: (connect) => {
      const storage = connect()
      return withJob(
        storage,
        Effect.fnUntraced(function* (job) {
          const reader = yield* storage.inspect("job")
          yield* job.createObject("1/a", utf8("a"))
          yield* job.appendEntry(1, utf8("1"))
          yield* expectEqual("the list", yield* reader.listObjects, [{ name: "1/a", size: 1 }])
          yield* expectBytes("the object", yield* reader.readObject("1/a"), utf8("a"))
          yield* expectEqual("the log", yield* reader.listEntries, [1])
          yield* expectBytes("the entry", yield* reader.readEntry(1), utf8("1"))
        })
      )
    }
  },
  {
    name: "a job that was never opened cannot be inspected, and trying it creates nothing",
    run: Effect.fnUntraced(function* (connect) {
      const storage = connect()
      yield* expectRefused("inspecting an unknown job", storage.inspect("job"), "missing")
      yield* expectRefused("inspecting it again", storage.inspect("job"), "missing")
      yield* expectEqual("the jobs of an empty store", yield* storage.jobs, [])
    })
  },
  {
    name: "odd names of jobs are kept apart and listed as they were given",
    run: Effect.fnUntraced(function* (connect) {
      const storage = connect()
      for (const name of oddNames) yield* withJob(storage, (job) => job.appendEntry(1, utf8(name)), name)
      yield* withJob(storage, (job) => job.createObject("1/a", utf8("no entry")), "without a log")
      yield* expectEqual("the list of jobs", yield* storage.jobs, [...oddNames].sort())
      for (const name of oddNames) {
        const reader = yield* storage.inspect(name)
        yield* expectBytes(`the entry of ${JSON.stringify(name)}`, yield* reader.readEntry(1), utf8(name))
      }
    })
  },
  {
    name: "a job without a name, or with one that cannot be stored, is refused",
    run: (connect) =>
      Effect.forEach(
        refusedJobs,
        Effect.fnUntraced(function* (name) {
          const storage = connect()
          const quoted = JSON.stringify(name).slice(0, 20)
          const failure = yield* expectRefused(
            `opening ${quoted}`,
            withJob(storage, () => Effect.void, name),
            "invalid"
          )
          yield* expect(failure.message.length < 1000, "the message repeats a long name in full")
          yield* expectRefused(`inspecting ${quoted}`, storage.inspect(name), "invalid")
        }),
        { discard: true }
      )
  }
]
