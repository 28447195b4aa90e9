/** Savepoints and drains over worker threads: orders and barriers cross them. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { Job, type JobHandle, type JobOptions, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { afterAll, expect, it } from "vitest"
import { expectedLines } from "../../cli/fixtures/tally.ts"
import { until } from "../../support/until.ts"
import { visibleLines } from "../../support/visibleLines.ts"

const folders: Array<string> = []
const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-savepoint-threads-"))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const records = 3_000
const module = new URL("../../cli/fixtures/tally.ts", import.meta.url)

const act = <A, E>(
  folder: string,
  options: Partial<JobOptions>,
  pauseMs: number | null,
  then: (handle: JobHandle) => Effect.Effect<A, E>
) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const args = { out: join(folder, "out"), records, ...(pauseMs === null ? {} : { pauseMs }) }
        const job = yield* Job.load(module, args)
        const storage = FileStorage.at(join(folder, "checkpoints"))
        const checkpoint = { storage, trigger: Trigger.every("1 hour") }
        return yield* Effect.flatMap(Job.start({ ...job, parallelism: 2, ...options, checkpoint }), then)
      })
    )
  )

it("a savepoint on two threads is restored on one, drained there, and gone on with on two", async () => {
  const folder = makeFolder()
  const saved = await act(folder, { threads: 2 }, 2, (handle) =>
    Effect.gen(function* () {
      yield* until(() => handle.report().recordsIn >= 200)
      const savepoint = yield* handle.savepoint
      yield* handle.cancel
      yield* handle.await
      return savepoint
    })
  )
  const drained = await act(folder, { threads: 0, parallelism: 1, resume: { from: saved.id } }, 2, (handle) =>
    Effect.gen(function* () {
      yield* until(() => handle.report().recordsIn >= 200)
      yield* handle.stop({ drain: true, savepoint: true })
      return yield* handle.await
    })
  )
  expect(drained).toMatchObject({ outcome: "finished", restored: saved.id })
  expect(drained.position.records).toBeLessThan(records)
  expect(visibleLines(join(folder, "out"))).toEqual(expectedLines(drained.position.records))
  const from = drained.savepoint?.id ?? 0
  const finished = await act(folder, { threads: 2, resume: { from } }, null, (handle) => handle.await)
  expect(finished).toMatchObject({ outcome: "finished", restored: from, threads: 2 })
  expect(visibleLines(join(folder, "out"))).toEqual(expectedLines(records))
})

it("a drain reaches every thread: what was read is shown, and the job has finished", async () => {
  const folder = makeFolder()
  const drained = await act(folder, { threads: 2 }, 2, (handle) =>
    Effect.gen(function* () {
      yield* until(() => handle.report().recordsIn >= 200)
      yield* handle.stop({ drain: true })
      return yield* handle.await
    })
  )
  expect(drained).toMatchObject({ outcome: "finished", threads: 2 })
  expect(drained.position.records).toBeGreaterThanOrEqual(200)
  expect(drained.position.records).toBeLessThan(records)
  expect(visibleLines(join(folder, "out"))).toEqual(expectedLines(drained.position.records))
})
