import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, type JobOptions, Pipeline } from "@tidemark/core"
import { Effect, Result, Schema } from "effect"
import { describe, expect, it } from "vitest"

const Item = Schema.Struct({ key: Schema.String, n: Schema.Number })
type Item = { key: string; n: number }

const items: ReadonlyArray<Item> = Array.from({ length: 20 }, (_, i) => ({ key: `k${i % 3}`, n: 1 }))

const messageOf = async (pipeline: JobOptions["pipeline"]): Promise<string> => {
  const checkpoint = { storage: MemoryStorage.make() }
  const restart = { initialDelay: "1 millis" } as const
  const result = await Effect.runPromise(Effect.result(Job.run({ pipeline, checkpoint, restart })))
  return Result.isFailure(result) ? result.failure.message : "did not fail"
}

const start = (name: string) =>
  Pipeline.make(name).from("items", Collection.source({ schema: Item, records: items.map((item) => ({ ...item })) }))

describe("functions that break a rule", () => {
  it("V2 a reduce that changes its accumulator in place fails instead of changing a snapshot", async () => {
    const sum = (left: Item, right: Item): Item => {
      left.n += right.n
      return left
    }
    const pipeline = start("mutating")
      .keyBy("key")
      .reduce("sum", sum)
      .to("out", Collection.sink({ schema: Item }))
    expect(await messageOf(pipeline)).toMatch(/Operator "sum" .* Cannot assign to read only property 'n'/)
  })

  it("a flatMap that answers no array fails instead of losing its records", async () => {
    const promised: (item: Item) => ReadonlyArray<Item> = (item) => JSON.parse(JSON.stringify({ later: item }))
    const pipeline = start("promising")
      .flatMap(promised, { schema: Item, uid: "split" })
      .to("out", Collection.sink({ schema: Item }))
    expect(await messageOf(pipeline)).toMatch(/Operator "split" .* flatMap must answer an array/)
  })
})
