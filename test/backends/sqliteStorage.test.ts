/** The storage of the guide docs/guides/write-your-own-backend.md does what every backend must do. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { backendScenarios } from "@tidemark/core/testing"
import * as Effect from "effect/Effect"
import { SqliteStorage } from "../../packages/examples/src/sqlite/SqliteStorage.ts"
import { temporaryDirectory, utf8, withJob } from "../conformance/storageSubjects.ts"

describe("the SQLite backend of the guide", () => {
  for (const scenario of backendScenarios) {
    it.live(scenario.name, () =>
      Effect.flatMap(temporaryDirectory, (directory) => {
        const storage = SqliteStorage.at(join(directory, "checkpoints.db"))
        return scenario.run(() => storage)
      })
    )
  }

  it.live("is there for another run of the program", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "checkpoints.db")
      yield* withJob(SqliteStorage.at(file), (job) => job.appendEntry(1, utf8("1")))
      yield* withJob(SqliteStorage.at(file), (job) =>
        Effect.map(job.listEntries, (slots) => assert.deepStrictEqual(slots, [1]))
      )
    })
  )
})
