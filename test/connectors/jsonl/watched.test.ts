import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Job, Pipeline, Trigger } from "@tidemark/core"
import type { Polled } from "@tidemark/core/connector"
import type { CheckpointStorage } from "@tidemark/core/storage"
import { Effect, Schema } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { readSource } from "../../support/readSource.ts"
import { until } from "../../support/until.ts"

const Item = Schema.Struct({ file: Schema.Number, item: Schema.Number })
type Item = typeof Item.Type

let directory = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-watched-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

const itemsPerFile = 40

/** Puts whole files into the directory, as a producer does: under a hidden name first. */
const drop = (from: number, to: number): void => {
  for (let file = from; file < to; file++) {
    const lines = Array.from({ length: itemsPerFile }, (_, item) => JSON.stringify({ file, item } satisfies Item))
    writeFileSync(join(directory, `.${file}`), `${lines.join("\n")}\n`)
    renameSync(join(directory, `.${file}`), join(directory, `file-${file}.jsonl`))
  }
}

const watching = (options: { readonly forgetRemoved?: boolean } = {}) =>
  JsonlFile.source({ path: directory, schema: Item, watch: { every: "5 millis", ...options } })

const makeRun = () => {
  const sink = Collection.sink({ schema: Item })
  const storage: CheckpointStorage = MemoryStorage.make()
  return {
    shown: () => sink.records().map(({ file, item }) => `${file}-${item}`),
    /** Runs until the output holds all items of so many files, then stops with a checkpoint or is cut off. */
    until: (
      files: number,
      options: {
        readonly parallelism: number
        readonly cutsOff?: boolean
        readonly source?: ReturnType<typeof watching>
      }
    ) =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const pipeline = Pipeline.make("watched")
              .from("files", options.source ?? watching())
              .to("out", sink)
            const job = yield* Job.start({
              pipeline,
              parallelism: options.parallelism,
              checkpoint: { storage, trigger: Trigger.every("10 millis") }
            })
            yield* until(() => sink.records().length >= files * itemsPerFile)
            if (options.cutsOff === true) return null
            yield* job.stop()
            return yield* job.await
          })
        )
      )
  }
}

const expected = (files: number): ReadonlyArray<string> =>
  Array.from(
    { length: files * itemsPerFile },
    (_, index) => `${Math.floor(index / itemsPerFile)}-${index % itemsPerFile}`
  )

describe("a watched directory", () => {
  it("files that appear while the job runs are read once, over cuts, stops and other parallelisms", async () => {
    const run = makeRun()
    drop(0, 3)
    const first = run.until(9, { parallelism: 2, cutsOff: true })
    drop(3, 9)
    await first
    drop(9, 14)
    await run.until(14, { parallelism: 3 })
    await run.until(14, { parallelism: 3 })
    drop(14, 17)
    await run.until(17, { parallelism: 1, cutsOff: true })
    drop(17, 20)
    await run.until(20, { parallelism: 4 })
    expect(run.shown().toSorted()).toEqual(expected(20).toSorted())
  })

  it("begins with an empty directory, and finished files may be taken away between two runs", async () => {
    const run = makeRun()
    const first = run.until(2, { parallelism: 2 })
    drop(0, 2)
    await first
    unlinkSync(join(directory, "file-0.jsonl"))
    drop(2, 3)
    await run.until(3, { parallelism: 2 })
    expect(run.shown().toSorted()).toEqual(expected(3).toSorted())
  })

  it("a file that changes after it appeared fails the job instead of being read short", async () => {
    drop(0, 1)
    const next = (polls: () => Polled<Item>, tag: Polled<Item>["_tag"]) =>
      Effect.gen(function* () {
        for (;;) {
          const polled = polls()
          if (polled._tag === tag) return polled
          yield* Effect.yieldNow
        }
      })
    const found = Effect.gen(function* () {
      const reader = yield* watching().open({ operator: "files", subtask: 0, owns: () => true, wake: () => {} })
      yield* next(() => reader.poll(10), "SplitsFound")
      writeFileSync(join(directory, "file-0.jsonl"), "{}\n")
      return yield* next(() => reader.poll(10), "Failed")
    })
    const failed = await Effect.runPromise(Effect.scoped(found))
    expect(failed).toMatchObject({ failure: { reason: "changed", retry: "never" } })
    expect(failed).toMatchObject({
      failure: { message: expect.stringMatching(/file-0.jsonl: it changed from \d+ to 3 bytes/) }
    })
  })

  it("forgets finished files that are gone if asked, and reads one that comes back", async () => {
    const run = makeRun()
    const source = watching({ forgetRemoved: true })
    drop(0, 1)
    await run.until(1, { parallelism: 1, source })
    unlinkSync(join(directory, "file-0.jsonl"))
    drop(1, 2)
    await run.until(2, { parallelism: 2, source })
    drop(0, 1)
    await run.until(3, { parallelism: 2, source })
    expect(run.shown().filter((item) => item === "0-0")).toHaveLength(2)
  })

  it("a directory that is missing or a file is refused", async () => {
    const discover = (path: string) =>
      Effect.runPromise(Effect.flip(JsonlFile.source({ path, schema: Item, watch: true }).discover))
    drop(0, 1)
    expect((await discover(join(directory, "nothing"))).message).toMatch(/does not exist/)
    expect((await discover(join(directory, "file-0.jsonl"))).message).toMatch(/it is a file/)
  })
})

describe("patterns", () => {
  it("a pattern of file names reads the files that fit, and no hidden ones", async () => {
    drop(0, 12)
    writeFileSync(join(directory, ".file-1.jsonl"), "not JSON")
    const source = JsonlFile.source({ path: join(directory, "file-1*.jsonl"), schema: Item })
    const splits = await Effect.runPromise(source.discover)
    expect(splits.map(({ id }) => id)).toEqual(["1", "10", "11"].map((n) => join(directory, `file-${n}.jsonl`)))
    const { values } = await Effect.runPromise(readSource(source, { splits }))
    expect(new Set(values.map(({ file }) => file))).toEqual(new Set([1, 10, 11]))
    const none = JsonlFile.source({ path: join(directory, "nothing-?.jsonl"), schema: Item })
    expect((await Effect.runPromise(Effect.flip(none.discover))).message).toMatch(/no file fits the pattern/)
  })
})
