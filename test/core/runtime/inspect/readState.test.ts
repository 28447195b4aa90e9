import { Aggregate, Pipeline, Window } from "@tidemark/core"
import { diffCheckpoints, listStates, readState, type StateEntry } from "@tidemark/core/inspect"
import { type JobReader, type Manifest, readLog } from "@tidemark/core/storage"
import { TestPipeline, type TestSnapshot } from "@tidemark/core/testing"
import { Effect, Schema, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { TestStorage } from "../../../../packages/core/src/testing/pipeline/TestStorage.ts"
import { neverRead } from "../../../support/neverRead.ts"

const Sale = Schema.Struct({ shop: Schema.String, item: Schema.Int, at: Schema.Int, cents: Schema.Int })
type Sale = typeof Sale.Type

const sales = Pipeline.make("sales")
  .from("sales", neverRead(Sale))
  .eventTime((sale) => sale.at)

/** In maps: its values hold strings. */
const last = sales.keyBy("shop").reduce("last", (_, sale) => sale)

/** Off-heap, of two kinds of keys. */
const byShop = sales
  .keyBy("shop")
  .window(Window.tumbling("1 minute"))
  .aggregate("by shop", { sold: Aggregate.count, cents: Aggregate.sum((sale: Sale) => sale.cents) })
const byPair = sales
  .keyBy((sale) => [sale.shop, sale.item] as const, Schema.Tuple([Schema.String, Schema.Int]))
  .window(Window.tumbling("1 minute"))
  .aggregate("by pair", { sold: Aggregate.count })

const open = Effect.fnUntraced(function* (snapshot: TestSnapshot) {
  const reader: JobReader = yield* new TestStorage(snapshot.storage).storage.inspect("sales")
  const manifests = (yield* readLog(reader)).view.completed.map(({ manifest }) => manifest)
  return { reader, manifests, newest: manifests.at(-1) }
})

const entriesOf = Effect.fnUntraced(function* (reader: JobReader, manifest: Manifest | undefined, key?: string) {
  if (manifest === undefined) return yield* Effect.die("there is no checkpoint")
  const selection = { operator: null, state: null, key: key ?? null }
  const entries: ReadonlyArray<StateEntry> = yield* Stream.runCollect(readState(reader, manifest, selection))
  return entries.flatMap((entry) => ("key" in entry ? [entry] : []))
})

const shops = Array.from({ length: 300 }, (_, i) => `shop ${i}`)
const sale = (shop: string, i: number, at = 1_000 + i): Sale => ({ shop, item: i, at, cents: i * 10 })

const byKey = (a: { readonly key: unknown }, b: { readonly key: unknown }): number =>
  JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1

const run = <A, E>(test: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(test)

describe("readState", () => {
  it("shows states in maps as they were recorded, of all subtasks", () =>
    run(
      Effect.scoped(
        Effect.gen(function* () {
          const test = yield* TestPipeline.make(last, { parallelism: 3 })
          yield* test.push(shops.map((shop, i) => sale(shop, i)))
          const { newest, reader } = yield* open(yield* test.snapshot)
          const entries = yield* entriesOf(reader, newest)
          expect(entries.toSorted(byKey)).toEqual(
            shops
              .map((shop, i) => ({
                operator: "last",
                state: "reduced",
                kind: "reducing",
                key: shop,
                value: sale(shop, i)
              }))
              .toSorted(byKey)
          )
          expect(yield* entriesOf(reader, newest, "shop 7")).toMatchObject([{ key: "shop 7", value: { item: 7 } }])
          expect(yield* entriesOf(reader, newest, "shop 777")).toEqual([])
        })
      )
    ))

  it("shows windows off-heap through a chain of deltas", () =>
    run(
      Effect.scoped(
        Effect.gen(function* () {
          const test = yield* TestPipeline.make(byShop, { parallelism: 2 })
          yield* test.push(shops.map((shop, i) => sale(shop, i)))
          const first = yield* test.checkpoint
          yield* test.push([sale("shop 7", 5, 2_000), sale("new", 1, 2_000), sale("shop 7", 5, 2_001)])
          const second = yield* test.checkpoint
          const { manifests, reader } = yield* open(yield* test.snapshot)
          const [before, after] = [first, second].map((id) => manifests.find((manifest) => manifest.id === id))
          if (before === undefined || after === undefined) return yield* Effect.die("a checkpoint is missing")
          expect(JSON.stringify(after.tasks)).toContain("shared")
          const minute = new Date(0).toISOString()
          const old = yield* entriesOf(reader, before)
          const now = yield* entriesOf(reader, after)
          expect([...old, ...now].every(({ kind, windowStart }) => kind === "window" && windowStart === minute)).toBe(
            true
          )
          const sold = (i: number, count: number, cents: number) => ({
            ...{ key: shops[i], value: { "sold.count": count, "cents.sum": cents } }
          })
          expect(old.map(({ key, value }) => ({ key, value })).toSorted(byKey)).toEqual(
            shops.map((_, i) => sold(i, 1, i * 10)).toSorted(byKey)
          )
          expect(now.map(({ key, value }) => ({ key, value })).toSorted(byKey)).toEqual(
            [
              ...shops.map((_, i) => (i === 7 ? sold(7, 3, 170) : sold(i, 1, i * 10))),
              { key: "new", value: { "sold.count": 1, "cents.sum": 10 } }
            ].toSorted(byKey)
          )
        })
      )
    ))

  it("finds tuples by their JSON", () =>
    run(
      Effect.scoped(
        Effect.gen(function* () {
          const test = yield* TestPipeline.make(byPair)
          yield* test.push([sale("a", 1), sale("a", 2), sale("b", 1), sale("a", 1)])
          const { newest, reader } = yield* open(yield* test.snapshot)
          expect(yield* entriesOf(reader, newest)).toHaveLength(3)
          expect(yield* entriesOf(reader, newest, '["a", 1]')).toMatchObject([
            { key: ["a", 1], value: { "sold.count": 2 } }
          ])
          if (newest === undefined) return
          const states = yield* listStates(reader, newest)
          expect(states.find(({ kind }) => kind === "window")).toMatchObject({
            ...{ kind: "window", layout: "off-heap", entries: 3, key: "[string, number]" }
          })
        })
      )
    ))
})

describe("a checkpoint that goes while it is read", () => {
  const gone = (isEntryGone: boolean) =>
    run(
      Effect.scoped(
        Effect.gen(function* () {
          const test = yield* TestPipeline.make(last)
          yield* test.push([sale("a", 1)])
          const snapshot = yield* test.snapshot
          const { newest } = yield* open(snapshot)
          const entries = new Map([...snapshot.storage.entries].slice(0, isEntryGone ? -1 : undefined))
          const left = { ...snapshot, storage: { objects: new Map<string, Uint8Array>(), entries } }
          const { reader } = yield* open(left)
          return (yield* Effect.flip(entriesOf(reader, newest))).message
        })
      )
    )

  it("is said to be retired if the running job has retired it", async () => {
    expect(await gone(true)).toBe(
      'Checkpoint 1 of job "sales" was retired by the running job while it was read. ' +
        "Read a newer one, or a savepoint: nobody retires it."
    )
  })

  it("is damaged if its entry stands", async () => {
    expect(await gone(false)).toContain("it is missing")
  })
})

describe("diffCheckpoints", () => {
  it("counts what was added, changed and removed, and how far the sources have come", () =>
    run(
      Effect.scoped(
        Effect.gen(function* () {
          const test = yield* TestPipeline.make(last)
          yield* test.push(shops.slice(0, 10).map((shop, i) => sale(shop, i)))
          yield* test.checkpoint
          yield* test.push([sale("shop 1", 1), sale("shop 2", 99), sale("new", 5)])
          const { manifests, reader } = yield* open(yield* test.snapshot)
          const [before, after] = manifests
          if (before === undefined || after === undefined) return yield* Effect.die("a checkpoint is missing")
          const diff = yield* diffCheckpoints(reader, before, after)
          expect(diff.states.find(({ operator, state }) => operator === "last" && state === "reduced")).toMatchObject({
            ...{ entries: [10, 11], added: 1, changed: 1, removed: 0 }
          })
          expect(diff.positions).toMatchObject([{ operator: "sales", records: [10, 13] }])
          const back = yield* diffCheckpoints(reader, after, before)
          expect(back.states.find(({ state }) => state === "reduced")).toMatchObject({
            added: 0,
            changed: 1,
            removed: 1
          })
        })
      )
    ))
})
