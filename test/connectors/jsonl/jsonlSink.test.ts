import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import type { Files } from "@tidemark/core/connector"
import { Fault, FaultPlan, SimulatedFiles } from "@tidemark/core/testing"
import { Effect, Schema } from "effect"

const Line = Schema.Struct({ id: Schema.Number, text: Schema.String })

const open = (files: Files, term = 1) =>
  JsonlFile.sink({ directory: "/out", schema: Line, files }).open({ job: "job", operator: "out", term })

const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "tidemark-jsonl-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true }))
)

it.effect("writes whole lines into a file named by checkpoint, on the real file system", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "new", "out")
    const sink = JsonlFile.sink({ directory, schema: Line })
    const session = yield* sink.open({ job: "job", operator: "out", term: 2 })
    const writer = yield* session.writer(1)
    writer.write({ id: 1, text: "one" })
    const transaction = yield* writer.prepare(12)
    expect((yield* Effect.promise(() => readdir(directory))).filter((name) => !name.startsWith("."))).toEqual([])
    yield* session.commit([transaction])
    expect(yield* Effect.promise(() => readdir(directory))).toEqual(["part-c000000012-t0002-s01.job.out.jsonl"])
    const text = yield* Effect.promise(() =>
      readFile(join(directory, "part-c000000012-t0002-s01.job.out.jsonl"), "utf8")
    )
    expect(text).toBe('{"id":1,"text":"one"}\n')
  })
)

it.effect("a directory that is a file is refused when the sink opens", () =>
  Effect.gen(function* () {
    const path = join(yield* temporaryDirectory, "taken")
    yield* Effect.promise(() => writeFile(path, ""))
    for (const directory of [path, join(path, "below")]) {
      const sink = JsonlFile.sink({ directory, schema: Line })
      const failure = yield* Effect.flip(sink.open({ job: "job", operator: "out", term: 1 }))
      expect(failure.message).toBe(
        `Sink ${directory} could not open: it is a file, or lies below one. Choose another output directory.`
      )
    }
  })
)

it.effect("a directory that is not writable or full is refused when the sink opens, with what to do", () =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    disk.inject(FaultPlan.on({ operation: "write" }, Fault.fail("denied")))
    const denied = yield* Effect.flip(open(disk.files))
    expect(denied).toMatchObject({ operation: "open", reason: "denied", retry: "never" })
    expect(denied.message).toMatch(/^Sink \/out could not open: .*permission denied\. Make the directory writable/)
    disk.inject(FaultPlan.on({ operation: "write" }, Fault.fail("full")))
    expect((yield* Effect.flip(open(disk.files))).message).toMatch(/no space is left on the device\. Free some space/)
  })
)

it.effect("opening leaves nothing behind", () =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    yield* open(disk.files)
    expect(disk.paths()).toEqual([])
  })
)

it.effect("asks to be flushed after a megabyte and then holds nothing back", () =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    const session = yield* open(disk.files)
    const writer = yield* session.writer(0)
    const text = "x".repeat(1000)
    let records = 0
    while (!writer.isFull()) writer.write({ id: records++, text })
    expect(records).toBeGreaterThan(1000)
    yield* writer.flush
    expect(writer.isFull()).toBe(false)
    expect(yield* writer.prepare(1)).toMatchObject({ checkpoint: 1, records })
  })
)

it.effect("a record that does not fit the schema is refused by `write`, and shown", () =>
  Effect.gen(function* () {
    const writer = yield* (yield* open(SimulatedFiles.make().files)).writer(0)
    expect(() => writer.write({ id: Number.NaN, text: "a" })).toThrow(
      'Sink /out could not write: a record does not fit the schema: Expected a finite number at ["id"]. ' +
        'Record: {"id":null,"text":"a"}. Correct the pipeline or the schema.'
    )
  })
)

it.effect("J3 a prepared file that was removed is a failure that names both files", () =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    const session = yield* open(disk.files)
    const writer = yield* session.writer(0)
    writer.write({ id: 1, text: "" })
    const transaction = yield* writer.prepare(1)
    yield* disk.files.remove("/out/.tm.job.out.t0001-s00-n000000.inprogress")
    const failure = yield* Effect.flip(session.commit([transaction]))
    expect(failure).toMatchObject({ reason: "missing", retry: "never" })
    expect(failure.message).toContain(".tm.job.out.t0001-s00-n000000.inprogress")
    expect(failure.message).toContain("part-c000000001-t0001-s00.job.out.jsonl")
  })
)

it.effect("J1 a published file of another size is reported, not overwritten", () =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    const session = yield* open(disk.files)
    const writer = yield* session.writer(0)
    writer.write({ id: 1, text: "" })
    const transaction = yield* writer.prepare(1)
    const part = "/out/part-c000000001-t0001-s00.job.out.jsonl"
    yield* disk.files.write(part, new Uint8Array(3))
    expect((yield* Effect.flip(session.commit([transaction]))).message).toMatch(/has 3 bytes instead of the \d+/)
    expect(yield* disk.files.size(part)).toBe(3)
  })
)

it.effect("J2 files of users and of other jobs stay, through rollback and rewind", () =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    const foreign = [
      "/out/notes.txt",
      "/out/part-1.jsonl",
      "/out/.hidden",
      "/out/part-c000000009-t0001-s00.job2.out.jsonl",
      "/out/.tm.job2.out.t0001-s00-n000000.inprogress"
    ]
    yield* disk.files.makeDirectory("/out")
    for (const path of foreign) yield* disk.files.write(path, new Uint8Array(1))
    const session = yield* open(disk.files, 5)
    yield* session.rollback([])
    yield* session.rewind?.(null) ?? Effect.die("a jsonl sink rewinds")
    expect(disk.paths().map((path) => `/${path}`)).toEqual([...foreign].sort())
  })
)

it.effect("a transaction of another sink is refused", () =>
  Effect.gen(function* () {
    const session = yield* open(SimulatedFiles.make().files)
    const failure = yield* Effect.flip(session.commit([{ hidden: 1 }]))
    expect(failure).toMatchObject({ reason: "schema", operation: "commit" })
  })
)

it.effect("one window may fire more than a chunk before the task gets to flush: every line is in the part", () =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    const session = yield* open(disk.files)
    const writer = yield* session.writer(0)
    const text = "x".repeat(1_000)
    for (let id = 0; id < 3_000; id++) writer.write({ id, text })
    expect(writer.isFull()).toBe(true)
    const transaction = yield* writer.prepare(1)
    expect(transaction).toMatchObject({ records: 3_000 })
    yield* session.commit([transaction])
    const part = (yield* disk.files.list("/out")).find((name) => name.startsWith("part-")) ?? ""
    const lines = new TextDecoder()
      .decode(yield* disk.files.read(join("/out", part)))
      .trimEnd()
      .split("\n")
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(Array.from({ length: 3_000 }, (_, id) => id))
  })
)

it.effect("W3 a second run of the same job with another log does not write into the first one's file", () =>
  Effect.gen(function* () {
    const disk = SimulatedFiles.make()
    const first = yield* (yield* open(disk.files)).writer(0)
    first.write({ id: 1, text: "first" })
    yield* first.flush
    const second = yield* (yield* open(disk.files)).writer(0)
    second.write({ id: 2, text: "second" })
    const failure = yield* Effect.flip(second.flush)
    expect(failure.message).toContain("another run of the same job with another checkpoint directory writes here")
  })
)

it("an empty directory is refused at once", () => {
  expect(() => JsonlFile.sink({ directory: " ", schema: Line })).toThrow(/Name an output directory/)
})
