import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { describe, expect, it } from "vitest"
import { makeLink } from "./support.ts"
import type { TrafficOrder } from "./trafficWorker.ts"

const program = new URL("./trafficWorker.ts", import.meta.url)

/** Sends and receives in two threads; fails if one of them does. Answers how often each has waited. */
const runTraffic = async (
  options: Pick<TrafficOrder, "ringBytes" | "seed" | "elements" | "pauseEvery">
): Promise<ReadonlyArray<{ readonly waits: number }>> => {
  const link = makeLink(options.ringBytes)
  const workers = (["send", "receive"] as const).map((role) => {
    const order: TrafficOrder = { ...options, role, link }
    return new Worker(program, { workerData: order })
  })
  try {
    const answers = await Promise.all(workers.map((worker) => once(worker, "message")))
    return answers.map(([answer]) => answer)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

describe("a channel between two threads", () => {
  it("D1, D2 loses no wake-up and no frame while both run as fast as they can in a tiny ring", async () => {
    const waits = await runTraffic({ ringBytes: 256, seed: 7, elements: 60_000, pauseEvery: 0 })
    // Otherwise nothing was tried.
    for (const thread of waits) expect(thread.waits).toBeGreaterThan(100)
  })

  it("D1, D2 loses nothing when both threads pause at random", async () => {
    for (const seed of [1, 2, 3]) {
      const waits = await runTraffic({ ringBytes: 1024, seed, elements: 4_000, pauseEvery: 5 })
      for (const thread of waits) expect(thread.waits).toBeGreaterThan(0)
    }
  })
})
