import { Aggregate, Pipeline, SideOutput, State, Window } from "@tidemark/core"
import { TestPipeline } from "@tidemark/core/testing"
import { Effect, Schema, type Scope } from "effect"
import { expect, it } from "vitest"
import { neverRead } from "../../support/neverRead.ts"

const Sale = Schema.Struct({ item: Schema.String, at: Schema.Int })
const late = SideOutput.make("late", Sale)
const odd = SideOutput.make("odd", Schema.String)

const web = Pipeline.make("sales")
  .from("web", neverRead(Sale))
  .eventTime(({ at }) => at)

const run = <A, E>(test: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(test))

const sale = (item: string, at: number) => ({ item, at })

it("each source of a union is pushed by its name, and the slower one holds event time back", () =>
  run(
    Effect.gen(function* () {
      const both = web
        .union("both", (from) => from("shop", neverRead(Sale)).eventTime(({ at }) => at))
        .keyBy("item")
        .window(Window.tumbling("1 minute"))
        .aggregate("minutes", { sold: Aggregate.count }, { late })
      const test = yield* TestPipeline.make(both, { parallelism: 2 })
      yield* test.push([sale("hat", 1_000)], { source: "web" })
      yield* test.watermark(70_000, { source: "web" })
      expect(test.output()).toEqual([])
      yield* test.push([sale("hat", 2_000)], { source: "shop" })
      yield* test.watermark(60_000, { source: "shop" })
      expect(test.output()).toMatchObject([{ key: "hat", value: { sold: 2 } }])
      yield* test.push([sale("hat", 5)], { source: "shop" })
      expect(test.sideOutput(late)).toEqual([sale("hat", 5)])
      const unnamed = yield* Effect.flip(test.push([]))
      expect(unnamed.message).toBe("Name the source. There are: web, shop.")
    })
  ))

it("a finished pipeline is tested as it is, sink by sink", () =>
  run(
    Effect.gen(function* () {
      const sorted = web
        .keyBy("item")
        .process("sort", {
          schema: Sale,
          states: { seen: State.value("seen", Schema.Int) },
          sides: [odd],
          onElement: (value, { emit, states }) => {
            const seen = (states.seen.get() ?? 0) + 1
            states.seen.set(seen)
            if (seen % 2 === 1) emit.side(odd, `${value.item} ${seen}`)
            else emit(value)
          }
        })
        .to("even", { ...neverWritten, schema: Sale })
        .side(odd, (stream) => stream.to("odd sales", { ...neverWritten, schema: Schema.String }))
      const test = yield* TestPipeline.make(sorted)
      yield* test.push([1, 2, 3].map((at) => sale("hat", at)))
      expect(test.output()).toEqual([sale("hat", 2)])
      expect(test.outputOf("odd sales")).toEqual(["hat 1", "hat 3"])
      expect(test.sideOutput(odd)).toEqual(["hat 1", "hat 3"])
      expect(() => test.outputOf("even sales")).toThrow('There is no sink "even sales". There are: even, odd sales.')
    })
  ))

it("asynchronous calls wait in virtual time, also over a failure", () =>
  run(
    Effect.gen(function* () {
      const priced = web.mapAsync(
        "price",
        (value) => Effect.as(Effect.sleep("1 second"), { ...value, at: value.at + 1 }),
        {
          schema: Sale,
          capacity: 10
        }
      )
      const test = yield* TestPipeline.make(priced)
      yield* test.push([sale("hat", 1), sale("boots", 2)])
      expect(test.output()).toEqual([])
      yield* test.checkpoint
      yield* test.failBeforeRecord(1)
      yield* test.push([sale("scarf", 3)])
      yield* test.advanceTime("1 second")
      expect(test.output().map(({ item }) => item)).toEqual(["hat", "boots", "scarf"])
    })
  ))

const neverWritten = {
  description: "nowhere",
  delivery: "two-phase",
  open: () => Effect.die("not to be opened")
} as const
