/** The command line operates jobs that a program has started itself. */
import { describe, expect, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Control } from "@tidemark/cli/control"
import { Job, type JobStatus } from "@tidemark/core"
import { Effect } from "effect"
import { vi } from "vitest"
import { countJob } from "../support/countJob.ts"
import { until } from "../support/until.ts"
import { runHere } from "./runHere.ts"
import { lastJson, makeFolder } from "./runTidemark.ts"

const options = (directory: string) => {
  const storage = FileStorage.at(directory)
  return { ...countJob({ storage, isEndless: true }).job, checkpoint: { storage } }
}

const ask = async (directory: string, command: string, ...flags: ReadonlyArray<string>) => {
  const { code, error, stdout } = await runHere([command, directory, "--json", ...flags])
  expect(code, error).toBe(0)
  return lastJson(stdout)
}

describe("a job that a program of its own runs", () => {
  it.live("is operated through the socket of its scope, which is gone with it", () =>
    Effect.gen(function* () {
      const directory = makeFolder()
      const run = Effect.gen(function* () {
        const job = yield* Job.start(options(directory))
        yield* until(() => job.status() === "running")
        expect(yield* Effect.promise(() => ask(directory, "status"))).toMatchObject({ isRunning: false })
        yield* Control.serve(job, FileStorage.at(directory))
        const status = yield* Effect.promise(() => ask(directory, "status"))
        expect(status).toMatchObject({ isRunning: true, status: "running", holder: `process ${process.pid}` })
        const { savepoint } = yield* Effect.promise(() => ask(directory, "savepoint"))
        expect(job.report().savepoint).toEqual(savepoint)
        const done = yield* Effect.promise(() => ask(directory, "stop"))
        expect(done).toMatchObject({ job: "word-count", outcome: "stopped", savepoint: null })
        return yield* job.await
      })
      expect(yield* Effect.scoped(run)).toMatchObject({ outcome: "stopped" })
      expect(yield* Effect.promise(() => ask(directory, "status"))).toMatchObject({ isRunning: false, end: "stopped" })
    })
  )

  it("is operated by promises as well", async () => {
    const directory = makeFolder()
    const own = options(directory)
    await using job = await Job.startPromise(own)
    await using _control = await Control.servePromise(job, own.checkpoint.storage)
    await vi.waitFor(() => expect(job.status()).toBe<JobStatus>("running"))
    const { savepoint } = await ask(directory, "savepoint")
    expect(job.report().savepoint).toEqual(savepoint)
    expect(await ask(directory, "cancel")).toMatchObject({ outcome: "cancelled" })
    expect(await job.await()).toMatchObject({ outcome: "cancelled" })
    expect(await ask(directory, "status")).toMatchObject({ isRunning: false, end: "cancelled" })
  })

  it("has no socket where its checkpoints are in no files, and runs", async () => {
    const { job: own } = countJob()
    const storage = MemoryStorage.make()
    await using job = await Job.startPromise({ ...own, checkpoint: { storage } })
    await using _control = await Control.servePromise(job, storage)
    expect(await job.await()).toMatchObject({ outcome: "finished" })
  })
})
