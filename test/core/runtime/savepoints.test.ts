/** Savepoints, stops with one, drains, and what may be restored afterwards (rule 6). */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, type JobHandle, type JobOptions, type RunReport, Trigger } from "@tidemark/core"
import { type CheckpointStorage, readLog } from "@tidemark/core/storage"
import { Effect, Result } from "effect"
import { describe, expect, it } from "vitest"
import { type CountJobOptions, countJob, expectedCounts, shownCounts, words } from "../../support/countJob.ts"
import { until } from "../../support/until.ts"

const all = words(3_000)

const subject = (options: CountJobOptions = {}) => {
  const { job, ...rest } = countJob({ records: all, perPoll: 5, ...options })
  return { ...rest, job: { ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.every("1 hour") } } }
}

const act = <A, E>(job: JobOptions, then: (handle: JobHandle) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Job.start(job), then)))

const toEnd = (job: JobOptions): Promise<RunReport> => act(job, (handle) => handle.await)

/** Waits until records flow. */
const flowing = (handle: JobHandle, records = 200) => until(() => handle.report().recordsIn >= records)

const logOf = (storage: CheckpointStorage) =>
  Effect.runPromise(Effect.flatMap(storage.inspect("word-count"), (reader) => readLog(reader)))

const objectsOf = (storage: CheckpointStorage) =>
  Effect.runPromise(
    Effect.flatMap(storage.inspect("word-count"), (reader) =>
      Effect.map(reader.listObjects, (objects) => objects.map(({ name }) => name))
    )
  )

const kindsIn = async (storage: CheckpointStorage) =>
  (await logOf(storage)).entries.flatMap(({ entry }) => (entry._tag === "Manifest" ? [entry.kind] : []))

const failureOf = async (job: JobOptions): Promise<string> => {
  const result = await Effect.runPromise(Effect.result(Job.run(job)))
  return Result.isFailure(result) ? result.failure.message : "did not fail"
}

describe("a savepoint", () => {
  it("is whole, named by its path, and commits nothing; the job runs on", async () => {
    const { job, sink, storage, expected } = subject({ isEndless: true })
    await act(job, (handle) =>
      Effect.gen(function* () {
        yield* flowing(handle)
        yield* handle.triggerCheckpoint
        const shown = sink.records().length
        yield* until(() => handle.report().recordsIn >= 600)
        const savepoint = yield* handle.savepoint
        expect(sink.records()).toHaveLength(shown)
        expect(handle.report()).toMatchObject({ savepoint, state: "running.flowing" })
        const entries = (yield* Effect.promise(() => logOf(storage))).entries
        const manifest = entries.find(({ entry }) => entry._tag === "Manifest" && entry.id === savepoint.id)?.entry
        const subtasks = manifest?._tag === "Manifest" ? manifest.tasks.flatMap((task) => task.subtasks) : []
        expect(subtasks.length).toBeGreaterThan(0)
        expect(subtasks.every(({ shared }) => shared === undefined)).toBe(true)
        expect(savepoint.path).toContain(String(entries.at(-1)?.slot))
        yield* until(() => handle.report().position.records === all.length)
        yield* handle.triggerCheckpoint
        // What the savepoint prepared is committed by the checkpoint that followed it.
        yield* until(() => sink.records().length > shown)
        const committed = shownCounts(sink.records())
        expect(expected).toEqual(expect.arrayContaining([...committed]))
      })
    )
  })

  it("outlives all checkpoints that come after it, and is no restore point of its own", async () => {
    const { job, storage } = subject({ isEndless: true })
    const id = await act(job, (handle) =>
      Effect.gen(function* () {
        yield* flowing(handle)
        yield* handle.triggerCheckpoint
        const savepoint = yield* handle.savepoint
        for (let i = 0; i < 5; i++) yield* handle.triggerCheckpoint
        return savepoint.id
      })
    )
    const { view } = await logOf(storage)
    expect(view.savepoints.map(({ manifest }) => manifest.id)).toEqual([id])
    expect(view.completed.map(({ manifest }) => manifest.id)).not.toContain(id)
    expect(view.completed).toHaveLength(3)
  })

  it("taken last, is not what a recovery resumes from", async () => {
    const { job } = subject({ isEndless: true })
    const { checkpoint, savepoint } = await act(job, (handle) =>
      Effect.gen(function* () {
        yield* flowing(handle)
        return { checkpoint: yield* handle.triggerCheckpoint, savepoint: yield* handle.savepoint }
      })
    )
    expect(savepoint.id).toBeGreaterThan(checkpoint)
    const restored = await act(job, (handle) =>
      Effect.andThen(
        until(() => handle.status() === "running"),
        Effect.sync(() => handle.report().restored)
      )
    )
    expect(restored).toBe(checkpoint)
  })

  it("is refused once the job has ended, and says so", async () => {
    const { job } = subject()
    const refused = await act(job, (handle) =>
      Effect.andThen(handle.await, Effect.flip(Effect.result(handle.savepoint).pipe(Effect.flatMap(Effect.fromResult))))
    )
    expect(refused.message).toBe("The savepoint was not taken: the job has ended.")
  })
})

describe("restoring a savepoint", () => {
  const savedMidway = async (options: CountJobOptions = {}) => {
    const it = subject({ isEndless: true, ...options })
    const savepoint = await act(it.job, (handle) =>
      Effect.gen(function* () {
        yield* flowing(handle, 400)
        return yield* handle.savepoint
      })
    )
    const { job } = subject({ storage: it.storage, sink: it.sink })
    return { ...it, savepoint, job }
  }

  it.each([1, 3])(
    "commits what it holds and counts every record once, with %s subtasks per task",
    async (parallelism) => {
      const { job, savepoint, sink, expected } = await savedMidway()
      const report = await toEnd({ ...job, parallelism, resume: { from: savepoint.id } })
      expect(report).toMatchObject({ outcome: "finished", restored: savepoint.id })
      expect(shownCounts(sink.records())).toEqual(expected)
    }
  )

  it("by its path", async () => {
    const { job, savepoint, sink, expected } = await savedMidway()
    const report = await toEnd({ ...job, resume: { from: savepoint.path } })
    expect(report.restored).toBe(savepoint.id)
    expect(shownCounts(sink.records())).toEqual(expected)
    expect(await failureOf({ ...job, resume: { from: "elsewhere/0000000001.json" } })).toMatch(
      /no completed checkpoint or savepoint elsewhere\/0000000001\.json \(available: [\d, ]+\)/
    )
  })

  it("without claiming it leaves it untouched; what follows shares nothing with it", async () => {
    const { job, savepoint, storage } = await savedMidway()
    const before = await objectsOf(storage)
    await toEnd({ ...job, checkpoint: { ...job.checkpoint, retained: 1 }, resume: { from: savepoint.id } })
    const { entries, view } = await logOf(storage)
    expect(view.savepoints.map(({ manifest }) => manifest.id)).toEqual([savepoint.id])
    expect(await objectsOf(storage)).toEqual(expect.arrayContaining([...before]))
    const newer = entries.flatMap(({ entry }) => (entry._tag === "Manifest" && entry.id > savepoint.id ? [entry] : []))
    expect(newer.length).toBeGreaterThan(0)
    expect(JSON.stringify(newer).includes(`/${savepoint.id}/`)).toBe(false)
  })

  it("claiming it gives it to the job, which retires it like its own", async () => {
    const { job, savepoint, storage } = await savedMidway()
    const [kept] = await objectsOf(storage)
    const claiming = { from: savepoint.id, mode: "claim" } as const
    await toEnd({ ...job, checkpoint: { ...job.checkpoint, retained: 1 }, resume: claiming })
    const { view } = await logOf(storage)
    expect(view.savepoints).toEqual([])
    expect(await objectsOf(storage)).not.toContain(kept)
  })

  it("a retained checkpoint that is restored without claiming it stays, too", async () => {
    const { job, sink, storage } = subject({ isEndless: true })
    const checkpoint = await act(job, (handle) => Effect.andThen(flowing(handle), handle.triggerCheckpoint))
    const again = subject({ storage, sink }).job
    const options = { ...again, checkpoint: { ...again.checkpoint, retained: 1 } }
    await toEnd({ ...options, resume: { from: checkpoint, mode: "no-claim" } })
    const { entries } = await logOf(storage)
    expect(entries.some(({ entry }) => entry._tag === "Manifest" && entry.id === checkpoint)).toBe(true)
  })

  it("an attempt that fails before the first new checkpoint goes on from the savepoint", async () => {
    let isFailing = false
    const { job, savepoint, sink, storage, expected } = await savedMidway()
    const failing = subject({
      storage,
      sink,
      onRecord: () => {
        if (!isFailing) return
        isFailing = false
        throw new Error("once")
      }
    })
    isFailing = true
    const report = await toEnd({ ...failing.job, resume: { from: savepoint.id } })
    expect(report.recoveries).toMatchObject([{ restored: savepoint.id }])
    expect(shownCounts(sink.records())).toEqual(expected)
    expect(job.pipeline.name).toBe("word-count")
  })
})

describe("a stop with a savepoint", () => {
  it("commits, fires no window that is open, and is what the next run goes on from", async () => {
    const { job, sink, storage, expected } = subject({ isEndless: true })
    const report = await act(job, (handle) =>
      Effect.gen(function* () {
        yield* flowing(handle, 400)
        yield* handle.stop({ savepoint: true })
        return yield* handle.await
      })
    )
    expect(report).toMatchObject({ outcome: "stopped" })
    expect(await kindsIn(storage)).toEqual(["stopSavepoint"])
    const shown = shownCounts(sink.records())
    expect(shown.length).toBeGreaterThan(0)
    expect(expected).toEqual(expect.arrayContaining([...shown]))
    const resumed = await toEnd(subject({ storage, sink }).job)
    expect(resumed).toMatchObject({ outcome: "finished", restored: report.savepoint?.id })
    expect(shownCounts(sink.records())).toEqual(expected)
    expect((await logOf(storage)).view.savepoints.map(({ manifest }) => manifest.id)).toEqual([report.savepoint?.id])
  })

  it("is refused while no attempt runs, and the job goes on", async () => {
    let failures = 0
    const { job } = subject({
      onRecord: () => {
        if (failures++ < 1) throw new Error("not yet")
      }
    })
    const refused = await act({ ...job, restart: { initialDelay: "1 hour", maxDelay: "1 hour" } }, (handle) =>
      Effect.gen(function* () {
        yield* until(() => handle.status() === "recovering" && handle.report().state === "backingOff")
        const outcome = yield* Effect.result(handle.stop({ savepoint: true }))
        expect(handle.status()).toBe("recovering")
        yield* handle.stop()
        expect((yield* handle.await).outcome).toBe("stopped")
        return Result.isFailure(outcome) ? outcome.failure.message : "was not refused"
      })
    )
    expect(refused).toMatch(/^Job "word-count" was not stopped: it is starting, recovering or ending/)
  })
})

describe("a drain", () => {
  const drained = async (savepoint: boolean) => {
    const it = subject({ isEndless: true })
    const report = await act(it.job, (handle) =>
      Effect.gen(function* () {
        yield* flowing(handle, 400)
        yield* handle.stop({ drain: true, savepoint })
        return yield* handle.await
      })
    )
    return { ...it, report }
  }

  it.each([true, false])(
    "fires every window of what was read, commits it, and has finished (savepoint: %s)",
    async (savepoint) => {
      const { report, sink, storage } = await drained(savepoint)
      expect(report.outcome).toBe("finished")
      expect(await kindsIn(storage)).toEqual([savepoint ? "finalSavepoint" : "final"])
      const shown = sink.records()
      const counted = shown.reduce((sum, { count }) => sum + count, 0)
      expect(counted).toBe(report.position.records)
      expect(report.position.records).toBeLessThan(all.length)
      expect((await logOf(storage)).view.end).toBe("finished")
    }
  )

  it("is not gone on from by itself, and where the user names it the rest is read", async () => {
    const { job, report, sink, storage } = await drained(true)
    expect((await toEnd(subject({ storage, sink }).job)).outcome).toBe("alreadyEnded")
    const { job: rest } = subject({ storage, sink })
    const again = await toEnd({ ...rest, resume: { from: report.savepoint?.id ?? 0 } })
    expect(again.outcome).toBe("finished")
    expect(again.lateRecords).toBe(0)
    expect(sink.records().reduce((sum, { count }) => sum + count, 0)).toBe(all.length)
    expect(job.pipeline.name).toBe("word-count")
  })
})

describe("a job in the hands of promises", () => {
  it("reports, saves, stops, and tells what has happened", async () => {
    const { job, sink, storage, expected } = subject({ isEndless: true })
    const started = await Job.startPromise(job)
    const heard: Array<string> = []
    const listening = (async () => {
      for await (const fact of started.events) heard.push(fact._tag === "StatusChanged" ? fact.status : fact._tag)
    })()
    await Effect.runPromise(until(() => started.report().recordsIn > 400))
    expect(started.status()).toBe("running")
    const checkpoint = await started.triggerCheckpoint()
    const savepoint = await started.savepoint()
    expect(savepoint.id).toBeGreaterThan(checkpoint)
    await started.stop()
    expect((await started.await()).outcome).toBe("stopped")
    expect(started.status()).toBe("stopped")
    await listening
    expect(heard).toEqual(
      expect.arrayContaining([
        "restoring",
        "Restored",
        "running",
        "CheckpointTriggered",
        "CheckpointCompleted",
        "stopping"
      ])
    )
    expect(heard.at(-1)).toBe("Ended")
    await expect(started.savepoint()).rejects.toThrow("The savepoint was not taken: the job has ended.")
    await expect(started.triggerCheckpoint()).rejects.toThrow("the job has ended")
    const rest = await Job.startPromise({ ...subject({ storage, sink }).job })
    expect((await rest.await()).outcome).toBe("finished")
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("rejects with what failed, and a block that uses it frees the directory", async () => {
    const storage = MemoryStorage.make()
    const { job } = subject({ isEndless: true, storage })
    {
      await using running = await Job.startPromise(job)
      await expect(Job.startPromise(job)).rejects.toThrow(/is in use/)
      await Effect.runPromise(until(() => running.status() === "running"))
    }
    const failing = subject({
      storage: MemoryStorage.make(),
      onRecord: () => {
        throw new Error("never again")
      }
    })
    const started = await Job.startPromise({ ...failing.job, restart: { maxRestarts: 0 } })
    await expect(started.await()).rejects.toThrow(/never again/)
    expect(started.status()).toBe("failed")
    const after = await Job.startPromise(job)
    await after.cancel()
    expect((await after.await()).outcome).toBe("cancelled")
    expect(expectedCounts([], 1)).toEqual([])
  })
})
