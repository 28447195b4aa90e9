/**
 * Setup of every test file: when its tests are over, no child process, server, socket or file watcher that they started
 * may be left. The runner would kill them silently together with its worker.
 */
import { afterAll, expect, vi } from "vitest"

const watched: ReadonlySet<string> = new Set([
  "ProcessWrap",
  "TCPServerWrap",
  "TCPSocketWrap",
  "FSEventWrap",
  "StatWatcher"
])

const countHandles = (): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) if (watched.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const before = countHandles()

afterAll(async () => {
  await vi.waitFor(() => expect(countHandles(), "handles left open by this test file").toEqual(before), 30_000)
})
