import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Aggregate, Job, type JobOptions, Pipeline, Trigger, Window } from "@tidemark/core"
import type { CheckpointStorage } from "@tidemark/core/storage"
import { readLog } from "@tidemark/core/storage"
import { Effect, Result } from "effect"
import { describe, expect, it } from "vitest"
import { encodeLogEntry } from "../../../packages/core/src/storage/LogEntry.ts"
import { countJob, shownCounts, Word, WordCount, words } from "../../support/countJob.ts"
import { pacedSource } from "../../support/pacedSource.ts"
import { until } from "../../support/until.ts"

/** Runs a job until it has completed so many checkpoints, and stops it at once, without another one. */
const runAndAbandon = (job: JobOptions, completed: number, shows = true) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const handle = yield* Job.start(job)
        const isFarEnough = () => {
          const { checkpoints, recordsOut } = handle.report()
          return checkpoints.completed >= completed && (recordsOut > 0 || !shows)
        }
        yield* until(isFarEnough)
      })
    )
  )

/** Completes one checkpoint and then, stopping, another; both show output. */
const runUntilBothShow = (job: JobOptions) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const handle = yield* Job.start(job)
        yield* until(() => handle.report().recordsOut > 0)
        yield* handle.triggerCheckpoint
        const shown = handle.report().recordsOut
        yield* until(() => handle.report().recordsOut > shown)
        yield* handle.stop()
        yield* handle.await
      })
    )
  )

const entriesOf = (storage: CheckpointStorage) =>
  Effect.runPromise(Effect.flatMap(storage.inspect("word-count"), (reader) => reader.listEntries))

const failureOf = async (job: JobOptions): Promise<string> => {
  const result = await Effect.runPromise(Effect.result(Job.run(job)))
  return Result.isFailure(result) ? result.failure.message : "did not fail"
}

/** Flips a bit in, or removes, the newest checkpoint's state objects of one task. */
const damageNewest = (storage: CheckpointStorage, how: "flip" | "truncate" | "remove") =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const job = yield* storage.open("word-count", { name: "the test", since: "now" })
        const { view } = yield* readLog(job)
        const newest = view.completed.at(-1)?.manifest
        const object = newest?.tasks.at(-1)?.subtasks[0]?.object ?? ""
        const bytes = yield* job.readObject(object)
        yield* job.deleteObject(object)
        const flipped = bytes.map((byte, i) => (i === bytes.length - 3 ? byte ^ 4 : byte))
        if (how !== "remove") yield* job.createObject(object, how === "flip" ? flipped : bytes.slice(0, -5))
        return { id: newest?.id ?? 0, completed: view.completed.length }
      })
    )
  )

const neverShown = () => countJob({ isEndless: true, records: words(4_000) })

describe("resuming", () => {
  it("rule 10: a job that has finished says so and changes nothing", async () => {
    const { expected, job, sink, storage } = countJob()
    await Job.runPromise(job)
    const before = await entriesOf(storage)
    const again = await Job.runPromise(job)
    expect(again).toMatchObject({ outcome: "alreadyEnded", recordsIn: 0, position: { records: 2_000 } })
    expect(await entriesOf(storage)).toEqual(before)
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("rule 10: a cancelled job resumes from the latest, but not on failure", async () => {
    const { job } = countJob({ records: words(20_000) })
    const run = Effect.gen(function* () {
      const handle = yield* Job.start(job)
      yield* until(() => handle.report().checkpoints.completed > 1)
      yield* handle.cancel
      return yield* handle.await
    })
    expect((await Effect.runPromise(Effect.scoped(run))).outcome).toBe("cancelled")
    expect((await Job.runPromise(job)).outcome).toBe("alreadyEnded")
    const latest = await Job.runPromise({ ...job, resume: "latest" })
    expect(latest.outcome).toBe("finished")
    expect(latest.restored).not.toBeNull()
  })

  it("S9 an abandoned run goes on from its newest checkpoint", async () => {
    const records = words(20_000)
    const { expected, job, sink } = countJob({ records })
    await runAndAbandon(job, 3)
    const report = await Job.runPromise({ ...job, parallelism: 3 })
    expect(report.restored).toBeGreaterThanOrEqual(3)
    expect(report.recordsIn).toBeLessThan(records.length)
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("a checkpoint named by the user that does not stand is refused with those that do", async () => {
    const { job } = countJob({ records: words(20_000) })
    await runAndAbandon(job, 2)
    expect(await failureOf({ ...job, resume: { from: 4_711 } })).toMatch(
      /no completed checkpoint or savepoint 4711 \(available: [\d, ]+\)/
    )
  })
})

describe("rule 8: the sink is the witness", () => {
  it("starting over into a full target is refused, with the choices", async () => {
    const { expected, job, sink, storage } = countJob({ records: words(20_000) })
    await runAndAbandon(job, 3)
    const before = await entriesOf(storage)
    const message = await failureOf({ ...job, resume: "never" })
    expect(message).toMatch(/Sink "shown" shows output of checkpoint \d+ .* newer than an empty start/)
    expect(message).toMatch(/Repair the damaged checkpoint, use another output/)
    // Nothing was changed: the log is as it was, and the job still resumes from its newest checkpoint.
    expect(await entriesOf(storage)).toEqual(before)
    expect((await Job.runPromise(job)).restored).not.toBeNull()
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  for (const how of ["flip", "truncate", "remove"] as const) {
    it(`a damaged newest checkpoint (${how}) whose output is visible is refused, naming both`, async () => {
      const { job, storage } = countJob({ records: words(20_000) })
      await runUntilBothShow({ ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.manual } })
      const { completed, id } = await damageNewest(storage, how)
      expect(completed).toBe(2)
      const message = await failureOf(job)
      expect(message).toContain(`shows output of checkpoint ${id}`)
      expect(message).toMatch(/newer than checkpoint \d+/)
    })

    it(`a damaged newest checkpoint (${how}) without visible output gives way to the one before`, async () => {
      // All records fall into one window: nothing is shown before the end of the input.
      const records = words(4_000).map((word, i) => ({ ...word, at: i / 10 }))
      const first = countJob({ isEndless: true, records })
      const { sink, storage } = first
      await runAndAbandon({ ...first.job, checkpoint: { ...first.job.checkpoint, retained: 100 } }, 3, false)
      const { completed, id } = await damageNewest(storage, how)
      expect(completed).toBeGreaterThan(1)
      const again = countJob({ storage, sink, records })
      const report = await Job.runPromise(again.job)
      expect(report.checkpoints.corrupt).toEqual([id])
      expect(report.restored).toBeLessThan(id)
      expect(shownCounts(sink.records())).toEqual(again.expected)
      const { view } = await Effect.runPromise(Effect.flatMap(storage.inspect("word-count"), readLog))
      expect(view.corrupt.map(({ manifest }) => manifest.id)).toEqual([id])
    })
  }

  it("if every checkpoint is damaged the job refuses and names each object", async () => {
    const { job, storage } = countJob({ records: words(20_000) })
    await runAndAbandon({ ...job, checkpoint: { ...job.checkpoint, retained: 1 } }, 2)
    await damageNewest(storage, "flip")
    const message = await failureOf(job)
    expect(message).toMatch(/no checkpoint that can be restored: State object memory word-count\/objects\//)
  })
})

describe("a pipeline that changed since the checkpoint", () => {
  const changed = (uid: string, result: "count" | "sum", sink: string, size = "1 second" as "1 second" | "2 seconds") =>
    Pipeline.make("word-count")
      .from("words", pacedSource({ schema: Word, records: words(2_000), splits: 4, perPoll: 20 }))
      .eventTime((word) => word.at)
      .keyBy("word")
      .window(Window.tumbling(size))
      .aggregate(uid, { count: result === "count" ? Aggregate.count : Aggregate.sum("at") })
      .map(({ key, value, window }) => ({ word: key, start: window.start, count: value.count }), { schema: WordCount })
      .to(sink, Collection.sink({ schema: WordCount }))

  const cases = [
    ["renamed operator", changed.bind(null, "tallies", "count"), /Operator "counts" .* no longer in the pipeline/],
    ["changed state", changed.bind(null, "counts", "sum"), /state "windows" of operator "counts"/],
    [
      "changed window",
      (sink: string) => changed("counts", "count", sink, "2 seconds"),
      /Operator "counts" was a tumbling window of 1 s\w* and is now a tumbling window of 2 s\w*/
    ]
  ] as const

  for (const [name, make, message] of cases) {
    it(`${name}: listed by name, nothing touched`, async () => {
      const { job, storage } = neverShown()
      await runAndAbandon(job, 2)
      const before = await entriesOf(storage)
      const failure = await failureOf({ ...job, pipeline: make("shown") })
      expect(failure).toMatch(message)
      expect(failure).toContain("Nothing was touched")
      expect(await entriesOf(storage)).toEqual(before)
    })
  }

  it("other splits than the frozen ones are named, not left unread", async () => {
    const { job, storage, sink } = countJob({ records: words(20_000), splits: 4 })
    await runAndAbandon(job, 2)
    const again = countJob({ records: words(20_000), splits: 6, storage, sink })
    const message = await failureOf(again.job)
    expect(message).toContain("its splits are not those that the job began with. New: split-4, split-5.")
  })

  it("a sink that was renamed is listed", async () => {
    const { job } = neverShown()
    await runAndAbandon(job, 2)
    expect(await failureOf({ ...job, pipeline: changed("counts", "count", "elsewhere") })).toMatch(
      /Operator "shown" \(sink\) is in the checkpoint but no longer in the pipeline/
    )
  })

  it("another number of key groups is named", async () => {
    const { job, storage } = neverShown()
    await runAndAbandon(job, 2)
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const opened = yield* storage.open("word-count", { name: "the test", since: "now" })
          const { view } = yield* readLog(opened)
          const newest = view.completed.at(-1)?.manifest
          if (newest === undefined) return
          const foreign = encodeLogEntry({ ...newest, id: newest.id + 1, keyGroups: 64 })
          yield* opened.appendEntry(view.lastSlot + 1, foreign)
        })
      )
    )
    expect(await failureOf(job)).toContain("It has 64 key groups and this version uses 128.")
  })

  it("a log entry of a newer format is refused", async () => {
    const { job, storage } = neverShown()
    await runAndAbandon(job, 1)
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const opened = yield* storage.open("word-count", { name: "the test", since: "now" })
          const last = (yield* opened.listEntries).at(-1) ?? 0
          const entry = encodeLogEntry({ _tag: "End", term: 9, end: "cancelled", at: "2030-01-01T00:00:00.000Z" })
          const newer = new TextDecoder().decode(entry).replace('"format": 1', '"format": 7')
          yield* opened.appendEntry(last + 1, new TextEncoder().encode(newer))
        })
      )
    )
    expect(await failureOf(job)).toMatch(/has format 7, this version reads up to 1/)
  })
})

describe("a second holder of the same storage", () => {
  it("is refused with who and since when", async () => {
    const storage = MemoryStorage.make()
    const first = countJob({ storage, isEndless: true })
    const run = Effect.gen(function* () {
      yield* Job.start(first.job)
      return yield* Effect.result(Job.run(countJob({ storage }).job))
    })
    const second = await Effect.runPromise(Effect.scoped(run))
    expect(Result.isFailure(second) && second.failure.message).toMatch(
      new RegExp(`in use by process ${process.pid} on host ".+" since \\d{4}-`)
    )
  })
})
