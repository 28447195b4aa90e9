import { assert, describe, it } from "@effect/vitest"
import { Encrypted, type EncryptionKeys } from "@tidemark/backends/encrypted"
import { MemoryStorage } from "@tidemark/backends/memory"
import { ReplicatedStorage } from "@tidemark/backends/replicated"
import { claimLog, readLog } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import { holder, utf8 } from "../../conformance/storageSubjects.ts"
import { SimulatedStore } from "../replicated/SimulatedStore.ts"

const k1 = "1f".repeat(32)
const k2 = Buffer.alloc(32, 0x2e).toString("base64")
const k3 = new Uint8Array(32).fill(0x3d)

const store = () => new SimulatedStore("disk", () => 0.999)
const over = (disk: SimulatedStore, keys: EncryptionKeys) =>
  Encrypted.over(disk.storageOf({ isAlive: true }), { keys }).open("job", holder)

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

describe("Encrypted.over", () => {
  it("refuses keys that cannot be used, and never repeats one in the message", () => {
    const refused = (keys: EncryptionKeys) => () => Encrypted.over(MemoryStorage.make(), { keys })
    assert.throws(refused({ current: "k2", keys: { k1 } }), /The current key "k2" is not among them/)
    assert.throws(
      refused({ current: "k1", keys: { k1: "hunter2" } }),
      /^(?!.*hunter2).*The key "k1" must have 32 bytes/
    )
    assert.throws(refused({ current: "k1", keys: { k1: new Uint8Array(16) } }), /must have 32 bytes/)
    assert.throws(refused({ current: "", keys: { "": k1 } }), /must have 1 to 32 characters/)
    assert.throws(refused({ current: "toString", keys: { k1 } }), /is not among them/)
  })

  it.effect("nothing of an object or entry can be found in what is stored; equal values look different", () =>
    Effect.gen(function* () {
      const disk = store()
      const job = yield* over(disk, { current: "k1", keys: { k1 } })
      const secret = utf8("secret ".repeat(100))
      yield* job.createObject("1/a", secret)
      yield* job.createObject("1/b", secret)
      yield* job.appendEntry(1, secret)
      const stored = [...disk.objects.values(), ...disk.entries.values()].map((bytes) => Buffer.from(bytes))
      for (const bytes of stored) assert.isFalse(bytes.includes("secret"))
      assert.isFalse(stored[0]?.subarray(45).equals(stored[1]?.subarray(45) ?? Buffer.alloc(0)))
      assert.deepStrictEqual(yield* job.listObjects, [
        { name: "1/a", size: secret.length },
        { name: "1/b", size: secret.length }
      ])
    })
  )

  it.effect("after a key is changed, old values open and new ones need the new key", () =>
    Effect.gen(function* () {
      const disk = store()
      yield* (yield* over(disk, { current: "k1", keys: { k1 } })).appendEntry(1, utf8("old"))
      const job = yield* over(disk, { current: "k2", keys: { k1, k2, k3 } })
      yield* job.appendEntry(2, utf8("new"))
      assert.strictEqual(text(yield* job.readEntry(1)), "old")
      assert.strictEqual(text(yield* job.readEntry(2)), "new")
      const before = yield* over(disk, { current: "k1", keys: { k1 } })
      const failure = yield* Effect.flip(before.readEntry(2))
      assert.deepInclude(failure, { reason: "key", outcome: "none", retry: "never" })
      assert.include(failure.message, `disk/2: the keys at hand do not fit.`)
      assert.include(failure.message, `it was encrypted with key "k2"; the keys at hand are k1`)
    })
  )

  it.effect("another key under the same id is told from a value that was tampered with", () =>
    Effect.gen(function* () {
      const disk = store()
      yield* (yield* over(disk, { current: "k", keys: { k: k1 } })).createObject("1/a", utf8("value"))
      const other = yield* over(disk, { current: "k", keys: { k: k2 } })
      assert.include((yield* Effect.flip(other.readObject("1/a"))).message, 'another key "k" than the one at hand')
    })
  )

  it.effect("every changed byte is noticed: corrupt, or a key that does not fit, and never absence", () =>
    Effect.gen(function* () {
      const disk = store()
      const job = yield* over(disk, { current: "k1", keys: { k1 } })
      yield* job.createObject("1/a", utf8("value"))
      const stored = disk.objects.get("1/a") ?? new Uint8Array()
      for (let at = 0; at < stored.length; at++) {
        const changed = stored.slice()
        changed[at] = (changed[at] ?? 0) ^ 1
        disk.objects.set("1/a", changed)
        const failure = yield* Effect.flip(job.readObject("1/a"))
        assert.include(["corrupt", "key"], failure.reason, `byte ${at}`)
        assert.include(failure.message, "disk/1/a")
        if (at >= 45) assert.include(failure.message, 'it was changed since it was encrypted with key "k1"')
      }
      for (let length = 0; length < stored.length; length++) {
        disk.objects.set("1/a", stored.slice(0, length))
        assert.include(["corrupt", "key"], (yield* Effect.flip(job.readObject("1/a"))).reason)
      }
    })
  )

  it.effect("a value opens at its own place only: not under another name, slot, kind or job", () =>
    Effect.gen(function* () {
      const disk = store()
      const keys = { current: "k1", keys: { k1 } }
      const job = yield* over(disk, keys)
      yield* job.createObject("1", utf8("object"))
      yield* job.appendEntry(1, utf8("entry"))
      const [object, entry] = [disk.objects.get("1") ?? new Uint8Array(), disk.entries.get(1) ?? new Uint8Array()]
      disk.objects.set("2", object)
      disk.objects.set("3", entry)
      disk.entries.set(2, entry)
      disk.entries.set(3, object)
      for (const moved of [job.readObject("2"), job.readObject("3"), job.readEntry(2), job.readEntry(3)]) {
        assert.deepInclude(yield* Effect.flip(moved), { reason: "corrupt", outcome: "none" })
      }
      const other = yield* Encrypted.over(disk.storageOf({ isAlive: true }), { keys }).open("other", holder)
      assert.strictEqual((yield* Effect.flip(other.readObject("1"))).reason, "corrupt")
    })
  )

  it.effect("what was written without encryption is refused, not taken for nothing", () =>
    Effect.gen(function* () {
      const disk = store()
      disk.entries.set(1, utf8("plain"))
      const failure = yield* Effect.flip(Effect.flatMap(over(disk, { current: "k1", keys: { k1 } }), readLog))
      assert.include(failure.message, "it is not encrypted")
    })
  )

  it.effect("a log that was tampered with is damaged there, and read on", () =>
    Effect.gen(function* () {
      const disk = store()
      const job = yield* over(disk, { current: "k1", keys: { k1 } })
      const claim = {
        job: "job",
        holder: "me",
        since: "2001-01-01T00:00:00.000Z",
        decide: () => Effect.succeed({ resumesFrom: null })
      }
      yield* claimLog(job, claim)
      yield* claimLog(job, claim)
      const first = disk.entries.get(1)
      if (first !== undefined) first[60] = (first[60] ?? 0) ^ 1
      const content = yield* readLog(job)
      assert.deepStrictEqual(
        content.damaged.map(({ slot }) => slot),
        [1]
      )
      assert.strictEqual(content.view.term, 2)
    })
  )

  it.live("a create that is tried again over replicated stores is encrypted anew, and has its copies", () =>
    Effect.gen(function* () {
      const disks = ["a", "b", "c"].map((name) => new SimulatedStore(name, () => 0.999))
      const stores = disks.map((disk) => disk.storageOf({ isAlive: true }))
      const storage = Encrypted.over(ReplicatedStorage.make({ stores }), { keys: { current: "k1", keys: { k1 } } })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const job = yield* storage.open("job", holder)
          for (const disk of disks.slice(1)) disk.isAway = true
          const failure = yield* Effect.flip(job.createObject("1/a", utf8("value")))
          assert.deepInclude(failure, { reason: "quorum", outcome: "unknown" })
          for (const disk of disks.slice(1)) disk.isAway = false
          yield* job.createObject("1/a", utf8("value")).pipe(
            Effect.retry({ while: ({ reason }) => reason === "quorum" }),
            // Its copies were still on their way: then the first try has succeeded after all.
            Effect.catchIf(
              ({ reason }) => reason === "exists",
              () => Effect.void
            )
          )
        })
      )
      disks[0]?.destroy()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const job = yield* storage.open("job", holder)
          assert.strictEqual(text(yield* job.readObject("1/a")), "value")
        })
      )
    })
  )
})
