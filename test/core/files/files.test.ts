import { assert, describe, it } from "@effect/vitest"
import type { Files } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { type FilesSubject, realSubject, simulatedSubject } from "./filesSubjects.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const subjects = { nodeFiles: realSubject, SimulatedFiles: simulatedSubject }

for (const [name, make] of Object.entries(subjects)) {
  const test = (sentence: string, run: (subject: FilesSubject) => Effect.Effect<void, unknown>) =>
    it.live(sentence, () => Effect.flatMap(make, run))

  describe(name, () => {
    test("writes, truncates, appends and reads whole files, large ones too", ({ files, root }) =>
      Effect.gen(function* () {
        const large = new Uint8Array(3_000_001).map((_, index) => index % 251)
        yield* files.write(`${root}/a`, large)
        assert.strictEqual(Buffer.compare(yield* files.read(`${root}/a`), large), 0)
        yield* files.write(`${root}/a`, utf8("short"))
        yield* files.append(`${root}/a`, utf8(", longer"))
        yield* files.append(`${root}/b`, new Uint8Array(0))
        yield* files.sync(`${root}/a`)
        yield* files.syncDirectory(root)
        assert.deepStrictEqual(yield* files.read(`${root}/a`), utf8("short, longer"))
        assert.strictEqual(yield* files.size(`${root}/a`), 13)
        assert.strictEqual(yield* files.size(`${root}/b`), 0)
        assert.deepStrictEqual(yield* files.list(root), ["a", "b"])
      }))

    test("what is read is the caller's: changing it changes no file", ({ files, root }) =>
      Effect.gen(function* () {
        yield* files.write(`${root}/a`, utf8("kept"))
        const read = yield* files.read(`${root}/a`)
        const copy = read.slice()
        read.fill(0)
        assert.deepStrictEqual(copy, utf8("kept"))
        assert.deepStrictEqual(yield* files.read(`${root}/a`), utf8("kept"))
      }))

    test("F2 link refuses an existing name, rename replaces it", ({ files, root }) =>
      Effect.gen(function* () {
        yield* files.write(`${root}/new`, utf8("new"))
        yield* files.write(`${root}/old`, utf8("old"))
        const failure = yield* Effect.flip(files.link(`${root}/new`, `${root}/old`))
        assert.strictEqual(failure.reason, "exists")
        assert.strictEqual(failure.outcome, "none")
        assert.strictEqual(failure.path, `${root}/old`)
        yield* files.rename(`${root}/new`, `${root}/old`)
        assert.deepStrictEqual(yield* files.read(`${root}/old`), utf8("new"))
        assert.deepStrictEqual(yield* files.list(root), ["old"])
      }))

    test("a linked file stays when its other name is removed, and removing nothing succeeds", ({ files, root }) =>
      Effect.gen(function* () {
        yield* files.write(`${root}/a`, utf8("a"))
        yield* files.link(`${root}/a`, `${root}/b`)
        yield* files.remove(`${root}/a`)
        yield* files.remove(`${root}/a`)
        assert.deepStrictEqual(yield* files.list(root), ["b"])
        assert.deepStrictEqual(yield* files.read(`${root}/b`), utf8("a"))
      }))

    test("makes missing parents, and finds an existing directory fine", ({ files, root }) =>
      Effect.gen(function* () {
        yield* files.makeDirectory(`${root}/x/y/z`)
        yield* files.makeDirectory(`${root}/x/y/z`)
        yield* files.makeDirectory(`${root}/x/w`)
        assert.deepStrictEqual(yield* files.list(`${root}/x`), ["w", "y"])
      }))

    test("reports what is missing", ({ files, root }) =>
      Effect.gen(function* () {
        yield* files.makeDirectory(`${root}/d`)
        const none = `${root}/none`
        const failures = [
          files.read(none),
          files.size(none),
          files.list(none),
          files.sync(none),
          files.syncDirectory(none),
          files.link(none, `${root}/x`),
          files.rename(none, `${root}/x`),
          files.write(`${none}/x`, utf8("x")),
          files.append(`${none}/x`, utf8("x")),
          files.link(`${root}/d/none`, `${none}/x`)
        ]
        for (const failing of failures) {
          const failure = yield* Effect.flip(Effect.asVoid(failing))
          assert.deepInclude(failure, { reason: "missing", outcome: "none" })
        }
      }))

    test("refuses a file where a directory should be and the other way round", ({ files, root }) =>
      Effect.gen(function* () {
        yield* files.write(`${root}/file`, utf8("x"))
        yield* files.makeDirectory(`${root}/directory`)
        const failures = [
          files.list(`${root}/file`),
          files.write(`${root}/file/x`, utf8("x")),
          files.write(`${root}/directory`, utf8("x")),
          files.makeDirectory(`${root}/file/x`),
          files.makeDirectory(`${root}/file`)
        ]
        for (const failing of failures) {
          const failure = yield* Effect.flip(Effect.asVoid(failing))
          assert.deepInclude(failure, { reason: "invalid", outcome: "none" })
        }
      }))
  })
}

const names = ["a", "b", "d/a", "d/b", "none/a"] as const

type Step = { readonly operation: keyof Files; readonly path: string; readonly other: string; readonly text: string }

const step: fc.Arbitrary<Step> = fc.record({
  operation: fc.constantFrom<keyof Files>(
    "write",
    "append",
    "sync",
    "link",
    "rename",
    "remove",
    "read",
    "size",
    "list"
  ),
  path: fc.constantFrom(...names),
  other: fc.constantFrom(...names),
  text: fc.string({ maxLength: 8 })
})

const perform = ({ files, root }: FilesSubject, { operation, path, other, text }: Step) => {
  const at = `${root}/${path}`
  switch (operation) {
    case "write":
    case "append":
      return files[operation](at, utf8(text))
    case "link":
    case "rename":
      return files[operation](at, `${root}/${other}`)
    case "list":
      return files.list(path.includes("/") ? `${root}/d` : root)
    default:
      return files[operation](at)
  }
}

/** What a caller learns of every step. */
const runSteps = (subject: FilesSubject, steps: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    yield* subject.files.makeDirectory(`${subject.root}/d`)
    const answers: Array<unknown> = []
    for (const next of steps) {
      const answer = yield* Effect.result<unknown, unknown, never>(perform(subject, next))
      const learned = Result.isSuccess(answer) ? answer.success : answer.failure
      answers.push(
        learned instanceof Uint8Array
          ? [...learned]
          : learned instanceof Error && "reason" in learned
            ? learned.reason
            : (learned ?? "done")
      )
    }
    return answers
  })

describe("SimulatedFiles", () => {
  it("answers every sequence of operations as the real file system does", () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const both = Effect.scoped(
          Effect.all([
            Effect.flatMap(realSubject, (subject) => runSteps(subject, steps)),
            Effect.flatMap(simulatedSubject, (subject) => runSteps(subject, steps))
          ])
        )
        const [real, simulated] = await Effect.runPromise(both)
        assert.deepStrictEqual(simulated, real)
      }),
      { numRuns: 60 }
    ))
})
