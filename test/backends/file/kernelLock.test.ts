import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { holder, temporaryDirectory } from "../../conformance/storageSubjects.ts"

const program = fileURLToPath(new URL("./lockHolder.ts", import.meta.url))

const kill = (child: ChildProcess): Effect.Effect<void> =>
  Effect.promise(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, "exit")
    child.kill("SIGKILL")
    await exited
  })

interface Holding {
  readonly child: ChildProcess
  readonly errors: () => string
}

/** A child that holds the directory; killed with the scope at the latest. */
const holding = (directory: string, name: string, since: string): Effect.Effect<Holding, never, Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, ["--conditions=tidemark-source", program, directory, name, since], {
          stdio: ["ignore", "pipe", "pipe"]
        })
      ),
      kill
    )
    let errors = ""
    child.stderr.on("data", (text) => {
      errors += String(text)
    })
    const [first] = yield* Effect.promise(() =>
      Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => ["ended"])])
    )
    assert.strictEqual(String(first), "held\n", errors)
    return { child, errors: () => errors }
  })

describe("the lock of a checkpoint directory", () => {
  it.live("refuses a second process, naming the first, and is free as soon as that is killed", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { child, errors } = yield* holding(directory, 'process 4711 on host "a"', "2001-01-01T00:00:00.000Z")

      const failure = yield* Effect.flip(FileStorage.at(directory).open("job", holder))
      assert.strictEqual(failure._tag, "StorageLocked")
      assert.strictEqual(
        failure.message,
        `Checkpoint directory ${directory} is in use by process 4711 on host "a" since 2001-01-01T00:00:00.000Z. ` +
          "Stop that process or use another directory."
      )
      // Reading needs no lock.
      assert.deepStrictEqual(yield* FileStorage.at(directory).jobs, ["job"])

      yield* kill(child)
      const job = yield* FileStorage.at(directory).open("job", holder)
      assert.deepStrictEqual(yield* job.listEntries, [1])
      assert.strictEqual(errors(), "")
    })
  )

  it.live("refuses another storage of the same process, until the scope of the first closes", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* FileStorage.at(directory).open("job", holder)
          const failure = yield* Effect.flip(Effect.scoped(FileStorage.at(directory).open("other", holder)))
          assert.deepInclude(failure, { _tag: "StorageLocked", holder: holder.name, since: holder.since })
        })
      )
      assert.isFalse(existsSync(`${directory}/.holder.json`))
      yield* FileStorage.at(directory).open("other", holder)
      assert.deepStrictEqual(JSON.parse(readFileSync(`${directory}/.holder.json`, "utf8")), holder)
    })
  )

  it.live("stays while one of several jobs of a process is open", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const storage = FileStorage.at(directory)
      const tryOther = Effect.result(Effect.scoped(FileStorage.at(directory).open("third", holder)))
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* storage.open("first", holder)
          yield* Effect.scoped(storage.open("second", holder))
          assert.strictEqual((yield* tryOther)._tag, "Failure")
        })
      )
      assert.strictEqual((yield* tryOther)._tag, "Success")
    })
  )

  it.live("a file that is no lock is refused with what to do", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      writeFileSync(`${directory}/.lock`, "garbage".repeat(200))
      const failure = yield* Effect.flip(Effect.scoped(FileStorage.at(directory).open("job", holder)))
      assert.match(failure.message, /It is no lock file\. Delete it: it holds no data\./)
    })
  )

  it.live("a note on the holder that is damaged or left over does not matter", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      writeFileSync(`${directory}/.holder.json`, '{"name":"a process that is gone","since":"long ago"}')
      yield* FileStorage.at(directory).open("job", holder)
      for (const note of ["", "{", "null", '{"name":"half"}']) {
        writeFileSync(`${directory}/.holder.json`, note)
        const failure = yield* Effect.flip(Effect.scoped(FileStorage.at(directory).open("job", holder)))
        assert.deepInclude(failure, { _tag: "StorageLocked", holder: "another process", since: "an unknown time" })
      }
    })
  )
})
