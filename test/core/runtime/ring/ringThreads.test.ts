import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { describe, expect, it } from "vitest"
import type { EchoOrder } from "./echoWorker.ts"
import { makeLink } from "./support.ts"
import type { TrafficOrder } from "./trafficWorker.ts"

/** Runs a program in two threads; fails if one of them does. Answers how often each has waited. */
const runPair = async <Order>(
  program: string,
  orders: readonly [Order, Order]
): Promise<ReadonlyArray<{ readonly waits: number }>> => {
  const workers = orders.map((order) => new Worker(new URL(program, import.meta.url), { workerData: order }))
  try {
    const answers = await Promise.all(workers.map((worker) => once(worker, "message")))
    return answers.map(([answer]) => answer)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

const runTraffic = (options: Pick<TrafficOrder, "ringBytes" | "seed" | "elements" | "pauseEvery">) => {
  const order = { ...options, link: makeLink(options.ringBytes) }
  return runPair<TrafficOrder>("./trafficWorker.ts", [
    { ...order, role: "send" },
    { ...order, role: "receive" }
  ])
}

describe("a channel between two threads", () => {
  it("D1, D2 loses no wake-up and no frame while both run as fast as they can in a tiny ring", async () => {
    const waits = await runTraffic({ ringBytes: 256, seed: 7, elements: 30_000, pauseEvery: 0 })
    // Otherwise nothing was tried.
    for (const thread of waits) expect(thread.waits).toBeGreaterThan(100)
  })

  it("D1, D2 loses nothing when both threads pause at random", async () => {
    for (const seed of [1, 2]) {
      const waits = await runTraffic({ ringBytes: 1024, seed, elements: 2_000, pauseEvery: 5 })
      for (const thread of waits) expect(thread.waits).toBeGreaterThan(0)
    }
  })

  it("D1 loses no wake-up of a ping-pong, which no later frame would make good", async () => {
    const [there, back] = [makeLink(256), makeLink(256)]
    const order = { turns: 30_000, spinMax: 300 }
    const waits = await runPair<EchoOrder>("./echoWorker.ts", [
      { ...order, out: there, in: back, begins: true },
      { ...order, out: back, in: there, begins: false }
    ])
    for (const thread of waits) expect(thread.waits).toBeGreaterThan(100)
  })
})
