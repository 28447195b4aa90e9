/**
 * docs/errors.md against the sources: every error that a user can meet has a cause, a remedy and a test that makes it.
 */
import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Encrypted } from "@tidemark/backends/encrypted"
import { MemoryStorage } from "@tidemark/backends/memory"
import { ReplicatedStorage } from "@tidemark/backends/replicated"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Pipeline, Trigger } from "@tidemark/core"
import { backendScenarios } from "@tidemark/core/testing"
import { Effect, Schema } from "effect"
import { expect, it } from "vitest"
import { exitCodes } from "../../packages/cli/src/failures.ts"
import { repositoryRoot } from "../../scripts/repository.ts"

const page = readFileSync(join(repositoryRoot, "docs", "errors.md"), "utf8")

const declared = (): ReadonlyArray<string> =>
  globSync("packages/*/src/**/*.ts", { cwd: repositoryRoot })
    .flatMap((path) => {
      const text = readFileSync(join(repositoryRoot, path), "utf8")
      return [...text.matchAll(/^export class (\w+) extends (?:Data|Schema)\.Tagged(?:Error|ErrorClass)\b/gm)]
    })
    .map(([, name = ""]) => name)
    .sort()

interface Entry {
  readonly name: string
  readonly cells: ReadonlyArray<string>
  readonly test: string | null
}

const entries: ReadonlyArray<Entry> = page
  .split("\n")
  .filter((line) => /^\| `\w+` \|/.test(line))
  .map((line) => {
    const cells = line.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$/g, "").trim())
    return { name: (cells[0] ?? "").replaceAll("`", ""), cells, test: /`(test\/[^`]+)`/.exec(line)?.[1] ?? null }
  })

it("the sources declare errors, so that an empty list is never taken for a complete page", () => {
  expect(declared().length).toBeGreaterThan(20)
})

it("every error has an entry in docs/errors.md, and every entry an error", () => {
  expect(entries.map(({ name }) => name).sort()).toEqual(declared())
})

it("every entry has a cause, a remedy and an exit code", () => {
  for (const { cells, name } of entries) {
    expect(cells, name).toHaveLength(5)
    expect(
      cells.filter((cell) => cell === ""),
      name
    ).toEqual([])
  }
})

it("every entry names a test that exists", () => {
  for (const { name, test } of entries) {
    expect(test, name).not.toBeNull()
    expect(existsSync(join(repositoryRoot, test ?? "")), `${name}: ${test}`).toBe(true)
  }
})

it("every exit code has an entry", () => {
  for (const code of Object.values(exitCodes)) expect(page).toMatch(new RegExp(`^\\| ${code} \\|`, "m"))
})

it("QuorumInvalid: stores that make no quorum are refused with the numbers", () => {
  const stores = [MemoryStorage.make(), MemoryStorage.make(), MemoryStorage.make()]
  expect(() => ReplicatedStorage.make({ stores, write: 1 })).toThrow(/cannot work with 3 stores, write: 1/)
})

it("EncryptionKeysInvalid: a key that is no key is refused", () => {
  expect(() => Encrypted.over(MemoryStorage.make(), { keys: { current: "k1", keys: { k1: "short" } } })).toThrow(
    /cannot use these keys: .*32 random bytes/
  )
})

it("CheckpointRefused: a job that has ended takes no checkpoint", async () => {
  const One = Schema.Struct({ number: Schema.Int })
  const pipeline = Pipeline.make("refusing")
    .from("numbers", Collection.source({ schema: One, records: [{ number: 1 }] }))
    .to("out", Collection.sink({ schema: One }))
  const refused = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const storage = MemoryStorage.make()
        const job = yield* Job.start({ pipeline, checkpoint: { storage, trigger: Trigger.manual } })
        yield* job.await
        return yield* Effect.flip(job.triggerCheckpoint)
      })
    )
  )
  expect(refused.message).toMatch(/^The requested checkpoint did not complete: /)
})

it("ScenarioFailed: a backend that answers other bytes than it was given does not pass the suite", async () => {
  const forgetful = () => {
    const storage = MemoryStorage.make()
    return {
      ...storage,
      open: (...asked: Parameters<typeof storage.open>) =>
        Effect.map(storage.open(...asked), (job) => ({
          ...job,
          readObject: () => Effect.succeed(new Uint8Array([1, 2, 3]))
        }))
    }
  }
  const [scenario] = backendScenarios
  const failure = await Effect.runPromise(Effect.flip(scenario?.run(forgetful) ?? Effect.void))
  expect(failure).toMatchObject({ _tag: "ScenarioFailed", message: expect.stringContaining("an object of 0 bytes") })
})
