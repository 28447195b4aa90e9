/** Records that are larger than the memory between two threads. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job } from "@tidemark/core"
import { Effect, Result } from "effect"
import { afterEach, expect, it } from "vitest"
import { visibleLines } from "../support/visibleLines.ts"

const module = new URL("./fixtures/giantJob.ts", import.meta.url)

let out = ""
afterEach(() => rmSync(out, { recursive: true, force: true }))

const run = (args: { readonly records: number; readonly length: number }) => {
  out = mkdtempSync(join(tmpdir(), "tidemark-giants-"))
  return Effect.runPromise(
    Effect.result(
      Effect.flatMap(Job.load(module, { out, ...args }), (job) =>
        Job.run({
          ...job,
          ...{ parallelism: 2, threads: 2 },
          checkpoint: { ...job.checkpoint, storage: MemoryStorage.make() }
        })
      )
    )
  )
}

it("cross in pieces", async () => {
  const length = 3_000_000
  const ran = await run({ records: 12, length })
  if (Result.isFailure(ran)) throw ran.failure
  const expected = Array.from({ length: 12 }, (_, i) => JSON.stringify({ key: `k${i}`, length: length - i })).sort()
  expect([...visibleLines(out)].sort()).toEqual(expected)
})

it("RecordTooLarge: are refused with their size where they would fit into no memory", async () => {
  const ran = await run({ records: 40, length: 500_000_000 })
  expect(Result.isFailure(ran) && ran.failure.message).toMatch(
    /A batch of \d+ records on its way from "numbers" to "measure" takes at least \d{10,} bytes, at most 1073741824 can be sent between threads\. Send what names/
  )
})
