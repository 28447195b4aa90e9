import { expect, it } from "@effect/vitest"
import { Collection } from "@tidemark/connectors/collection"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { readSource } from "../../support/readSource.ts"

it.effect("R1 the splits hold the records in order, and a restart reads on", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer()),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        async (records, splits, pollsMax) => {
          const source = Collection.source({ schema: Schema.Number, records, splits })
          const program = Effect.gen(function* () {
            const found = yield* source.discover
            expect(found).toHaveLength(splits)
            const before = yield* readSource(source, { splits: found, recordsMax: 3, pollsMax })
            const after = yield* readSource(source, { splits: found, positions: before.positions })
            expect([...before.values, ...after.values]).toEqual(records)
            expect(after.finished).toEqual(found.map(({ id }) => id))
          })
          await Effect.runPromise(program)
        }
      )
    )
  )
)

it.effect("another number of records than at the beginning is an input that changed", () =>
  Effect.gen(function* () {
    const before = yield* Collection.source({ schema: Schema.Number, records: [1, 2] }).discover
    const now = Collection.source({ schema: Schema.Number, records: [1] })
    const failure = yield* Effect.flip(now.validate(before))
    expect(failure).toMatchObject({ reason: "changed" })
    expect(failure.message).toContain("it had 2 records when the job began and has 1 now")
  })
)

it("an impossible number of splits is refused", () => {
  const make = (splits: number) => () => Collection.source({ schema: Schema.Number, records: [], splits })
  expect(make(0)).toThrow("splits must be a whole number of at least 1, got 0")
  expect(make(1.5)).toThrow("got 1.5")
})

it.effect("the sink's target outlives the attempts of a job", () =>
  Effect.gen(function* () {
    const sink = Collection.sink({ schema: Schema.String })
    for (const term of [1, 2]) {
      const session = yield* sink.open({ job: "job", operator: "out", term })
      const writer = yield* session.writer(0)
      writer.write(`of term ${term}`)
      yield* session.commit([yield* writer.prepare(term)])
    }
    expect(sink.records()).toEqual(["of term 1", "of term 2"])
  })
)
