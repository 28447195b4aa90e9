/** Scenarios over the objects of a backend. */
import * as Effect from "effect/Effect"
import type { BackendScenario } from "./BackendScenario.ts"
import {
  expect,
  expectBytes,
  expectEqual,
  expectRefused,
  isSameBytes,
  patternBytes,
  utf8,
  withJob
} from "./expectations.ts"

const eightMegabytes = 8 * 1024 * 1024

const refusedNames = [
  "",
  ".",
  "..",
  "a/../b",
  "../a",
  "/a",
  "a/",
  "a//b",
  ".hidden",
  "a/.b",
  "a\\b",
  "a b",
  "a\0",
  "é",
  "x".repeat(256)
]

export const objectScenarios: ReadonlyArray<BackendScenario> = [
  {
    name: "B1 an object reads back as it was written, empty and 8 MB ones too",
    run: (connect) =>
      withJob(connect(), (job) =>
        Effect.forEach(
          [0, 1, 4096, eightMegabytes],
          Effect.fnUntraced(function* (size) {
            const bytes = patternBytes(size, size % 251)
            yield* job.createObject(`1/${size}.state`, bytes)
            yield* expectBytes(`an object of ${size} bytes`, yield* job.readObject(`1/${size}.state`), bytes)
          }),
          { discard: true }
        )
      )
  },
  {
    name: "B6 an object and an entry are what they were, whatever becomes of the bytes they were written from",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          const bytes = patternBytes(4096, 7)
          yield* job.createObject("1/given", bytes)
          yield* job.appendEntry(1, bytes)
          bytes.fill(0)
          yield* expectBytes("the object", yield* job.readObject("1/given"), patternBytes(4096, 7))
          yield* expectBytes("the entry", yield* job.readEntry(1), patternBytes(4096, 7))
        })
      )
  },
  {
    name: "B1 an object that exists is not overwritten",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          yield* job.createObject("1/a", utf8("first"))
          yield* expectRefused("a second create of one name", job.createObject("1/a", utf8("second")), "exists")
          yield* expectBytes("the object", yield* job.readObject("1/a"), utf8("first"))
        })
      )
  },
  {
    name: "B1 of writers that create one object at the same time exactly one succeeds, and its bytes stand",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          const writers = [0, 1, 2, 3, 4, 5, 6, 7]
          const won = yield* Effect.forEach(
            writers,
            (writer) =>
              job.createObject("1/contested", patternBytes(10_000, writer)).pipe(
                Effect.as([writer]),
                Effect.catchIf(
                  (failure) => failure.reason === "exists",
                  () => Effect.succeed([])
                )
              ),
            { concurrency: "unbounded" }
          )
          yield* expectEqual("the number of writers that created one object", won.flat().length, 1)
          const found = yield* job.readObject("1/contested")
          yield* expect(
            won.flat().every((writer) => isSameBytes(found, patternBytes(10_000, writer))),
            "the object does not hold the bytes of the writer that was told it succeeded"
          )
        })
      )
  },
  {
    name: "what a caller does to its bytes later changes no object and no entry",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          const bytes = utf8("kept")
          yield* job.createObject("1/a", bytes)
          yield* job.appendEntry(1, bytes)
          bytes.fill(0)
          const read = yield* job.readObject("1/a")
          yield* expectBytes("the object", read, utf8("kept"))
          read.fill(0)
          yield* expectBytes("the object, read again", yield* job.readObject("1/a"), utf8("kept"))
          yield* expectBytes("the entry", yield* job.readEntry(1), utf8("kept"))
        })
      )
  },
  {
    name: "objects are listed with their sizes, sorted by name",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          yield* expectEqual("the list of a new job", yield* job.listObjects, [])
          const names = ["2/10/x", "10/a", "2/9/x", "a", "B", "a.b", "a-b", "a_b", "a~2fb", "a/b"]
          for (const [index, name] of names.entries()) yield* job.createObject(name, patternBytes(index, 0))
          const expected = names.map((name, size) => ({ name, size })).sort((a, b) => (a.name < b.name ? -1 : 1))
          yield* expectEqual("the list", yield* job.listObjects, expected)
        })
      )
  },
  {
    name: "a missing object is reported with its path",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          const failure = yield* expectRefused(
            "reading an object that is not there",
            job.readObject("1/none"),
            "missing"
          )
          yield* expectEqual("the path in the failure", failure.path, job.pathOf({ object: "1/none" }))
        })
      )
  },
  {
    name: "deleting an object is idempotent and leaves the others alone",
    run: (connect) =>
      withJob(
        connect(),
        Effect.fnUntraced(function* (job) {
          yield* job.deleteObject("1/never")
          yield* job.createObject("1/a", utf8("a"))
          yield* job.createObject("1/b", utf8("b"))
          yield* job.deleteObject("1/a")
          yield* job.deleteObject("1/a")
          yield* expectRefused("reading a deleted object", job.readObject("1/a"), "missing")
          yield* expectEqual("the list", yield* job.listObjects, [{ name: "1/b", size: 1 }])
        })
      )
  },
  {
    name: "object names that are empty, hidden, too long or lead elsewhere are refused",
    run: (connect) =>
      withJob(connect(), (job) =>
        Effect.forEach(
          refusedNames,
          Effect.fnUntraced(function* (name) {
            const quoted = JSON.stringify(name)
            yield* expectRefused(`creating ${quoted}`, job.createObject(name, utf8("x")), "invalid")
            yield* expectRefused(`reading ${quoted}`, job.readObject(name), "invalid")
            yield* expectRefused(`deleting ${quoted}`, job.deleteObject(name), "invalid")
          }),
          { discard: true }
        )
      )
  }
]
