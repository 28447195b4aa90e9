import { assert, describe, it } from "@effect/vitest"
import type { JobStorage } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import { Replica } from "../../../packages/backends/src/replicated/Replica.ts"
import { defaultTuning } from "../../../packages/backends/src/replicated/ReplicaTuning.ts"
import { type Ballot, isHigher, recordOf } from "../../../packages/backends/src/replicated/record.ts"
import { holder, utf8 } from "../../conformance/storageSubjects.ts"
import { SimulatedStore } from "./SimulatedStore.ts"

let writers = 0
const replicaOf = (store: SimulatedStore, over: (job: JobStorage) => JobStorage = (job) => job) =>
  new Replica({
    writer: `writer${++writers}`,
    location: store.name,
    open: Effect.map(store.storageOf({ isAlive: true }).open("job", holder), over),
    tuning: { ...defaultTuning, cleanAfter: 1 }
  })

const promise = (ballot: Ballot) => () => ({ record: recordOf({ kind: "promise", ballot }), answer: null })

/** Votes if nobody has promised more. */
const vote = (replica: Replica, ballot: Ballot) =>
  replica.write(({ promised }) =>
    promised !== null && isHigher(promised, ballot)
      ? { record: null, answer: "outvoted" }
      : { record: recordOf({ kind: "accept", ballot, slot: 1, id: ballot[1] }, utf8("entry")), answer: "accepted" }
  )

const founded = Effect.gen(function* () {
  const store = new SimulatedStore("a", () => 0.999)
  const younger = replicaOf(store)
  yield* younger.connect
  yield* younger.write(() => ({ record: recordOf({ kind: "found", ballot: [1, "x"] }), answer: null }))
  return { store, younger }
})

describe("a store of replicated storage", () => {
  it.live("R1 A1 a writer that was paused and fills a gap of the log has not voted, and nobody counts its record", () =>
    Effect.gen(function* () {
      const { store, younger } = yield* founded
      const gate = yield* Latch.make(false)
      const paused = replicaOf(store, (job) => ({
        ...job,
        appendEntry: (slot, bytes) => Effect.andThen(gate.await, job.appendEntry(slot, bytes))
      }))
      yield* paused.connect
      const late = yield* Effect.forkChild(vote(paused, [1, "x"]), { startImmediately: true })
      yield* younger.write(promise([2, "y"]))
      yield* younger.clean
      assert.deepStrictEqual([...store.entries.keys()], [3, 4])
      yield* gate.open
      assert.strictEqual(yield* Fiber.join(late), "outvoted")
      assert.include([...store.entries.keys()], 2)
      const third = replicaOf(store)
      yield* third.connect
      assert.isTrue(third.isSound)
      assert.strictEqual(third.acceptor.held.size, 0)
    })
  )

  it.live("A2 a store that has lost its records while it is written to does not count, nor does its first record", () =>
    Effect.gen(function* () {
      const { store, younger } = yield* founded
      store.destroy()
      const failure = yield* Effect.flip(vote(younger, [1, "x"]))
      assert.deepInclude(failure, { reason: "corrupt" })
      assert.isFalse(younger.isSound)
      const next = replicaOf(store)
      yield* next.connect
      assert.strictEqual(next.whyNot, "its log is damaged or incomplete")
    })
  )

  it.live("A1 an index that lands in a store that was emptied meanwhile does not make it take part", () =>
    Effect.gen(function* () {
      const { store, younger } = yield* founded
      yield* younger.write(promise([2, "y"]))
      store.destroy()
      assert.deepInclude(yield* Effect.flip(younger.clean), { reason: "corrupt" })
      assert.strictEqual(store.entries.size, 1)
      const next = replicaOf(store)
      yield* next.connect
      assert.strictEqual(next.whyNot, "its log is damaged or incomplete")
    })
  )
})
