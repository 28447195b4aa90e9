/** The same scenarios over both implementations of `TaskPort`: what can be seen of them must be the same. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { makeModelTask } from "./taskPortModel.ts"
import { inlineChannel, makeRuntimeTask, ringChannel } from "./taskPortRuntime.ts"
import { barrierOf, type Flow, type Role, type TaskSubject } from "./taskPortSubject.ts"

const left = "left>join"
const right = "right>join"
const out = "join>sink"
const upper = "source>upper"
const lower = "source>lower"

const subjects: ReadonlyArray<readonly [name: string, make: (role: Role) => Promise<TaskSubject>]> = [
  ["the data plane of the runtime, within a thread", (role) => makeRuntimeTask(role, inlineChannel)],
  ["the data plane of the runtime, between threads", (role) => makeRuntimeTask(role, ringChannel)],
  ["the data plane of the model", async (role) => makeModelTask(role)]
]

const put = (task: TaskSubject, channel: string, ...flows: ReadonlyArray<Flow>): void => {
  for (const flow of flows) task.put(channel, flow)
}

const trigger = (task: TaskSubject, flow: Flow): void =>
  task.tell({ type: "trigger.received", barrier: barrierOf(flow) })

for (const [name, make] of subjects) {
  const using = (role: Role, use: (task: TaskSubject) => Promise<void>) => async () => {
    const task = await make(role)
    try {
      await use(task)
    } finally {
      await task.close()
    }
  }

  describe(`${name}, aligning`, () => {
    it(
      "S16 blocks a channel from its barrier on, and reads the others",
      using("join", async (task) => {
        put(task, left, "record", "barrier 1", "record", "record")
        put(task, right, "record", "record")
        await task.settle()
        expect([task.waiting(left), task.waiting(right)]).toEqual([2, 0])
        expect(task.sent(out)).toEqual(["record", "record", "record"])
        expect(task.captures()).toEqual([])
      })
    )

    it(
      "S17 captures at the last barrier, forwards it behind all that was emitted before, and reads on",
      using("join", async (task) => {
        put(task, left, "record", "barrier 1", "record")
        put(task, right, "record", "record", "barrier 1", "record")
        await task.settle()
        const cut = { id: 1, taken: { [left]: 1, [right]: 2 }, emitted: { [out]: 3 } }
        expect(task.captures()).toEqual([cut])
        expect(task.sent(out)).toEqual(["record", "record", "record", "barrier 1", "record", "record"])
        expect([task.waiting(left), task.waiting(right)]).toEqual([0, 0])
        put(task, left, "record")
        await task.settle()
        expect(task.captures()).toEqual([cut])
      })
    )

    it(
      "S15 forwards barriers in increasing order, each once",
      using("join", async (task) => {
        put(task, left, "barrier 1", "record", "barrier 2", "barrier 4")
        put(task, right, "barrier 1", "barrier 2", "record", "barrier 4", "barrier 3")
        await task.settle()
        expect(task.sent(out)).toEqual(["barrier 1", "record", "barrier 2", "record", "barrier 4"])
        expect(task.captures().map(({ id }) => id)).toEqual([1, 2, 4])
        expect([task.waiting(left), task.waiting(right)]).toEqual([0, 0])
      })
    )

    it(
      "K2 unblocks what waits for an invalidated checkpoint, and lets its late barrier pass without a trace",
      using("join", async (task) => {
        put(task, left, "barrier 1", "record")
        await task.settle()
        expect(task.waiting(left)).toBe(1)
        task.tell({ type: "checkpoint.invalidated", id: 1, reason: "expired" })
        await task.settle()
        put(task, right, "barrier 1", "record")
        await task.settle()
        expect([task.waiting(left), task.waiting(right)]).toEqual([0, 0])
        expect(task.sent(out)).toEqual(["record", "record"])
        expect(task.captures()).toEqual([])
      })
    )

    it(
      "K2 gives up an alignment for a newer one: its channels are read until their own barrier",
      using("join", async (task) => {
        put(task, left, "barrier 1", "record", "barrier 2", "record")
        await task.settle()
        expect(task.waiting(left)).toBe(3)
        put(task, right, "record", "barrier 2")
        await task.settle()
        expect(task.captures()).toEqual([{ id: 2, taken: { [left]: 1, [right]: 1 }, emitted: { [out]: 2 } }])
        expect(task.sent(out)).toEqual(["record", "record", "barrier 2", "record"])
      })
    )

    it(
      "K3 passes the end of data on once, behind the last channel's, and goes on aligning",
      using("join", async (task) => {
        put(task, left, "record", "end")
        await task.settle()
        expect(task.sent(out)).toEqual(["record"])
        put(task, right, "end", "final barrier 7")
        put(task, left, "final barrier 7")
        await task.settle()
        expect(task.sent(out)).toEqual(["record", "end", "final barrier 7"])
        expect(task.captures()).toEqual([{ id: 7, taken: { [left]: 1, [right]: 0 }, emitted: { [out]: 1 } }])
      })
    )

    it(
      "K5 blocks no channel for a tracked barrier: what overtakes the others' is in the capture",
      using("join", async (task) => {
        put(task, left, "record", "tracked barrier 1", "record", "tracked barrier 2", "record")
        await task.settle()
        expect([task.waiting(left), task.captures(), task.sent(out)]).toEqual([0, [], ["record", "record", "record"]])
        put(task, right, "record", "tracked barrier 1")
        await task.settle()
        const first = { id: 1, taken: { [left]: 3, [right]: 1 }, emitted: { [out]: 4 } }
        expect(task.captures()).toEqual([first])
        put(task, right, "record", "tracked barrier 2")
        await task.settle()
        expect(task.captures()).toEqual([first, { id: 2, taken: { [left]: 3, [right]: 2 }, emitted: { [out]: 5 } }])
        expect(task.sent(out).slice(4)).toEqual(["tracked barrier 1", "record", "tracked barrier 2"])
      })
    )

    it(
      "takes a trigger for nothing: only barriers make it capture",
      using("join", async (task) => {
        trigger(task, "barrier 1")
        put(task, left, "record")
        await task.settle()
        expect([task.captures(), task.sent(out)]).toEqual([[], ["record"]])
      })
    )
  })

  describe(`${name}, at a source`, () => {
    it(
      "captures as of now when it is triggered, and sends the barrier into every output behind what it has emitted",
      using("source", async (task) => {
        task.find(3)
        await task.settle()
        trigger(task, "barrier 1")
        await task.settle()
        task.find(2)
        await task.settle()
        expect(task.captures()).toEqual([{ id: 1, taken: {}, emitted: { [upper]: 2, [lower]: 1 } }])
        expect(task.sent(upper)).toEqual(["record", "record", "barrier 1", "record"])
        expect(task.sent(lower)).toEqual(["record", "barrier 1", "record"])
      })
    )

    it(
      "S15 drops a trigger that is not newer than its last capture",
      using("source", async (task) => {
        trigger(task, "barrier 2")
        await task.settle()
        trigger(task, "barrier 1")
        trigger(task, "barrier 2")
        await task.settle()
        expect(task.sent(upper)).toEqual(["barrier 2"])
        expect(task.captures().map(({ id }) => id)).toEqual([2])
      })
    )

    it(
      "K3 passes the end of its data on once, into every output, and still captures and forwards",
      using("source", async (task) => {
        task.find(1)
        task.find("none")
        await task.settle()
        trigger(task, "final barrier 1")
        await task.settle()
        expect(task.sent(upper)).toEqual(["record", "end", "final barrier 1"])
        expect(task.sent(lower)).toEqual(["end", "final barrier 1"])
        expect(task.captures()).toEqual([{ id: 1, taken: {}, emitted: { [upper]: 1, [lower]: 0 } }])
      })
    )

    it(
      "S23 emits nothing behind the barrier of a stop, neither records nor the end of data",
      using("source", async (task) => {
        trigger(task, "stop barrier 3")
        await task.settle()
        task.find(2)
        task.find("none")
        await task.settle()
        expect(task.sent(upper)).toEqual(["stop barrier 3"])
        expect(task.sent(lower)).toEqual(["stop barrier 3"])
      })
    )
  })
}

/** What the senders of a join put into its channels, barriers in the same order everywhere. */
const flows: fc.Arbitrary<ReadonlyArray<readonly [channel: string, flow: Flow]>> = fc
  .array(fc.tuple(fc.constantFrom(left, right), fc.constantFrom<"record" | "barrier">("record", "record", "barrier")))
  .map((steps) => {
    const next = new Map([
      [left, 1],
      [right, 1]
    ])
    return steps.map(([channel, kind]) => {
      if (kind === "record") return [channel, "record"]
      const id = next.get(channel) ?? 1
      next.set(channel, id + 1)
      return [channel, `barrier ${id}`]
    })
  })

it("both data planes capture and forward the same, whatever is put into their channels and when they read it", async () => {
  await fc.assert(
    fc.asyncProperty(flows, fc.array(fc.nat(10), { maxLength: 3 }), async (puts, pauses) => {
      const seen = await Promise.all(
        subjects.map(async ([, make]) => {
          const task = await make("join")
          for (const [at, [channel, flow]] of puts.entries()) {
            task.put(channel, flow)
            if (pauses.includes(at)) await task.settle()
          }
          await task.settle()
          await task.close()
          return { captures: task.captures(), sent: task.sent(out), waiting: [task.waiting(left), task.waiting(right)] }
        })
      )
      expect(seen[0]).toEqual(seen[1])
    }),
    { numRuns: 40 }
  )
})
