/** One store destroyed, lagging, corrupt, slow, coming back; and what is refused. */
import { assert, describe, it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { ReplicatedStorage } from "@tidemark/backends/replicated"
import { type CheckpointStorage, type JobStorage, StorageFailure } from "@tidemark/core/storage"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { holder, utf8 } from "../../conformance/storageSubjects.ts"
import { hookedStorage } from "../../support/hookedStorage.ts"
import { until } from "../../support/until.ts"
import { SimulatedStore } from "./SimulatedStore.ts"

const tuning = {
  timeLimit: "5 seconds",
  retry: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 1 })),
  reconnect: Schedule.spaced("2 millis"),
  hedgeAfter: "5 millis"
} as const

const process = { isAlive: true }

/** Three stores, and a storage over them. */
const three = () => {
  const stores = ["a", "b", "c"].map((name) => new SimulatedStore(name, () => 0.999))
  const [a, b, c] = stores
  if (a === undefined || b === undefined || c === undefined) return assert.fail("three")
  return { a, b, c, storage: ReplicatedStorage.make({ stores: stores.map((of) => of.storageOf(process)), tuning }) }
}

const write = (job: JobStorage, slots: ReadonlyArray<number>) =>
  Effect.forEach(
    slots,
    (slot) =>
      Effect.andThen(
        job.createObject(`1/${slot}`, utf8(`object ${slot}`)),
        job.appendEntry(slot, utf8(`entry ${slot}`))
      ),
    { discard: true }
  )

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** All of it is there. */
const expectAll = (job: JobStorage, slots: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* job.listEntries, slots)
    for (const slot of slots) {
      assert.strictEqual(text(yield* job.readEntry(slot)), `entry ${slot}`)
      assert.strictEqual(text(yield* job.readObject(`1/${slot}`)), `object ${slot}`)
    }
  })

const use = <A, E>(storage: CheckpointStorage, act: (job: JobStorage) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(storage.open("job", holder), act))

/** Whether a store holds so many entries of the job, and these objects. */
const holds = (store: SimulatedStore, slots: ReadonlyArray<number>): boolean => {
  const log = [...store.entries.values()].map(text).join()
  return slots.every((slot) => log.includes(`entry ${slot}`) && store.objects.has(`1/${slot}`))
}

describe("ReplicatedStorage.make", () => {
  const stores = [1, 2, 3, 4].map(() => MemoryStorage.make())
  it("refuses numbers that make no quorum, and says why", () => {
    assert.throws(() => ReplicatedStorage.make({ stores: [] }), /at least one store/)
    assert.throws(() => ReplicatedStorage.make({ stores, write: 2 }), /write must be more than half of the stores/)
    assert.throws(() => ReplicatedStorage.make({ stores, write: 3, read: 1 }), /read \+ write must be more than/)
    assert.throws(() => ReplicatedStorage.make({ stores, write: 5 }), /write must be a whole number from 1 to 4/)
    assert.throws(() => ReplicatedStorage.make({ stores, write: 2.5 }), /whole number/)
  })

  it("names its stores", () => {
    assert.strictEqual(ReplicatedStorage.make({ stores }).location, "replicated (memory, memory, memory, memory)")
  })
})

describe("replicated storage", () => {
  it.live("P4 begins a job only when all stores answer, and then goes on with two of three", () =>
    Effect.gen(function* () {
      const { c, storage } = three()
      c.isAway = true
      const refused = yield* Effect.flip(use(storage, () => Effect.void))
      assert.deepInclude(refused, { reason: "quorum", outcome: "none" })
      assert.include(refused.message, "3 of 3 stores are needed; a: it holds nothing of this job; b: ")
      assert.include(refused.message, "is begun only when all answer: the others may hold it")
      c.isAway = false
      yield* use(storage, (job) => write(job, [1]))
      c.isAway = true
      yield* use(storage, (job) => Effect.andThen(write(job, [2]), expectAll(job, [1, 2])))
    })
  )

  it.live("refuses to open when too few stores have a say, and names what each one lacks", () =>
    Effect.gen(function* () {
      const { a, b, storage } = three()
      yield* use(storage, (job) => write(job, [1]))
      a.isAway = true
      b.destroy()
      const refused = yield* Effect.flip(use(storage, () => Effect.void))
      assert.instanceOf(refused, StorageFailure)
      assert.include(refused.message, "2 of 3 stores are needed; a: ")
      assert.include(refused.message, "; b: it holds nothing of this job; c: fine")
      assert.include((yield* Effect.flip(storage.inspect("job"))).message, "b: it holds nothing of this job")
      a.isAway = false
      yield* use(storage, (job) => expectAll(job, [1]))
    })
  )

  it.live("one store destroyed: nothing is lost, and it gets everything again", () =>
    Effect.gen(function* () {
      const { a, b, c, storage } = three()
      yield* use(storage, (job) => write(job, [1, 2, 3]))
      for (const store of [a, b, c]) {
        store.destroy()
        yield* use(storage, (job) =>
          Effect.andThen(
            expectAll(job, [1, 2, 3]),
            until(() => holds(store, [1, 2, 3]))
          )
        )
      }
    })
  )

  it.live("one store destroyed while the job runs is noticed, and refilled", () =>
    Effect.gen(function* () {
      const { b, storage } = three()
      yield* use(
        storage,
        Effect.fnUntraced(function* (job) {
          yield* write(job, [1, 2])
          b.destroy()
          yield* write(job, [3])
          yield* until(() => holds(b, [1, 2, 3]))
          yield* expectAll(job, [1, 2, 3])
        })
      )
    })
  )

  it.live("one store lagging, coming back: it catches up while the job runs, and what was removed stays removed", () =>
    Effect.gen(function* () {
      const { a, b, c, storage } = three()
      yield* use(
        storage,
        Effect.fnUntraced(function* (job) {
          yield* write(job, [1])
          c.isAway = true
          yield* write(job, [2, 3])
          yield* job.deleteEntry(1)
          yield* job.deleteObject("1/1")
          c.isAway = false
          yield* until(() => holds(c, [2, 3]) && !c.objects.has("1/1"))
        })
      )
      for (const gone of [a, b]) {
        gone.isAway = true
        yield* use(storage, (job) => expectAll(job, [2, 3]))
        gone.isAway = false
      }
      assert.strictEqual(yield* use(storage, (job) => job.appendEntry(1, utf8("again"))), "taken")
    })
  )

  it.live("one store corrupt: reads find a good copy and repair the bad one", () =>
    Effect.gen(function* () {
      const { a, b, c, storage } = three()
      yield* use(storage, (job) => write(job, [1, 2]))
      // The first store is the one that is read; of all stores the log is read at open.
      for (const store of [a, b, c]) {
        const copy = a.objects.get("1/2")
        if (copy !== undefined) copy[20] = (copy[20] ?? 0) ^ 1
        const top = Math.max(...store.entries.keys())
        const entry = store.entries.get(top)
        if (entry !== undefined) entry[30] = (entry[30] ?? 0) ^ 1
        const isAdmitted = () => [...store.entries].some(([at, bytes]) => at > top && text(bytes).includes('"confirm"'))
        const isRepaired = () => text(a.objects.get("1/2") ?? new Uint8Array()).includes("object 2")
        yield* use(storage, (job) =>
          Effect.andThen(
            expectAll(job, [1, 2]),
            until(() => isAdmitted() && isRepaired())
          )
        )
      }
    })
  )

  it.live("an object that is corrupt everywhere is corrupt, not missing", () =>
    Effect.gen(function* () {
      const { a, b, c, storage } = three()
      yield* use(storage, (job) => write(job, [1]))
      for (const { objects } of [a, b, c]) objects.set("1/1", utf8("something else"))
      const failure = yield* use(storage, (job) => Effect.flip(job.readObject("1/1")))
      assert.deepInclude(failure, { reason: "corrupt", outcome: "none" })
      assert.include(failure.message, "damaged in a and b and c")
    })
  )

  it.live("one store slow to write an object that is removed meanwhile: the removal does not overtake the write", () =>
    Effect.gen(function* () {
      const isOpen = yield* Deferred.make<void>()
      const slow = MemoryStorage.make()
      const hooked = hookedStorage(slow, { createObject: (_, pass) => Effect.andThen(Deferred.await(isOpen), pass) })
      const stores = [MemoryStorage.make(), MemoryStorage.make(), hooked]
      const storage = ReplicatedStorage.make({ stores, tuning })
      yield* use(storage, (job) =>
        Effect.gen(function* () {
          yield* job.createObject("1/a", utf8("a"))
          yield* job.deleteObject("1/a")
          assert.deepStrictEqual(yield* job.listObjects, [])
          yield* Deferred.succeed(isOpen, undefined)
        })
      )
      for (const store of stores) {
        const reader = yield* store.inspect("job")
        assert.deepStrictEqual(yield* reader.listObjects, [])
      }
      yield* use(storage, (job) => Effect.map(job.listObjects, (objects) => assert.deepStrictEqual(objects, [])))
    })
  )

  it.live("one store slow: the others are not held up, and it has everything in the end", () =>
    Effect.gen(function* () {
      const { b, storage } = three()
      yield* use(
        storage,
        Effect.fnUntraced(function* (job) {
          yield* write(job, [1])
          yield* until(() => holds(b, [1]))
          b.rates = { ...b.rates, hang: 1 }
          // More than may wait for a store.
          const slots = Array.from({ length: 30 }, (_, index) => index + 2)
          yield* write(job, slots)
          yield* expectAll(job, [1, ...slots])
          assert.isFalse(holds(b, [31]))
          b.rates = { ...b.rates, hang: 0 }
          yield* until(() => holds(b, [1, ...slots]))
        })
      )
    })
  )

  it.live("an append that reached one store is of unknown outcome, and settled by the next one", () =>
    Effect.gen(function* () {
      const { a, b, c, storage } = three()
      yield* use(
        storage,
        Effect.fnUntraced(function* (job) {
          yield* write(job, [1])
          a.isAway = true
          b.isAway = true
          const failure = yield* Effect.flip(job.appendEntry(2, utf8("entry 2")))
          assert.deepInclude(failure, { reason: "quorum", outcome: "unknown" })
          assert.include(text(c.entries.get(c.entries.size) ?? new Uint8Array()), "entry 2")
          a.isAway = false
          b.isAway = false
        })
      )
      yield* use(
        storage,
        Effect.fnUntraced(function* (job) {
          // Whoever leads next decides: its copy is found among the stores that are asked, or it never stands.
          const stands = (yield* job.listEntries).includes(2)
          assert.strictEqual(yield* job.appendEntry(2, utf8("other")), stands ? "taken" : "appended")
        })
      )
    })
  )

  it.live("an older leader that goes on is outvoted in its own log, and learns who was first", () =>
    Effect.gen(function* () {
      const { storage } = three()
      const older = yield* Effect.scoped(storage.open("job", holder))
      yield* older.appendEntry(1, utf8("older"))
      const younger = yield* Effect.scoped(storage.open("job", holder))
      const answers = yield* Effect.all([older.appendEntry(2, utf8("o")), younger.appendEntry(2, utf8("y"))], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual([...answers].sort(), ["appended", "taken"])
      assert.deepStrictEqual(yield* older.readEntry(2), yield* younger.readEntry(2))
    })
  )

  it.live("old records of the votes are removed from the stores", () =>
    Effect.gen(function* () {
      const { a, storage } = three()
      yield* use(
        storage,
        Effect.fnUntraced(function* (job) {
          for (let slot = 1; slot <= 200; slot++) {
            yield* job.appendEntry(slot, utf8(`entry ${slot}`))
            if (slot > 2) yield* job.deleteEntry(slot - 2)
          }
          assert.deepStrictEqual(yield* job.listEntries, [199, 200])
        })
      )
      assert.isBelow(a.entries.size, 80)
      yield* use(storage, (job) => Effect.map(job.listEntries, (slots) => assert.deepStrictEqual(slots, [199, 200])))
    })
  )

  it.live("a writer that was interrupted leaves the log usable", () =>
    Effect.gen(function* () {
      const { a, b, storage } = three()
      yield* use(
        storage,
        Effect.fnUntraced(function* (job) {
          a.rates = { ...a.rates, hang: 1 }
          b.rates = { ...b.rates, hang: 1 }
          const append = yield* Effect.forkChild(job.appendEntry(1, utf8("entry 1")), { startImmediately: true })
          yield* Fiber.interrupt(append)
          a.rates = { ...a.rates, hang: 0 }
          b.rates = { ...b.rates, hang: 0 }
        })
      )
      yield* use(storage, (job) =>
        Effect.gen(function* () {
          const slots = yield* job.listEntries
          assert.strictEqual(yield* job.appendEntry(slots.length + 1, utf8("next")), "appended")
        })
      )
    })
  )
})
