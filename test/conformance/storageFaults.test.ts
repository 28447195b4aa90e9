import { assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import type { CheckpointStorage, JobStorage, StorageFailure } from "@tidemark/core/storage"
import { Fault, FaultPlan, SimulatedFiles } from "@tidemark/core/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { TestClock } from "effect/testing"
import { holder, utf8, withJob } from "./storageSubjects.ts"

const on = (disk: SimulatedFiles): CheckpointStorage => FileStorage.at("checkpoints", { files: disk.files })

/** Opens a job on a fresh disk. */
const opened = Effect.gen(function* () {
  const disk = SimulatedFiles.make()
  return { disk, job: yield* on(disk).open("job", holder) }
})

type Found = "absent" | "whole" | "damaged"

const manifest = utf8("manifest of checkpoint 7 ".repeat(40))

const findEntry = (job: Pick<JobStorage, "readEntry">, slot: number): Effect.Effect<Found, StorageFailure> =>
  job.readEntry(slot).pipe(
    Effect.map((bytes): Found => (Buffer.compare(bytes, manifest) === 0 ? "whole" : "damaged")),
    Effect.catchIf(
      (failure) => failure.reason === "missing",
      () => Effect.succeed("absent" as const)
    )
  )

/** What is left after the machine has lost everything that was not synced. */
const afterPowerLoss = (disk: SimulatedFiles, slot: number): Effect.Effect<Found, StorageFailure> => {
  disk.powerLoss("lose-all")
  return Effect.flatMap(on(disk).inspect("job"), (reader) => findEntry(reader, slot))
}

const operationsOfAppend = ["write", "sync", "link", "remove", "syncDirectory"] as const

const faults = {
  ENOSPC: Fault.fail("full"),
  EIO: Fault.fail("io"),
  "permission denied": Fault.fail("denied"),
  "a failure although it happened": Fault.failAfter("io"),
  "a failure before it happens": Fault.failThenLand("timeout"),
  "a torn write": Fault.torn(0.5, "io")
}

describe("an append whose", () => {
  for (const operation of operationsOfAppend) {
    for (const [name, fault] of Object.entries(faults)) {
      if (fault._tag === "Torn" && operation !== "write") continue
      it.effect(`B2 B4 ${operation} meets ${name} says truly what became of it`, () =>
        Effect.gen(function* () {
          const { disk, job } = yield* opened
          disk.inject(FaultPlan.on({ operation }, fault))
          const answer = yield* Effect.result(job.appendEntry(1, manifest))
          disk.release()
          const found = yield* findEntry(job, 1)
          assert.notStrictEqual(found, "damaged")
          if (Result.isSuccess(answer)) {
            assert.strictEqual(answer.success, "appended")
            assert.strictEqual(yield* afterPowerLoss(disk, 1), "whole")
            return
          }
          if (answer.failure.outcome === "none") assert.strictEqual(found, "absent")
          // The device works again: the same append settles it, durably, whoever wins.
          disk.inject(FaultPlan.none)
          assert.strictEqual(yield* job.appendEntry(1, manifest), found === "whole" ? "taken" : "appended")
          assert.strictEqual(yield* afterPowerLoss(disk, 1), "whole")
        })
      )
    }
  }
})

describe("the file backend", () => {
  it.effect("a full device leaves nothing behind, says so, and goes on when there is space", () =>
    Effect.gen(function* () {
      const { disk, job } = yield* opened
      disk.inject(FaultPlan.on({ operation: "write", times: Number.POSITIVE_INFINITY }, Fault.torn(0.3, "full")))
      const failure = yield* Effect.flip(job.createObject("1/7/counts/0", manifest))
      assert.strictEqual(failure.outcome, "none")
      assert.strictEqual(
        failure.message,
        "Storage could not create object checkpoints/job/objects/1+7+counts+0: no space is left on the device. " +
          "Free some space and run again; nothing that was completed is lost. (simulated fault)"
      )
      assert.deepStrictEqual(disk.paths(), [])
      disk.inject(FaultPlan.none)
      yield* job.createObject("1/7/counts/0", manifest)
      assert.deepStrictEqual(disk.paths(), ["checkpoints/job/objects/1+7+counts+0"])
    })
  )

  it.effect("rule 2: an append that is held lands before the successor's claim and is found by it", () =>
    Effect.gen(function* () {
      const { disk, job } = yield* opened
      disk.inject(FaultPlan.on({ operation: "link" }, Fault.hold))
      const append = yield* Effect.forkChild(job.appendEntry(1, manifest), { startImmediately: true })
      assert.strictEqual(disk.heldCount, 1)
      // The subtask fails; the interruption takes nothing back.
      yield* Fiber.interrupt(append)
      disk.release()
      assert.strictEqual(yield* job.appendEntry(1, utf8("claim")), "taken")
      assert.strictEqual(yield* findEntry(job, 1), "whole")
      assert.strictEqual(yield* job.appendEntry(2, utf8("claim")), "appended")
    })
  )

  it.effect("rule 2: an append that is held until after the successor's claim never stands", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make()
      const storage = on(disk)
      const older = yield* Effect.scoped(storage.open("job", holder))
      disk.inject(FaultPlan.on({ operation: "link" }, Fault.hold))
      const append = yield* Effect.forkChild(older.appendEntry(1, manifest), { startImmediately: true })
      yield* Fiber.interrupt(append)
      const younger = yield* storage.open("job", holder)
      assert.strictEqual(yield* younger.appendEntry(1, utf8("claim")), "appended")
      disk.release()
      assert.deepStrictEqual(yield* younger.readEntry(1), utf8("claim"))
      assert.deepStrictEqual(yield* younger.listEntries, [1])
    })
  )

  it.effect("a device that never answers does not hold up a timeout", () =>
    Effect.gen(function* () {
      for (const operation of operationsOfAppend) {
        const { disk, job } = yield* opened
        disk.inject(FaultPlan.on({ operation, times: Number.POSITIVE_INFINITY }, Fault.hang))
        const append = yield* Effect.forkChild(Effect.timeoutOption(job.appendEntry(1, manifest), "10 seconds"))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* Fiber.join(append))._tag, "None")
        assert.notStrictEqual(yield* findEntry(job, 1), "damaged")
      }
    })
  )

  it.effect("a slow device is slow, no more", () =>
    Effect.gen(function* () {
      const { disk, job } = yield* opened
      disk.inject(FaultPlan.on({ times: Number.POSITIVE_INFINITY }, Fault.slow("1 second")))
      const append = yield* Effect.forkChild(job.appendEntry(1, manifest))
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(append.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(append), "appended")
      assert.strictEqual(yield* afterPowerLoss(disk, 1), "whole")
    })
  )

  it.effect("a bit that flips while reading changes what is read, not what is stored", () =>
    Effect.gen(function* () {
      const { disk, job } = yield* opened
      yield* job.appendEntry(1, manifest)
      disk.inject(FaultPlan.on({ operation: "read", path: "/log/" }, Fault.flipBit(1234)))
      assert.strictEqual(yield* findEntry(job, 1), "damaged")
      assert.strictEqual(yield* findEntry(job, 1), "whole")
    })
  )

  it.effect("a read that fails changes nothing and names the file", () =>
    Effect.gen(function* () {
      const { disk, job } = yield* opened
      yield* job.appendEntry(1, manifest)
      disk.inject(FaultPlan.on({ operation: "read" }, Fault.fail("io")))
      const failure = yield* Effect.flip(job.readEntry(1))
      assert.strictEqual(failure.path, "checkpoints/job/log/0000000001.json")
      assert.strictEqual(failure.outcome, "none")
    })
  )

  it.effect("a device that lies about a sync damages what was answered: only checksums above can tell", () =>
    Effect.gen(function* () {
      const { disk, job } = yield* opened
      disk.inject(FaultPlan.on({ operation: "sync" }, Fault.loseSync))
      yield* job.appendEntry(1, manifest)
      assert.strictEqual(yield* afterPowerLoss(disk, 1), "damaged")
    })
  )

  it.effect("removes the temporaries of a process that died, and nothing else", () =>
    Effect.gen(function* () {
      const { disk, job } = yield* opened
      disk.inject(FaultPlan.on({ operation: "link" }, Fault.powerLoss("before", "keep-all")))
      yield* Effect.exit(job.appendEntry(1, manifest))
      yield* disk.files.write("checkpoints/job/.tmp-mine", utf8("foreign"))
      assert.lengthOf(disk.paths(), 2)
      yield* withJob(on(disk), (next) =>
        Effect.map(next.listEntries, (slots) => {
          assert.deepStrictEqual(slots, [])
          assert.deepStrictEqual(disk.paths(), ["checkpoints/job/.tmp-mine"])
        })
      )
    })
  )
})
