import { assert, describe, it } from "@effect/vitest"
import type { Files } from "@tidemark/core/storage"
import {
  Fault,
  FaultPlan,
  type PowerLoss,
  PowerLost,
  powerLosses,
  ScenarioFailed,
  SimulatedFiles,
  survivePowerLosses
} from "@tidemark/core/testing"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const text = (files: Files, path: string) => Effect.map(files.read(path), (bytes) => new TextDecoder().decode(bytes))

const syncedFile = (files: Files, path: string, content: string) =>
  Effect.gen(function* () {
    yield* files.write(path, utf8(content))
    yield* files.sync(path)
    yield* files.syncDirectory(".")
  })

const seeds = Array.from({ length: 200 }, (_, seed): PowerLoss => ({ seed }))

describe("a simulated power loss", () => {
  it.effect("D1 keeps what was synced, content and name, whatever the loss", () =>
    Effect.gen(function* () {
      for (const loss of powerLosses) {
        const disk = SimulatedFiles.make()
        yield* syncedFile(disk.files, "a", "content")
        disk.powerLoss(loss)
        assert.strictEqual(yield* text(disk.files, "a"), "content")
      }
    })
  )

  it.effect("D1 takes an un-synced name, and leaves a synced name without its un-synced content", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make()
      yield* disk.files.write("unnamed", utf8("x"))
      yield* disk.files.sync("unnamed")
      disk.powerLoss("lose-all")
      assert.deepStrictEqual(disk.paths(), [])
      yield* disk.files.write("empty", utf8("x"))
      yield* disk.files.syncDirectory(".")
      disk.powerLoss("lose-all")
      assert.strictEqual(yield* text(disk.files, "empty"), "")
    })
  )

  it.effect("D1 brings back what was removed or replaced without a sync of the directory", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make()
      yield* syncedFile(disk.files, "a", "a")
      yield* syncedFile(disk.files, "b", "b")
      yield* disk.files.remove("a")
      yield* disk.files.rename("b", "c")
      disk.powerLoss("lose-names")
      assert.deepStrictEqual(disk.paths(), ["a", "b"])
    })
  )

  it.effect("D1 the names of new directories are durable with makeDirectory", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make()
      yield* disk.files.makeDirectory("x/y")
      yield* disk.files.write("x/y/a", utf8("a"))
      yield* disk.files.sync("x/y/a")
      yield* disk.files.syncDirectory("x/y")
      disk.powerLoss("lose-all")
      assert.deepStrictEqual(disk.paths(), ["x/y/a"])
    })
  )

  it.effect("D2 seeds lose un-synced names one by one, and are repeatable", () =>
    Effect.gen(function* () {
      const outcome = Effect.fnUntraced(function* (loss: PowerLoss) {
        const disk = SimulatedFiles.make()
        for (const path of ["a", "b", "c"]) yield* disk.files.write(path, utf8(path))
        disk.powerLoss(loss)
        return disk.paths().join("")
      })
      const found = yield* Effect.forEach(seeds, outcome)
      assert.strictEqual(new Set(found).size, 8)
      assert.deepStrictEqual(yield* Effect.forEach(seeds, outcome), found)
    })
  )

  it.effect("D2 D3 a rename never loses the file, within a directory and between two", () =>
    Effect.gen(function* () {
      const seen = new Set<string>()
      for (const target of ["b", "d/b"]) {
        for (const synced of [[], ["."], ["d"], ["d", "."]]) {
          for (const loss of seeds) {
            const disk = SimulatedFiles.make()
            yield* disk.files.makeDirectory("d")
            yield* syncedFile(disk.files, "a", "content")
            yield* disk.files.rename("a", target)
            yield* Effect.forEach(synced, disk.files.syncDirectory)
            disk.powerLoss(loss)
            const paths = disk.paths()
            assert.isNotEmpty(paths)
            for (const path of paths) assert.strictEqual(yield* text(disk.files, path), "content")
            seen.add(`${target} [${synced}] ${paths}`)
          }
        }
      }
      assert.deepStrictEqual([...seen].sort(), [
        "b [.] b",
        "b [] a",
        "b [] b",
        "b [d,.] b",
        "b [d] a",
        "b [d] b",
        "d/b [.] a",
        "d/b [.] a,d/b",
        "d/b [.] d/b",
        "d/b [] a",
        "d/b [] a,d/b",
        "d/b [] d/b",
        "d/b [d,.] d/b",
        "d/b [d] a,d/b",
        "d/b [d] d/b"
      ])
    })
  )

  it.effect("D3 a rename that waits for another directory does not undo a later file of the old name", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make()
      yield* disk.files.makeDirectory("d")
      yield* syncedFile(disk.files, "a", "old")
      yield* disk.files.rename("a", "d/a")
      yield* syncedFile(disk.files, "a", "new")
      yield* disk.files.syncDirectory("d")
      disk.powerLoss("keep-all")
      assert.deepStrictEqual(disk.paths(), ["a", "d/a"])
      assert.strictEqual(yield* text(disk.files, "a"), "new")
    })
  )

  it.effect("D4 tears what was appended since the sync, never what was synced before", () =>
    Effect.gen(function* () {
      const found = new Set<string>()
      for (const loss of seeds) {
        const disk = SimulatedFiles.make()
        yield* syncedFile(disk.files, "a", "kept")
        yield* disk.files.append("a", utf8("tail"))
        disk.powerLoss(loss)
        const content = yield* text(disk.files, "a")
        assert.match(content, /^kept/)
        found.add(content)
      }
      assert.includeMembers([...found], ["kept", "keptt", "keptta", "kepttail", "kept\0\0\0\0"])
    })
  )

  it.effect("ends the process: its handles are dead, the next start takes new ones", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make()
      const before = disk.files
      disk.powerLoss("keep-all")
      const exit = yield* Effect.exit(before.list("."))
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof PowerLost)
      assert.deepStrictEqual(yield* disk.files.list("."), [])
    })
  )
})

describe("a fault plan", () => {
  it.effect("hits the k-th operation, or the n-th that matches and those after it", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make()
      const failing = Effect.fnUntraced(function* (plan: FaultPlan) {
        disk.inject(plan)
        const hit: Array<string> = []
        for (const path of ["a", "b", "c"]) {
          for (const operation of ["write", "sync"] as const) {
            const call = operation === "write" ? disk.files.write(path, utf8("x")) : disk.files.sync(path)
            if (Exit.isFailure(yield* Effect.exit(call))) hit.push(`${operation} ${path}`)
          }
        }
        return hit
      })
      const io = Fault.fail("io")
      yield* failing(FaultPlan.none)
      assert.deepStrictEqual(yield* failing(FaultPlan.at(3, io)), ["write b"])
      assert.deepStrictEqual(yield* failing(FaultPlan.on({ operation: "sync", nth: 2 }, io)), ["sync b"])
      assert.deepStrictEqual(yield* failing(FaultPlan.on({ operation: "sync", nth: 2, times: 2 }, io)), [
        "sync b",
        "sync c"
      ])
      assert.deepStrictEqual(yield* failing(FaultPlan.on({ path: "c" }, io)), ["write c"])
      assert.deepStrictEqual(yield* failing(FaultPlan.on({ path: /^[bc]$/, operation: ["sync"] }, io)), ["sync b"])
      assert.deepStrictEqual(yield* failing(FaultPlan.on({ matches: ({ path }) => path > "b" }, io)), ["write c"])
      assert.deepStrictEqual(yield* failing(FaultPlan.all([FaultPlan.at(1, io), FaultPlan.at(6, io)])), [
        "write a",
        "sync c"
      ])
      assert.deepStrictEqual(yield* failing(FaultPlan.on({}, Fault.loseSync)), [])
    })
  )

  it.effect("tells failures before, after and without the effect apart by their outcome", () =>
    Effect.gen(function* () {
      const table = [
        [Fault.fail("full"), "none", "missing", "missing"],
        [Fault.failAfter("io"), "unknown", "x", "x"],
        [Fault.failThenLand("timeout"), "unknown", "missing", "x"]
      ] as const
      for (const [fault, outcome, before, after] of table) {
        const disk = SimulatedFiles.make(FaultPlan.at(1, fault))
        const failure = yield* Effect.flip(disk.files.write("a", utf8("x")))
        assert.strictEqual(failure.outcome, outcome)
        const content = Effect.catch(text(disk.files, "a"), ({ reason }) => Effect.succeed(reason))
        assert.strictEqual(yield* content, before)
        disk.release()
        assert.strictEqual(yield* content, after)
      }
    })
  )

  it.effect("holds an operation until it is released, even if its caller is gone", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make(FaultPlan.on({ operation: "write", times: 2 }, Fault.hold))
      const waiting = yield* Effect.forkChild(disk.files.write("a", utf8("a")), { startImmediately: true })
      const gone = yield* Effect.forkChild(disk.files.write("b", utf8("b")), { startImmediately: true })
      yield* Fiber.interrupt(gone)
      assert.deepStrictEqual(disk.paths(), [])
      disk.release()
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(disk.paths(), ["a", "b"])
    })
  )

  it.effect("a power loss ends who waits for a held operation, which never happens", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make(FaultPlan.at(1, Fault.hold))
      const waiting = yield* Effect.forkChild(disk.files.write("a", utf8("a")), { startImmediately: true })
      disk.powerLoss("keep-all")
      const exit = yield* Fiber.await(waiting)
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof PowerLost)
      disk.release()
      assert.deepStrictEqual(disk.paths(), [])
    })
  )

  it.effect("tears a write, flips a bit of a read, damages a file at rest", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make(FaultPlan.on({ operation: "append" }, Fault.torn(0.5, "io")))
      yield* disk.files.write("a", utf8("head "))
      assert.strictEqual((yield* Effect.flip(disk.files.append("a", utf8("tail")))).outcome, "unknown")
      assert.strictEqual(yield* text(disk.files, "a"), "head ta")
      disk.inject(FaultPlan.on({ operation: "read" }, Fault.flipBit(5)))
      assert.strictEqual(yield* text(disk.files, "a"), "Head ta")
      assert.strictEqual(yield* text(disk.files, "a"), "head ta")
      disk.damage("a", (bytes) => bytes.slice(0, 4))
      disk.powerLoss("lose-data")
      assert.strictEqual(yield* text(disk.files, "a"), "head")
    })
  )
})

describe("survivePowerLosses", () => {
  const verify = (files: Files, answered: ReadonlyArray<string>) =>
    Effect.forEach(answered, (path) =>
      Effect.filterOrFail(
        text(files, path),
        (content) => content === "content",
        (content) => new ScenarioFailed({ problem: `${path} holds "${content}"` })
      )
    )

  it.effect("counts the losses that a careful program survives", () =>
    Effect.gen(function* () {
      const report = yield* survivePowerLosses<string, unknown>({
        run: (files, answered) => Effect.map(syncedFile(files, "a", "content"), () => answered("a")),
        verify
      })
      assert.deepStrictEqual(report, { operations: 3, losses: powerLosses.length * 7 })
    })
  )

  it.effect("names the operation, the loss and the harm for a careless one", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        survivePowerLosses<string, unknown>({
          prepare: (files) => syncedFile(files, "a", "content"),
          run: Effect.fnUntraced(function* (files, answered) {
            answered("a")
            yield* files.write("b", utf8("content"))
            yield* files.rename("b", "a")
            yield* files.syncDirectory(".")
          }),
          verify,
          losses: ["lose-all"]
        })
      )
      assert.strictEqual(failure.message, 'power loss during operation 3 (syncDirectory .), lose-all: a holds ""')
    })
  )

  it.effect("reports a program that fails without a power loss", () =>
    Effect.gen(function* () {
      const run = () => Effect.fail(new ScenarioFailed({ problem: "no luck" }))
      const failure = yield* Effect.flip(survivePowerLosses<string, unknown>({ run, verify }))
      assert.strictEqual(failure.message, "the run without a power loss failed: no luck")
    })
  )
})
