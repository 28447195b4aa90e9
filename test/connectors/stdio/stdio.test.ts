import { PassThrough, Writable } from "node:stream"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Stdio } from "@tidemark/connectors/stdio"
import { Job, Pipeline, Trigger } from "@tidemark/core"
import { Effect, Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { until } from "../../support/until.ts"

const Item = Schema.Struct({ id: Schema.Int })

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `${JSON.stringify({ id: from + index })}\n`).join("")

const ids = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)

const run = (pipeline: Pipeline, storage = MemoryStorage.make()) =>
  Job.runPromise({
    pipeline,
    checkpoint: { storage, trigger: Trigger.every("10 millis") },
    restart: { initialDelay: "1 millis" }
  })

describe("standard input", () => {
  it("reads JSON lines to the end of the stream, cut anywhere, without a last line break", async () => {
    const input = new PassThrough()
    const sink = Collection.sink({ schema: Item })
    const done = run(
      Pipeline.make("in")
        .from("stdin", Stdio.source({ schema: Item, input }))
        .to("out", sink)
    )
    const text = `${lines(0, 50)}\n{"id":50}`
    for (let at = 0; at < text.length; at += 7) input.write(text.slice(at, at + 7))
    input.end()
    expect((await done).outcome).toBe("finished")
    expect(sink.records()).toEqual(ids(51).map((id) => ({ id })))
  })

  it("a failure within the process loses nothing: what no checkpoint covers is read again", async () => {
    const input = new PassThrough()
    const sink = Collection.sink({ schema: Item })
    let failures = 0
    const pipeline = Pipeline.make("in")
      .from("stdin", Stdio.source({ schema: Item, input }))
      .filter(({ id }) => {
        if (id % 300 === 299 && failures < id / 300) {
          failures++
          throw new Error("now and then")
        }
        return true
      })
      .to("out", sink)
    const done = run(pipeline)
    for (let from = 0; from < 1_000; from += 100) {
      input.write(lines(from, from + 100))
      await new Promise(setImmediate)
    }
    input.end()
    const report = await done
    expect(failures).toBe(3)
    expect(report.restarts).toBe(3)
    expect(sink.records().map(({ id }) => id)).toEqual(ids(1_000))
  })

  it("says in explain what it promises, and that one thread reads it", () => {
    const pipeline = Pipeline.make("in").from("stdin", Stdio.textSource()).to("out", Stdio.textSink())
    const text = Pipeline.explain(Result.getOrThrow(Pipeline.compile(pipeline)), { parallelism: 1 })
    expect(text).toContain("standard input, lines (cannot be read again: at most once over a crash)")
    expect(text).toContain("standard output, lines (at least once) (immediate)")
  })

  it("a bad or oversized line fails with its number, or is skipped if asked", async () => {
    const failing = (text: string, options: object = {}) => {
      const input = new PassThrough()
      input.end(text)
      const sink = Collection.sink({ schema: Item })
      const source = Stdio.source({ schema: Item, input, ...options })
      return { sink, done: run(Pipeline.make("in").from("stdin", source).to("out", sink)) }
    }
    await expect(failing('{"id":1}\nnope\n').done).rejects.toThrow(/line 2 is malformed/)
    await expect(failing('{"id":"x"}\n').done).rejects.toThrow(/line 1 does not fit the schema/)
    await expect(failing(`{"id":1}\n${"x".repeat(100)}\n`, { lineBytesMax: 50 }).done).rejects.toThrow(
      /longer than 50 bytes \(100/
    )
    const { done, sink } = failing('nope\n{"id":1}\n{"id":2,"__proto__":{"polluted":true}}\n', { onMalformed: "skip" })
    expect(await done).toMatchObject({ skippedRecords: 1 })
    expect(sink.records()).toEqual([{ id: 1 }, { id: 2 }])
    expect("polluted" in {}).toBe(false)
  })
})

describe("standard output", () => {
  const collecting = () => {
    let text = ""
    const output = new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        text += chunk
        setImmediate(done)
      }
    })
    return { output, text: () => text }
  }

  it("writes every record before the checkpoint that covers it completes, under back-pressure, too", async () => {
    const { output, text } = collecting()
    const records = ids(20_000).map((id) => ({ id }))
    const pipeline = Pipeline.make("out")
      .from("items", Collection.source({ schema: Item, records, splits: 2 }))
      .to("stdout", Stdio.sink({ schema: Item, output }))
    await run(pipeline)
    const written = text()
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line))
    expect(written.toString()).toBe(records.toString())
    expect(written).toHaveLength(20_000)
  })

  it("a record is written although none follows and no checkpoint is taken", async () => {
    const { output, text } = collecting()
    const input = new PassThrough()
    input.write("first\n")
    const started = Effect.gen(function* () {
      yield* Job.start({
        pipeline: Pipeline.make("echo")
          .from("in", Stdio.textSource({ input }))
          .to("stdout", Stdio.textSink({ output })),
        checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.manual }
      })
      yield* until(() => text() === "first\n")
    })
    await Effect.runPromise(Effect.scoped(started))
  })

  it("a pipe that its reader closes fails the job in clear words, once", async () => {
    const output = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }))
    })
    const pipeline = Pipeline.make("out")
      .from("items", Collection.source({ schema: Item, records: ids(10).map((id) => ({ id })) }))
      .to("stdout", Stdio.sink({ schema: Item, output }))
    await expect(run(pipeline)).rejects.toThrow(/has closed the pipe/)
  })
})
