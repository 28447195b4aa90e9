/**
 * A directory with chains of deltas in which one object is damaged: a job starts from the newest checkpoint that does not
 * need it, or refuses, says what is wrong where, and touches nothing.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import { Job, type JobOptions, Trigger } from "@tidemark/core"
import { verifyJob } from "@tidemark/core/inspect"
import { type Manifest, readLog } from "@tidemark/core/storage"
import { Deferred, Effect, References } from "effect"
import { temporaryDirectory } from "../conformance/storageSubjects.ts"
import incrementalJob, { jobName } from "./fixtures/incrementalJob.ts"
import { type Directories, expectFinished, expectSound, readerOf } from "./fixtures/incrementalRun.ts"

const records = 120_000

/** For a machine that does a lot else. */
const timeout = 120_000

const jobIn = (of: Directories, isSlow: boolean): JobOptions => {
  const job = incrementalJob.make({ out: of.out, records, isSlow })
  return {
    ...job,
    parallelism: 2,
    checkpoint: { storage: FileStorage.at(of.checkpoints), trigger: Trigger.every("30 millis"), retained: 3 }
  }
}

/** Completed checkpoints, newest first. */
const completed = (of: Directories) =>
  Effect.gen(function* () {
    const { view } = yield* readLog(yield* readerOf(of))
    return view.completed.map(({ manifest }) => manifest).toReversed()
  })

/** All that a subtask of a checkpoint is restored from, newest first. */
const chainOf = (manifest: Manifest | undefined, task: string, index: number): ReadonlyArray<string> => {
  const subtask = manifest?.tasks.find((found) => found.task === task)?.subtasks[index]
  return subtask === undefined ? [] : [subtask.object, ...(subtask.shared ?? []).toReversed()]
}

/** Where there are three checkpoints in a row whose devices all go on from one object, and the newer ones from the older. */
const hasChains = (newestFirst: ReadonlyArray<Manifest>): boolean => {
  const [newest, second, third] = newestFirst.map((manifest) => chainOf(manifest, "devices", 0))
  return (
    third !== undefined &&
    third.length > 2 &&
    second?.at(-1) === third.at(-1) &&
    newest?.at(-1) === third.at(-1) &&
    newest?.includes(second?.[0] ?? "") === true
  )
}

const home = mkdtempSync(join(tmpdir(), "tidemark-"))

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Runs the job until its checkpoints are such a chain, and stops it at once. */
const begun = Effect.gen(function* () {
  const path = mkdtempSync(join(home, "run-"))
  const of: Directories = { checkpoints: join(path, "checkpoints"), out: join(path, "out") }
  do {
    yield* Effect.scoped(
      Effect.gen(function* () {
        const isEnough = yield* Deferred.make<void>()
        const chains: Array<number> = []
        yield* Job.start({
          ...jobIn(of, true),
          inspect: (inspection) => {
            if (inspection._tag !== "ActivityEnded" || inspection.activity !== "manifest") return
            chains.push(inspection.objects.filter((name) => name.endsWith("devices-000.state")).length)
            const [a, b, c] = chains.slice(-3)
            if (a !== undefined && a > 3 && b === a + 1 && c === b + 1) Deferred.doneUnsafe(isEnough, Effect.void)
          }
        })
        yield* Deferred.await(isEnough)
      })
    )
    // The next manifest may have been on its way.
  } while (!hasChains(yield* completed(of)))
  yield* expectSound(of, "before the damage")
  return of
})

const original = Effect.runSync(Effect.cached(begun))

/** A copy of the directories for one case. */
const copied = Effect.gen(function* () {
  const from = yield* original
  const path = yield* temporaryDirectory
  const of: Directories = { checkpoints: join(path, "checkpoints"), out: join(path, "out") }
  cpSync(from.checkpoints, of.checkpoints, { recursive: true })
  cpSync(from.out, of.out, { recursive: true })
  return of
})

interface Damage {
  readonly name: string
  readonly act: (path: string) => void
  /** What is said of it. */
  readonly problem: RegExp
}

const damages: ReadonlyArray<Damage> = [
  {
    name: "is cut off",
    act: (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
    problem: /it has \d+ bytes instead of \d+/
  },
  {
    name: "has a flipped bit",
    act: (path) => {
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.with(bytes.length - 7, (bytes.at(-7) ?? 0) ^ 4))
    },
    problem: /the checksum of state "reduced" of operator "devices", chunk \d+ does not match/
  },
  { name: "is missing", act: (path) => rmSync(path), problem: /it is missing/ },
  {
    name: "is another one",
    act: (path) => cpSync(path.replace("devices-000", "devices-001"), path),
    problem: /it has \d+ bytes instead of \d+|it is the object t\d+-c\d+-devices-001\.state/
  }
]

const objectPath = (of: Directories, object: string): string => join(of.checkpoints, jobName, "objects", object)

/** Every file of a directory but those that say who holds it. */
const contentOf = (directory: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== ".lock" && entry.name !== ".holder.json")
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path, readFileSync(path).toString("base64")])
  )

const run = (of: Directories) =>
  Job.run(jobIn(of, false)).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

const idOf = (object: string): number => Number(/-c0*(\d+)-/.exec(object)?.[1])

describe("a chain of deltas in which an object in the middle", () => {
  for (const { act, name, problem } of damages) {
    it.live(
      `${name}: the job starts from an older checkpoint that does not need it`,
      () =>
        Effect.gen(function* () {
          const of = yield* copied
          const [newest, second, third] = yield* completed(of)
          const damaged = chainOf(second, "devices", 0)[0] ?? ""
          assert.include(chainOf(newest, "devices", 0).slice(1), damaged)
          act(objectPath(of, damaged))
          const found = yield* Effect.flip(Effect.flatMap(readerOf(of), verifyJob))
          assert.match(found.message, problem)
          assert.include(found.message, damaged)
          assert.include(found.message, `checkpoint ${second?.id}`)
          const report = yield* run(of)
          assert.strictEqual(report.restored, third?.id)
          assert.deepStrictEqual([...report.checkpoints.corrupt].sort(), [second?.id, newest?.id])
          assert.strictEqual(report.outcome, "finished")
          yield* expectFinished(of, records, name, damaged)
        }),
      timeout
    )

    it.live(
      `${name}: the job refuses where all go on from it, names it, and touches nothing`,
      () =>
        Effect.gen(function* () {
          const of = yield* copied
          const manifests = yield* completed(of)
          const base = chainOf(manifests.at(-1), "devices", 0).at(-1) ?? ""
          for (const manifest of manifests) assert.include(chainOf(manifest, "devices", 0), base)
          act(objectPath(of, base))
          const before = contentOf(join(of.checkpoints, ".."))
          const refused = yield* Effect.flip(run(of))
          assert.include(refused.message, base)
          assert.include(refused.message, `checkpoint ${idOf(base)}`)
          for (const { id } of manifests) assert.include(refused.message, `checkpoint ${id} continues it`)
          assert.match(refused.message, problem)
          assert.deepStrictEqual(contentOf(join(of.checkpoints, "..")), before)
        }),
      timeout
    )
  }

  it.live(
    "is damaged: what is left of the checkpoints that need it outlives the process that found it, too",
    () =>
      Effect.gen(function* () {
        const of = yield* copied
        const [, second, third] = yield* completed(of)
        const damaged = chainOf(second, "devices", 0)[0] ?? ""
        truncateSync(objectPath(of, damaged), 1)
        const isRestored = yield* Deferred.make<void>()
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* Job.start({
              ...jobIn(of, true),
              checkpoint: { storage: FileStorage.at(of.checkpoints), trigger: Trigger.manual },
              inspect: ({ _tag, ...fact }) => {
                if (_tag === "ActivityEnded" && "activity" in fact && fact.activity === "restore")
                  Deferred.doneUnsafe(isRestored, Effect.void)
              }
            })
            yield* Deferred.await(isRestored)
          })
        ).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
        const report = yield* run(of)
        assert.strictEqual(report.restored, third?.id)
        yield* expectFinished(of, records, "after two processes", damaged)
      }),
    timeout
  )
})
