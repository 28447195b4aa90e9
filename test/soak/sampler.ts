/**
 * Loaded into every thread of a job before it starts: writes what the thread holds, every two seconds, after a full
 * collection. What is left then is held by somebody.
 */
import { appendFileSync, readdirSync } from "node:fs"
import { isMainThread, threadId } from "node:worker_threads"

const sampleEveryMs = 2_000

const openFiles = (): number => {
  try {
    return readdirSync("/proc/self/fd").length
  } catch {
    return 0
  }
}

const sample = (path: string): void => {
  globalThis.gc?.()
  const { arrayBuffers, external, heapUsed, rss } = process.memoryUsage()
  const files = isMainThread ? openFiles() : 0
  appendFileSync(
    path,
    `${JSON.stringify({ thread: threadId, atMs: Date.now(), heapUsed, external, arrayBuffers, rss, files })}\n`
  )
}

const path = process.env.TIDEMARK_SOAK_SAMPLES
if (path !== undefined) setInterval(() => sample(path), sampleEveryMs).unref()
