import { expect, it } from "@effect/vitest"
import { Generator } from "@tidemark/connectors/generator"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { readSource } from "../../support/readSource.ts"

const Reading = Schema.Struct({ index: Schema.Int, value: Schema.Number })
type Options = Partial<Parameters<typeof Generator.source<typeof Reading.Type>>[0]>

const source = (options: Options = {}) =>
  Generator.source({ schema: Reading, seed: 7, make: (random, index) => ({ index, value: random() }), ...options })

const read = (options: Options) =>
  Effect.gen(function* () {
    const generator = source(options)
    return yield* readSource(generator, { splits: yield* generator.discover })
  })

it.live("the same seed makes the same records, whatever the splits; another seed makes others", () =>
  Effect.gen(function* () {
    const sorted = (options: Options) =>
      Effect.map(read({ records: 100, ...options }), ({ values }) => values.toSorted((a, b) => a.index - b.index))
    const once = yield* sorted({})
    expect(once.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(yield* sorted({})).toEqual(once)
    expect(yield* sorted({ splits: 7 })).toEqual(once)
    expect(yield* sorted({ seed: 8 })).not.toEqual(once)
    expect(new Set(once.map(({ value }) => value)).size).toBe(100)
    const mean = once.reduce((sum, { value }) => sum + value, 0) / 100
    expect(mean).toBeGreaterThan(0.35)
    expect(mean).toBeLessThan(0.65)
  })
)

it.live("R1 reading on from any position makes what would have come", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(9),
        (records, splits, recordsMax, pollsMax) =>
          Effect.runPromise(
            Effect.gen(function* () {
              const generator = source({ records, splits })
              const all = yield* generator.discover
              const whole = yield* readSource(generator, { splits: all })
              const left = yield* readSource(generator, { splits: all, recordsMax, pollsMax })
              const splitsLeft = all.filter(({ id }) => !left.finished.includes(id))
              const right = yield* readSource(generator, { splits: splitsLeft, positions: left.positions })
              const indexes = (values: ReadonlyArray<{ readonly index: number }>) =>
                values.map(({ index }) => index).toSorted((a, b) => a - b)
              expect(indexes([...left.values, ...right.values])).toEqual(indexes(whole.values))
            })
          )
      ),
      { numRuns: 50 }
    )
  )
)

it.effect("keeps to its rate by the clock, makes up for one second at most, and no split starves another", () =>
  Effect.gen(function* () {
    const generator = source({ ratePerSecond: 10, splits: 2 })
    let woken = 0
    const reader = yield* generator.open({ operator: "source", subtask: 0, owns: () => true, wake: () => woken++ })
    for (const split of yield* generator.discover) reader.assign(split, null)
    const taken = (): ReadonlyArray<number> => {
      const indexes: Array<number> = []
      for (;;) {
        const polled = reader.poll(1000)
        if (polled._tag !== "Records") return indexes
        indexes.push(...polled.values.map(({ index }) => index))
      }
    }
    expect(taken().toSorted()).toEqual([0, 1])
    yield* TestClock.adjust("199 millis")
    expect(taken()).toEqual([])
    expect(woken).toBe(0)
    yield* TestClock.adjust("1 millis")
    expect(woken).toBe(1)
    expect(taken().toSorted()).toEqual([2, 3])
    yield* TestClock.adjust("1 minute")
    expect(taken()).toHaveLength(10)
  }).pipe(Effect.scoped)
)

it.live("a function that throws is reported with the index of the record, after those before it", () =>
  Effect.gen(function* () {
    const options: Options = {
      records: 10,
      make: (random, index) => {
        if (index === 5) throw new Error("five")
        return { index, value: random() }
      }
    }
    expect((yield* Effect.flip(read(options))).message).toMatch(/make threw for record 5: five/)
    const generator = source(options)
    const before = yield* readSource(generator, { splits: yield* generator.discover, pollsMax: 1 })
    expect(before.values).toHaveLength(5)
  })
)

it.effect("other options than those of the first run are refused", () =>
  Effect.gen(function* () {
    const splits = yield* source({ records: 10 }).discover
    yield* source({ records: 10 }).validate(splits)
    for (const other of [{ seed: 8, records: 10 }, { records: 11 }, {}, { records: 10, splits: 2 }]) {
      expect(yield* Effect.flip(source(other).validate(splits))).toMatchObject({ reason: "changed" })
    }
    expect(source().isBounded).toBe(false)
    for (const wrong of [{ seed: 0.5 }, { records: -1 }, { splits: 0 }, { ratePerSecond: 0 }]) {
      expect(() => source(wrong)).toThrow(RangeError)
    }
  })
)
