import { once } from "node:events"
import { createServer } from "node:http"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { HttpIngest } from "@tidemark/connectors/http"
import { Job, type JobHandle, Pipeline, Trigger } from "@tidemark/core"
import type { CheckpointStorage } from "@tidemark/core/storage"
import { Deferred, Effect, Fiber, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { hookedStorage } from "../../support/hookedStorage.ts"
import { until } from "../../support/until.ts"

const Item = Schema.Struct({ id: Schema.Int })
type Item = typeof Item.Type
type Ingest = Partial<Parameters<typeof HttpIngest.source<Item>>[0]>

const setUp = (storage: CheckpointStorage = MemoryStorage.make()) => ({
  sink: Collection.sink({ schema: Item }),
  storage
})
type Setup = ReturnType<typeof setUp>

interface Options {
  readonly trigger?: Trigger
  readonly ingest?: Ingest
  readonly onItem?: (item: Item) => void
}

/** Runs a job that takes items at a URL; ends with its scope, at once. */
const start = ({ sink, storage }: Setup, { ingest = {}, onItem, trigger = Trigger.every("10 millis") }: Options = {}) =>
  Effect.gen(function* () {
    const urls: Array<string> = []
    const source = HttpIngest.source({
      schema: Item,
      port: 0,
      path: "/items",
      onListening: (url) => urls.push(url),
      ...ingest
    })
    const pipeline = Pipeline.make("ingest")
      .from("http", source)
      .filter((item) => {
        onItem?.(item)
        return true
      })
      .to("out", sink)
    const job: JobHandle = yield* Job.start({
      pipeline,
      parallelism: 2,
      checkpoint: { storage, trigger },
      restart: { initialDelay: "1 millis" }
    })
    yield* until(() => urls.length > 0)
    return { job, url: () => urls.at(-1) ?? "" }
  })

interface Post {
  readonly key?: string
  readonly type?: string
}

const post = (url: string, body: string, { key, type = "application/x-ndjson" }: Post = {}) =>
  Effect.promise(async () => {
    const headers = { "content-type": type, ...(key === undefined ? {} : { "idempotency-key": key }) }
    const response = await fetch(url, { method: "POST", body, headers })
    const answer: Readonly<Record<string, unknown>> = JSON.parse(await response.text())
    return { status: response.status, retryAfter: response.headers.get("retry-after"), answer }
  })

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `${JSON.stringify({ id: from + index })}\n`).join("")

const shown = ({ sink }: Setup): ReadonlyArray<number> =>
  sink
    .records()
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)

const range = (from: number, to: number): ReadonlyArray<number> => Array.from({ length: to - from }, (_, i) => from + i)

const test = (name: string, run: () => Effect.Effect<void, unknown, import("effect").Scope.Scope>) =>
  it(name, () => Effect.runPromise(Effect.scoped(run())))

describe("HTTP ingest", () => {
  test("answers 200 with the checkpoint that holds the records, for JSON lines, a value and an array", () =>
    Effect.gen(function* () {
      const setup = setUp()
      const { job, url } = yield* start(setup)
      const answers = yield* Effect.all(
        [
          post(url(), lines(0, 3_000)),
          post(url(), '{"id":3000}', { type: "application/json; charset=utf-8" }),
          post(url(), '[{"id":3001},{"id":3002}]', { type: "application/json" })
        ],
        { concurrency: "unbounded" }
      )
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      expect(answers.map(({ answer }) => answer.records)).toEqual([3_000, 1, 2])
      for (const { answer } of answers) {
        const completed = job.report().checkpoints.history.map(({ id }) => id)
        expect(completed).toContain(answer.checkpoint)
      }
      yield* until(() => setup.sink.records().length === 3_003)
      expect(shown(setup)).toEqual(range(0, 3_003))
    }))

  test("does not answer before the checkpoint is complete", () =>
    Effect.gen(function* () {
      const stuck = yield* Deferred.make<void>()
      let isCreating = false
      const setup = setUp(
        hookedStorage(MemoryStorage.make(), {
          createObject: (_, pass) => {
            isCreating = true
            return Effect.andThen(Deferred.await(stuck), pass)
          }
        })
      )
      let taken = 0
      const { job, url } = yield* start(setup, {
        trigger: Trigger.every("1 hour"),
        ingest: { answerTimeout: "1 hour" },
        onItem: () => taken++
      })
      const request = yield* Effect.forkScoped(post(url(), lines(0, 5)))
      yield* until(() => taken === 5)
      yield* Effect.forkScoped(job.triggerCheckpoint)
      yield* until(() => isCreating)
      for (let turn = 0; turn < 50; turn++) yield* Effect.yieldNow
      expect(request.pollUnsafe()).toBeUndefined()
      yield* Deferred.succeed(stuck, undefined)
      expect((yield* Fiber.join(request)).status).toBe(200)
    }))

  test("a killed job answers 503, and clients that repeat under their keys lose and double nothing", () =>
    Effect.gen(function* () {
      const setup = setUp()
      const requests = 40
      const size = 700
      let url = ""
      const answered = new Set<number>()
      const client = (request: number) =>
        Effect.gen(function* () {
          for (;;) {
            const outcome = yield* Effect.promise(() =>
              Effect.runPromise(
                post(url, lines(request * size, (request + 1) * size), { key: `request ${request}` })
              ).catch(() => null)
            )
            if (outcome?.status === 200) break
            if (outcome !== null) expect(outcome).toMatchObject({ status: 503, retryAfter: "1" })
            yield* Effect.yieldNow
          }
          answered.add(request)
        })
      const running = yield* Effect.forkScoped(
        Effect.forEach(range(0, requests), client, { concurrency: 8, discard: true })
      )
      // Cut off again and again: no checkpoint is taken at the end.
      for (let run = 1; answered.size < requests; run++) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const job = yield* start(setup)
            url = job.url()
            yield* until(() => answered.size >= Math.min(requests, run * 7))
          })
        )
      }
      yield* Fiber.join(running)
      const last = yield* start(setup)
      yield* last.job.stop()
      yield* last.job.await
      expect(shown(setup)).toEqual(range(0, requests * size))
    }))

  test("a job that restarts after a failure takes up where it was, and a key stands for one body", () =>
    Effect.gen(function* () {
      const setup = setUp()
      let isFailing = true
      const { job, url } = yield* start(setup, {
        onItem: ({ id }) => {
          if (id !== 7 || !isFailing) return
          isFailing = false
          throw new Error("once")
        }
      })
      expect((yield* post(url(), lines(0, 5), { key: "a" })).status).toBe(200)
      expect(yield* post(url(), lines(5, 9), { key: "b" })).toMatchObject({ status: 503, answer: { error: "closed" } })
      yield* until(() => job.report().restarts === 1 && job.report().state.includes("running"))
      const again = () =>
        Effect.promise(() => Effect.runPromise(post(url(), lines(5, 9), { key: "b" })).catch(() => null))
      let repeated = yield* again()
      while (repeated?.status !== 200) repeated = yield* again()
      expect(yield* post(url(), lines(0, 5), { key: "a" })).toMatchObject({
        status: 200,
        answer: { repeated: true, records: 5 }
      })
      expect(yield* post(url(), lines(0, 6), { key: "a" })).toMatchObject({
        status: 422,
        answer: { error: "conflict" }
      })
      yield* until(() => setup.sink.records().length >= 9)
      expect(shown(setup)).toEqual(range(0, 9))
    }))

  test("what does not decode is refused as a whole with its line, what is too large with the limit", () =>
    Effect.gen(function* () {
      const setup = setUp()
      const { url } = yield* start(setup, { ingest: { bodyBytesMax: 100 } })
      const cases: ReadonlyArray<readonly [string, Post, number, object]> = [
        ['{"id":1}\n\nnope\n', {}, 400, { error: "malformed", line: 3 }],
        ['{"id":1}\n{"id":"x"}\n', {}, 400, { error: "schema", line: 2 }],
        ['[{"id":1},{"id":1.5}]', { type: "application/json" }, 400, { error: "schema", line: 2 }],
        ["[", { type: "application/json" }, 400, { error: "malformed", line: 1 }],
        ["x".repeat(101), {}, 413, { error: "too-large", limitBytes: 100 }],
        ['{"id":1}', { type: "text/csv" }, 415, { error: "media-type" }],
        ['{"id":1}', { key: "k".repeat(201) }, 400, { error: "key" }]
      ]
      for (const [body, options, status, answer] of cases) {
        expect(yield* post(url(), body, options)).toMatchObject({ status, answer })
      }
      const get = yield* Effect.promise(() => fetch(url()))
      expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"])
      expect((yield* post(url().replace("/items", "/other"), "")).status).toBe(404)
      expect(yield* post(url(), "\n")).toMatchObject({ status: 200, answer: { records: 0 } })
      expect(yield* post(url(), '{"id":1,"__proto__":{"polluted":true}}')).toMatchObject({ status: 200 })
      expect("polluted" in {}).toBe(false)
      yield* until(() => setup.sink.records().length === 1)
      expect(shown(setup)).toEqual([1])
    }))

  test("answers 503 with Retry-After while too much waits, and 401 to whom it does not know", () =>
    Effect.gen(function* () {
      let taken = 0
      const authorize: Ingest["authorize"] = ({ headers }) => headers["idempotency-key"] !== "stranger"
      const { url } = yield* start(setUp(), {
        trigger: Trigger.every("1 hour"),
        ingest: { openRequestsMax: 1, answerTimeout: "1 hour", authorize },
        onItem: () => taken++
      })
      const first = yield* Effect.forkScoped(post(url(), lines(0, 2)))
      yield* until(() => taken === 2)
      expect((yield* post(url(), lines(2, 3), { key: "stranger" })).status).toBe(401)
      expect(yield* post(url(), lines(2, 3))).toMatchObject({ status: 503, retryAfter: "1", answer: { error: "full" } })
      expect(first.pollUnsafe()).toBeUndefined()
    }))

  test("answers 503 when no checkpoint comes in time", () =>
    Effect.gen(function* () {
      const { url } = yield* start(setUp(), {
        trigger: Trigger.every("1 hour"),
        ingest: { answerTimeout: "20 millis" }
      })
      expect(yield* post(url(), lines(0, 2))).toMatchObject({ status: 503, retryAfter: "1", answer: { error: "late" } })
    }))

  test("a port that is taken is said to be, and options that cannot do are refused", () =>
    Effect.gen(function* () {
      const taken = createServer().listen(0, "127.0.0.1")
      yield* Effect.promise(() => once(taken, "listening"))
      const address = taken.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const source = HttpIngest.source({ schema: Item, port })
      const reader = yield* source.open({ operator: "http", subtask: 0, owns: () => true, wake: () => {} })
      for (const split of yield* source.discover) reader.assign(split, null)
      let polled = reader.poll(1)
      yield* until(() => {
        polled = reader.poll(1)
        return polled._tag === "Failed"
      })
      expect(polled).toMatchObject({
        failure: { retry: "restart", message: expect.stringMatching(/the port is taken/) }
      })
      taken.close()
      for (const wrong of [{ port: -1 }, { path: "items" }, { bodyBytesMax: 0 }]) {
        expect(() => HttpIngest.source({ schema: Item, port: 0, ...wrong })).toThrow(RangeError)
      }
    }))
})
