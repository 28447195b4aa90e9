/** Jobs that come and go leave nothing behind in their process: no files, timers, sockets, threads. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { Job } from "@tidemark/core"
import { Effect } from "effect"
import { afterAll, expect, it } from "vitest"
import { StartedThreads } from "../../support/startedThreads.ts"

const root = mkdtempSync(join(tmpdir(), "tidemark-leaks-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const module = new URL("../../core/runtime/watchdog/blocking.ts", import.meta.url)

const runOnce = async (name: string, threads: number): Promise<void> => {
  const folder = join(root, name)
  const job = await Effect.runPromise(Job.load(module, { out: join(folder, "out"), blocksMs: 0 }))
  const report = await Job.runPromise({
    ...job,
    checkpoint: { storage: FileStorage.at(join(folder, "checkpoints")) },
    threads
  })
  expect(report.outcome).toBe("finished")
}

/** Open files, where the system lists them. */
const openFiles = (): number => {
  try {
    return readdirSync("/proc/self/fd").length
  } catch {
    return 0
  }
}

const held = () => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return { files: openFiles(), timers: counts.Timeout ?? 0, ports: counts.MessagePort ?? 0 }
}

const nothingMore = async (threads: number, times: number): Promise<void> => {
  const started = new StartedThreads()
  // The first ones load code and begin what stays.
  for (let i = 0; i < 2; i++) await runOnce(`warm-${threads}-${i}`, threads)
  const before = held()
  for (let i = 0; i < times; i++) await runOnce(`run-${threads}-${i}`, threads)
  const after = held()
  started.close()
  expect(after.files).toBeLessThanOrEqual(before.files + 2)
  expect(after.timers).toBeLessThanOrEqual(before.timers + 1)
  expect(after.ports).toBeLessThanOrEqual(before.ports)
  expect(started.running).toBe(0)
}

it("jobs in the calling thread leave nothing", () => nothingMore(0, 12))

it("jobs on worker threads leave nothing", () => nothingMore(1, 3))
