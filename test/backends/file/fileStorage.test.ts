import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import type { StorageFailure } from "@tidemark/core/storage"
import { Fault, FaultPlan, SimulatedFiles } from "@tidemark/core/testing"
import * as Effect from "effect/Effect"
import { holder, temporaryDirectory, utf8, withJob } from "../../conformance/storageSubjects.ts"

const filesUnder = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(directory.length + 1))
    .sort()

describe("FileStorage", () => {
  it.live("lays out a job as directories that a person can read", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* withJob(FileStorage.at(`${directory}/`), (job) =>
        Effect.gen(function* () {
          yield* job.createObject("1/7/daily-delays/0.state", utf8("state"))
          yield* job.appendEntry(1, utf8('{"manifest":7}'))
          assert.deepStrictEqual(filesUnder(directory), [
            ".holder.json",
            ".lock",
            "job/log/0000000001.json",
            "job/objects/1+7+daily-delays+0.state"
          ])
          assert.strictEqual(readFileSync(job.pathOf({ slot: 1 }), "utf8"), '{"manifest":7}')
          assert.strictEqual(readFileSync(job.pathOf({ object: "1/7/daily-delays/0.state" }), "utf8"), "state")
        })
      )
    })
  )

  it.live("neither lists nor touches files that are not its own", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const foreign = [
        "notes.txt",
        ".gitignore",
        "Upper/log/0000000001.json",
        "other/readme",
        "third/log/readme.json",
        "job/readme",
        "job/.tmp-",
        "job/.tmp-abc-1.bak",
        "job/log/1.json",
        "job/log/0000000001.json.bak",
        "job/log/00000000002.json",
        "job/log/.0000000002.json.swp",
        "job/objects/.hidden",
        "job/objects/with space",
        "job/objects/a++b"
      ]
      for (const path of foreign) {
        mkdirSync(`${directory}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true })
        writeFileSync(`${directory}/${path}`, "foreign")
      }
      yield* withJob(FileStorage.at(directory), (job) =>
        Effect.gen(function* () {
          yield* job.appendEntry(3, utf8("3"))
          yield* job.createObject("1/a", utf8("a"))
          assert.deepStrictEqual(yield* job.listEntries, [3])
          assert.deepStrictEqual(yield* job.listObjects, [{ name: "1/a", size: 1 }])
        })
      )
      assert.deepStrictEqual(yield* FileStorage.at(directory).jobs, ["job"])
      for (const path of foreign) assert.strictEqual(readFileSync(`${directory}/${path}`, "utf8"), "foreign")
    })
  )

  it.live("lists no jobs where there is no directory, and makes none", () =>
    Effect.gen(function* () {
      const directory = `${yield* temporaryDirectory}/none`
      assert.deepStrictEqual(yield* FileStorage.at(directory).jobs, [])
      assert.isFalse(existsSync(directory))
    })
  )

  it.live("an empty path is the working directory, never the root of the file system", () =>
    Effect.sync(() => assert.strictEqual(FileStorage.at("").location, "file ."))
  )

  it.live("a file in the place of the directory is a clear failure", () =>
    Effect.gen(function* () {
      const path = `${yield* temporaryDirectory}/file`
      writeFileSync(path, "x")
      for (const directory of [path, `${path}/below`]) {
        const storage = FileStorage.at(directory)
        const failures = [
          Effect.asVoid(storage.open("job", holder)),
          Effect.asVoid(storage.jobs),
          Effect.asVoid(storage.inspect("job"))
        ]
        for (const failing of failures) {
          const failure = yield* Effect.flip(failing)
          assert.deepInclude(failure, { _tag: "StorageFailure", reason: "invalid", outcome: "none" })
          assert.include(failure.message, directory)
          assert.include(failure.message, "Choose another one.")
        }
      }
      assert.strictEqual(readFileSync(path, "utf8"), "x")
    })
  )

  it.live("a directory that cannot be written or has no space is a clear failure at open", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<readonly [StorageFailure["reason"], string]> = [
        ["denied", "permission denied. Make the directory writable for this user."],
        ["full", "no space is left on the device. Free some space and run again; nothing that was completed is lost."]
      ]
      for (const [reason, advice] of table) {
        const disk = SimulatedFiles.make(FaultPlan.on({ operation: "makeDirectory" }, Fault.fail(reason)))
        const failure = yield* Effect.flip(FileStorage.at("checkpoints", { files: disk.files }).open("job", holder))
        assert.strictEqual(
          failure.message,
          `Storage could not create directory checkpoints: ${advice} (simulated fault)`
        )
      }
    })
  )

  it.live("a parent directory that cannot be read does not matter", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make(FaultPlan.on({ operation: "syncDirectory" }, Fault.fail("denied")))
      const storage = FileStorage.at("checkpoints", { files: disk.files })
      yield* withJob(storage, (job) => job.appendEntry(1, utf8("1")))
    })
  )

  it.live("the lock is given back when the rest of the opening fails", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make(FaultPlan.on({ operation: "syncDirectory", nth: 2 }, Fault.fail("io")))
      const storage = FileStorage.at("checkpoints", { files: disk.files })
      yield* Effect.flip(withJob(storage, () => Effect.void))
      yield* withJob(storage, () => Effect.void)
    })
  )
})
