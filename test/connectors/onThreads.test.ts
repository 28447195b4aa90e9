/** Sources that never end, read by worker threads, one of which dies. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import { Job, type JobHandle } from "@tidemark/core"
import { Effect, Schedule, Schema } from "effect"
import { visibleLines } from "../support/visibleLines.ts"
import { Count, fatal } from "./fixtures/growing.ts"

const module = new URL("./fixtures/growing.ts", import.meta.url)

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tidemark-growing-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const lineOf = Schema.encodeSync(Schema.fromJsonString(Count))

const buckets = 7
const perBatch = 100
const batches = 12
/** The batch that ends a thread. */
const fatalBatch = 5

/** Of a batch, one item per line. */
const itemsOf = (batch: number): string => {
  const items = Array.from({ length: perBatch }, (_, i) => lineOf({ bucket: `bucket ${(i * 3) % buckets}`, count: 1 }))
  if (batch === fatalBatch) items.push(lineOf({ bucket: fatal, count: 1 }))
  return `${items.join("\n")}\n`
}

/** Every bucket has been counted from one up, each number once. */
const expected = (): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  const lines: Array<string> = []
  for (let batch = 0; batch < batches; batch++) {
    for (const line of itemsOf(batch).trimEnd().split("\n")) {
      const { bucket } = Schema.decodeSync(Schema.fromJsonString(Count))(line)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
      lines.push(lineOf({ bucket, count: counts.get(bucket) ?? 0 }))
    }
  }
  return lines.sort()
}

const start = (folder: string, from: { readonly directory: string } | { readonly port: number }) =>
  Effect.gen(function* () {
    const job = yield* Job.load(module, { from, out: join(folder, "out"), marker: join(folder, "marker") })
    const storage = FileStorage.at(join(folder, "checkpoints"))
    return yield* Job.start({ ...job, parallelism: 2, threads: 2, checkpoint: { ...job.checkpoint, storage } })
  })

const expectComplete = (folder: string, job: JobHandle) =>
  Effect.gen(function* () {
    const lines = expected()
    while (!existsSync(join(folder, "out")) || visibleLines(join(folder, "out")).length < lines.length) {
      yield* Effect.sleep("10 millis")
    }
    yield* job.stop()
    expect(yield* job.await).toMatchObject({ outcome: "stopped", restarts: 1, threads: 2 })
    expect(visibleLines(join(folder, "out"))).toEqual(lines)
  })

const freePort = Effect.promise(
  () =>
    new Promise<number>((resolve) => {
      const server = createServer()
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
      })
    })
)

describe("read by worker threads, one of which dies", () => {
  it.live("files that appear in a watched directory count once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const directory = join(folder, "in")
      mkdirSync(directory)
      const job = yield* start(folder, { directory })
      for (let batch = 0; batch < batches; batch++) {
        writeFileSync(join(directory, `.${batch}`), itemsOf(batch))
        renameSync(join(directory, `.${batch}`), join(directory, `${batch}.jsonl`))
        yield* Effect.sleep("15 millis")
      }
      yield* expectComplete(folder, job)
    })
  )

  it.live("HTTP requests that are repeated until they are answered count once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const port = yield* freePort
      const job = yield* start(folder, { port })
      const post = (batch: number) =>
        Effect.tryPromise(async () => {
          const headers = { "content-type": "application/x-ndjson", "idempotency-key": `batch ${batch}` }
          const response = await fetch(`http://127.0.0.1:${port}/items`, {
            method: "POST",
            headers,
            body: itemsOf(batch)
          })
          const answer = await response.text()
          if (response.status !== 200) throw new Error(`${response.status} ${answer}`)
        }).pipe(Effect.retry(Schedule.spaced("10 millis")))
      yield* Effect.forEach(
        Array.from({ length: batches }, (_, batch) => batch),
        post,
        { concurrency: 3 }
      )
      yield* expectComplete(folder, job)
    })
  )
})
