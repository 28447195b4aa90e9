import { assert, describe, it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import * as Effect from "effect/Effect"
import { utf8, withJob } from "../../conformance/storageSubjects.ts"

describe("MemoryStorage", () => {
  it.effect("two stores share nothing", () =>
    Effect.gen(function* () {
      const [first, second] = [MemoryStorage.make(), MemoryStorage.make()]
      yield* withJob(first, (job) => job.appendEntry(1, utf8("1")))
      assert.deepStrictEqual(yield* first.jobs, ["job"])
      assert.deepStrictEqual(yield* second.jobs, [])
    })
  )

  it.effect("names places for messages", () =>
    withJob(MemoryStorage.make(), (job) =>
      Effect.sync(() => {
        assert.strictEqual(job.pathOf({ object: "1/a" }), "memory job/objects/1/a")
        assert.strictEqual(job.pathOf({ slot: 3 }), "memory job/log/3")
      })
    )
  )
})
