import { describe, expect, it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Effect, Exit, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import {
  type ClaimChoice,
  claimLog,
  encodeLogEntry,
  type JobStorage,
  type LogContent,
  type LogEntry,
  readLog
} from "../../../packages/core/src/storage/index.ts"
import { claim, end, manifest } from "./support/entries.ts"
import { type AppendFault, TinyStorage } from "./support/TinyStorage.ts"

const newest = ({ view }: LogContent): ClaimChoice => ({ resumesFrom: view.completed.at(-1)?.manifest.id ?? null })

const lead = (storage: JobStorage, decide = (content: LogContent) => Effect.succeed(newest(content))) =>
  claimLog(storage, { job: "job", holder: "me", since: "2026-01-01T00:00:00.000Z", decide })

const completedIn = (storage: JobStorage) =>
  Effect.map(readLog(storage), ({ view }) => view.completed.map(({ manifest }) => manifest.id))

/** Runs to its end however often something is tried again after a pause. */
const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.exit(effect))
    for (let pause = 0; pause < 20; pause++) yield* TestClock.adjust("10 seconds")
    return yield* yield* Fiber.join(fiber)
  })

const tagOf = (result: Result.Result<unknown, { readonly _tag: string }>) =>
  Result.isFailure(result) ? result.failure._tag : "no failure"

const subjects = [
  ["a tiny storage", Effect.sync((): JobStorage => new TinyStorage())],
  ["the memory backend", Effect.suspend(() => MemoryStorage.make().open("job", { name: "the test", since: "now" }))]
] as const

for (const [name, open] of subjects) {
  describe(`the log over ${name}`, () => {
    it.effect("a first claim starts over, and what is appended under it counts", () =>
      Effect.gen(function* () {
        const storage = yield* open
        const writer = yield* lead(storage)
        expect(writer).toMatchObject({ term: 1, idsReserved: { from: 1, to: 1001 }, resumesFrom: null })
        expect(yield* writer.append(manifest(1, 1))).toBe(2)
        expect(yield* writer.append(manifest(1, 2))).toBe(3)
        expect(yield* completedIn(storage)).toEqual([1, 2])
      })
    )

    it.effect("S6 ids are reserved once, over claims and within a term", () =>
      Effect.gen(function* () {
        const storage = yield* open
        const first = yield* lead(storage)
        expect(yield* first.reserve).toEqual({ from: 1001, to: 2001 })
        expect(yield* first.reserve).toEqual({ from: 2001, to: 3001 })
        const second = yield* lead(storage)
        expect(second).toMatchObject({ term: 2, idsReserved: { from: 3001, to: 4001 } })
        expect(yield* second.reserve).toEqual({ from: 4001, to: 5001 })
      })
    )

    it.effect("J1 S10 a new claim fences the old leader for good", () =>
      Effect.gen(function* () {
        const storage = yield* open
        const old = yield* lead(storage)
        yield* old.append(manifest(1, 1))
        const next = yield* lead(storage)
        expect(next.before.view.completed.map(({ manifest }) => manifest.id)).toEqual([1])
        for (const entry of [manifest(1, 2), end(1, "finished")]) {
          expect(tagOf(yield* Effect.result(old.append(entry)))).toBe("Fenced")
        }
        expect(tagOf(yield* Effect.result(old.reserve))).toBe("Fenced")
        yield* next.append(manifest(2, 1001))
        expect(tagOf(yield* Effect.result(old.append(manifest(1, 2))))).toBe("Fenced")
        expect(yield* completedIn(storage)).toEqual([1, 1001])
      })
    )

    it.effect("two who claim at once get different terms, and only the later one leads", () =>
      Effect.gen(function* () {
        const storage = yield* open
        const later = (content: LogContent) => Effect.delay(Effect.succeed(newest(content)), 10)
        const fibers = yield* Effect.forEach([1, 2], () => Effect.forkChild(lead(storage, later)))
        yield* TestClock.adjust(10)
        yield* TestClock.adjust(10)
        const writers = yield* Effect.forEach(fibers, Fiber.join)
        expect(writers.map(({ term }) => term).sort()).toEqual([1, 2])
        const results = yield* Effect.forEach(writers, (writer) =>
          Effect.result(writer.append(manifest(writer.term, writer.idsReserved.from)))
        )
        expect(results.map((result, i) => [writers[i]?.term, tagOf(result)]).sort()).toEqual([
          [1, "Fenced"],
          [2, "no failure"]
        ])
      })
    )

    it.effect("W3 who resumes from an older checkpoint leaves the newer ones behind", () =>
      Effect.gen(function* () {
        const storage = yield* open
        const first = yield* lead(storage)
        for (const id of [1, 2, 3]) yield* first.append(manifest(1, id))
        const second = yield* lead(storage, () => Effect.succeed({ resumesFrom: 2 }))
        expect(second.resumesFrom).toBe(2)
        expect(yield* completedIn(storage)).toEqual([1, 2])
        yield* second.append(manifest(2, 1001))
        expect(yield* completedIn(storage)).toEqual([1, 2, 1001])
      })
    )

    it.effect("a decision that fails claims nothing", () =>
      Effect.gen(function* () {
        const storage = yield* open
        expect(Exit.isFailure(yield* Effect.exit(lead(storage, () => Effect.die("no"))))).toBe(true)
        expect(yield* storage.listEntries).toEqual([])
      })
    )

    it.effect("an entry that cannot be read is told apart, keeps its slot, and is no restore point", () =>
      Effect.gen(function* () {
        const storage = yield* open
        const writer = yield* lead(storage)
        yield* writer.append(manifest(1, 1))
        yield* storage.appendEntry(3, new TextEncoder().encode("{"))
        const log = yield* readLog(storage)
        expect(log.damaged.map(({ slot }) => slot)).toEqual([3])
        expect(log.view.completed.map(({ manifest }) => manifest.id)).toEqual([1])
        const next = yield* lead(storage)
        expect(next).toMatchObject({ term: 3, idsReserved: { from: 2001 }, resumesFrom: 1 })
      })
    )

    it.effect("an entry of a newer format stops everybody before anything is written", () =>
      Effect.gen(function* () {
        const storage = yield* open
        const newer = new TextDecoder().decode(encodeLogEntry(claim(1, 1))).replace('"format": 1', '"format": 9')
        yield* storage.appendEntry(1, new TextEncoder().encode(newer))
        expect(tagOf(yield* Effect.result(lead(storage)))).toBe("FormatTooNew")
        expect(yield* storage.listEntries).toEqual([1])
      })
    )
  })
}

describe("claims of paused leaders", () => {
  it.effect("J4 W1 a claim that lands in a gap which retention left is void, and is made again above everything", () =>
    Effect.gen(function* () {
      const storage = new TinyStorage()
      const leader = yield* lead(storage)
      yield* leader.append(manifest(1, 1))
      // The claimant reads the log, and is paused while the leader goes on and removes what the claimant has seen last.
      let appends = 0
      const fiber = yield* Effect.forkChild(
        lead(storage, (content) => Effect.as(Effect.sleep(appends++ === 0 ? 1_000 : 0), newest(content)))
      )
      yield* TestClock.adjust(10)
      const slot = yield* leader.append(manifest(1, 2))
      yield* leader.append(manifest(1, 3))
      yield* storage.deleteEntry(slot)
      yield* TestClock.adjust(1_000)
      yield* TestClock.adjust(250) // the longest pause of a claimant that met another
      yield* TestClock.adjust(1)
      const claimant = yield* Fiber.join(fiber)
      expect(claimant).toMatchObject({ term: 3, resumesFrom: 3 })
      expect(yield* storage.listEntries).toEqual([1, 2, 3, 4, 5])
      expect(yield* completedIn(storage)).toEqual([1, 3])
      expect(tagOf(yield* Effect.result(leader.append(manifest(1, 4))))).toBe("Fenced")
      yield* claimant.append(manifest(3, claimant.idsReserved.from))
      expect((yield* completedIn(storage)).at(-1)).toBe(claimant.idsReserved.from)
    })
  )

  it.effect("J5 a claim of unknown outcome that lands later than the next one fences nobody", () =>
    Effect.gen(function* () {
      const storage = new TinyStorage()
      storage.faults = ["held"]
      const paused = yield* Effect.forkChild(lead(storage))
      yield* TestClock.adjust(1)
      yield* Fiber.interrupt(paused)
      const writer = yield* lead(storage)
      storage.release()
      expect(yield* writer.append(manifest(1, 1))).toBe(2)
    })
  )
})

describe("appends of unknown outcome (rule 2)", () => {
  const given = Effect.gen(function* () {
    const storage = new TinyStorage()
    const writer = yield* lead(storage)
    return { storage, writer, append: (entry: LogEntry) => patiently(Effect.result(writer.append(entry))) }
  })
  const unknown: ReadonlyArray<ReadonlyArray<AppendFault>> = [
    ["landed"],
    ["lost"],
    ["late"],
    ["lost", "lost", "landed"],
    ["landed", "refused"],
    ["late", "refused", "lost"]
  ]

  for (const faults of unknown) {
    it.effect(`J2 J3 ${faults.join(", then ")}: it is settled by appending again, and stands once`, () =>
      Effect.gen(function* () {
        const { append, storage } = yield* given
        storage.faults = faults
        expect(yield* append(manifest(1, 1))).toEqual(Result.succeed(2))
        storage.release()
        expect(yield* append(manifest(1, 2))).toEqual(Result.succeed(3))
        expect(yield* completedIn(storage)).toEqual([1, 2])
      })
    )
  }

  it.effect("S14 an append that surely had no effect fails at once, and leaves the slot free", () =>
    Effect.gen(function* () {
      const { append, storage } = yield* given
      storage.faults = ["refused"]
      expect(tagOf(yield* append(manifest(1, 1)))).toBe("StorageFailure")
      expect(yield* append(manifest(1, 2))).toEqual(Result.succeed(2))
      expect(yield* completedIn(storage)).toEqual([2])
    })
  )

  it.effect("J3 S14 a slot that is taken by an entry that cannot be read just now may be our own: no failure yet", () =>
    Effect.gen(function* () {
      const { append, storage } = yield* given
      storage.faults = ["landed"]
      storage.readsFailing = 3
      expect(yield* append(manifest(1, 1))).toEqual(Result.succeed(2))
    })
  )

  it.effect("J1 a slot that is taken by another's entry, unreadable just now, is no failure of the storage", () =>
    Effect.gen(function* () {
      const { append, storage } = yield* given
      storage.entries.set(2, encodeLogEntry(claim(2, 1001)))
      storage.readsFailing = 3
      expect(tagOf(yield* append(manifest(1, 1)))).toBe("Fenced")
    })
  )

  it.effect("J2 what an interrupted append has begun is finished before anything else is appended", () =>
    Effect.gen(function* () {
      const { append, storage, writer } = yield* given
      storage.faults = ["held"]
      const interrupted = yield* Effect.forkChild(writer.append(manifest(1, 1)))
      yield* TestClock.adjust(1)
      yield* Fiber.interrupt(interrupted)
      expect(yield* append(manifest(1, 2))).toEqual(Result.succeed(3))
      storage.release()
      expect(yield* completedIn(storage)).toEqual([1, 2])
    })
  )

  it.effect("J2 two manifests in flight stand in the order in which they were appended, and each once", () =>
    Effect.gen(function* () {
      const { storage, writer } = yield* given
      storage.faults = ["lost", "lost"]
      const slots: ReadonlyArray<number> = yield* patiently(
        Effect.forEach([1, 2, 3], (id) => writer.append(manifest(1, id)), { concurrency: "unbounded" })
      )
      expect(slots).toEqual([2, 3, 4])
      const { view } = yield* readLog(storage)
      expect(view.completed.map(({ manifest, slot }) => [manifest.id, slot])).toEqual([
        [1, 2],
        [2, 3],
        [3, 4]
      ])
    })
  )

  it.effect("J2 a held append does not hold up the next one", () =>
    Effect.gen(function* () {
      const { append, storage, writer } = yield* given
      storage.faults = ["held"]
      const held = yield* Effect.forkChild(writer.append(manifest(1, 1)))
      yield* TestClock.adjust(1)
      expect(yield* append(manifest(1, 2))).toEqual(Result.succeed(3))
      storage.release()
      expect(yield* Fiber.join(held)).toBe(2)
      expect(yield* completedIn(storage)).toEqual([1, 2])
    })
  )

  it.effect("J3 a repetition that surely had no effect does not settle what is still held", () =>
    Effect.gen(function* () {
      const { storage, writer } = yield* given
      storage.faults = ["held", "refused", "refused"]
      const held = yield* Effect.forkChild(writer.append(manifest(1, 1)))
      yield* TestClock.adjust(1)
      expect(yield* patiently(writer.append(manifest(1, 2)))).toBe(3)
      storage.release()
      expect(yield* Fiber.join(held)).toBe(2)
      expect(yield* completedIn(storage)).toEqual([1, 2])
    })
  )

  it.effect("J1 rule 2: a manifest released after the next claim does not stand, and its leader learns that", () =>
    Effect.gen(function* () {
      const { storage, writer } = yield* given
      storage.faults = ["held"]
      const held = yield* Effect.forkChild(Effect.result(writer.append(manifest(1, 1))))
      yield* TestClock.adjust(1)
      const next = yield* lead(storage)
      expect(next.resumesFrom).toBeNull()
      storage.release()
      expect(tagOf(yield* Fiber.join(held))).toBe("Fenced")
      expect(yield* completedIn(storage)).toEqual([])
    })
  )

  it.effect("rule 2: a manifest that landed unnoticed before the next claim is completed", () =>
    Effect.gen(function* () {
      const { storage, writer } = yield* given
      storage.faults = ["landed", "lost", "lost", "lost"]
      const fiber = yield* Effect.forkChild(Effect.result(writer.append(manifest(1, 1))))
      yield* TestClock.adjust(1)
      storage.faults = []
      const next = yield* lead(storage)
      expect(next.resumesFrom).toBe(1)
      yield* TestClock.adjust("10 seconds")
      expect(yield* Fiber.join(fiber)).toEqual(Result.succeed(2))
    })
  )

  it.effect("J1 a leader that finds its own entry gone was taken over: the next one has retired it", () =>
    Effect.gen(function* () {
      const { storage, writer } = yield* given
      storage.faults = ["held"]
      const fiber = yield* Effect.forkChild(Effect.result(writer.append(manifest(1, 1))))
      yield* TestClock.adjust(1)
      storage.entries.set(2, encodeLogEntry(manifest(1, 1)))
      storage.onRead = (slot) => storage.entries.delete(slot)
      storage.release()
      expect(tagOf(yield* Fiber.join(fiber))).toBe("Fenced")
    })
  )
})
