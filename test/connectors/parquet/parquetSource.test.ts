import { fileURLToPath } from "node:url"
import { expect, it } from "@effect/vitest"
import { ParquetFile } from "@tidemark/connectors/parquet"
import type { Json, Split } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { readSource } from "../../support/readSource.ts"
import { duckFile, duckRows } from "./duckFile.ts"

const flights = fileURLToPath(new URL("../../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url))

const Flight = Schema.Struct({
  date: Schema.Number,
  delay: Schema.Int,
  distance: Schema.Number,
  origin: Schema.String,
  destination: Schema.String
})

/** The same rows as DuckDB reads them. */
const flightsByDuckDb = (from: number, to: number) =>
  duckRows(`select epoch_ms(date)::DOUBLE as date, delay::DOUBLE as delay, distance::DOUBLE as distance, origin, destination
    from read_parquet('${flights}', file_row_number = true)
    where file_row_number >= ${from} and file_row_number < ${to} order by file_row_number`)

const positionsAt = (split: Split, row: number): ReadonlyMap<string, Json> => new Map([[split.id, { row }]])

it.effect("reads the first rows of a real file as DuckDB does", () =>
  Effect.gen(function* () {
    const source = ParquetFile.source({ path: flights, schema: Flight, limit: 2500, orderedBy: "date" })
    const splits = yield* source.discover
    expect(splits.map(({ id }) => id)).toEqual(["rows-0-2500"])
    expect(source.isTimeOrdered).toBe(true)
    const { values, positions } = yield* readSource(source, { splits, recordsMax: 1000 })
    expect(values).toEqual(yield* flightsByDuckDb(0, 2500))
    expect([...positions.values()]).toEqual([{ row: 2500 }])
  })
)

it.effect("goes on over the border of two row groups of a real file", () =>
  Effect.gen(function* () {
    const source = ParquetFile.source({ path: flights, schema: Flight, limit: 272_900 })
    const [first, second] = yield* source.discover
    if (first === undefined || second === undefined) return expect.fail("there are two splits")
    const read = yield* readSource(source, { splits: [first, second], positions: positionsAt(first, 272_600) })
    expect(read.values).toEqual(yield* flightsByDuckDb(272_600, 272_900))
    expect(read.finished).toEqual(["rows-0-272727", "rows-272727-272900"])
  })
)

/** DuckDB's smallest row group has 2048 rows. */
const rowsQuery = (count: number) => `select
  i::INTEGER as small, (i * 1000003)::BIGINT as "long", i::UBIGINT as unsigned, i * 0.5::DOUBLE as double,
  (i * 0.25)::FLOAT as "float", (i % 3 = 0) as flag,
  case when i % 7 = 0 then null else 'text-' || (i % 40) end as text, 'unique-' || i as "unique",
  case when i % 5 = 0 then null else i::BIGINT end as sparse,
  timestamp '1969-12-31 23:59:59.5' + interval (i) second as at, date '2001-01-01' + (i % 400)::INTEGER as day
  from range(${count}) rows(i)`

const Row = Schema.Struct({
  small: Schema.Int,
  long: Schema.BigInt,
  unsigned: Schema.Number,
  double: Schema.Number,
  float: Schema.Number,
  flag: Schema.Boolean,
  text: Schema.NullOr(Schema.String),
  unique: Schema.String,
  sparse: Schema.optionalKey(Schema.Number),
  at: Schema.Date,
  day: Schema.Number
})

const expectedRow = (i: number): typeof Row.Type => ({
  small: i,
  long: BigInt(i) * 1000003n,
  unsigned: i,
  double: i * 0.5,
  float: i * 0.25,
  flag: i % 3 === 0,
  text: i % 7 === 0 ? null : `text-${i % 40}`,
  unique: `unique-${i}`,
  ...(i % 5 === 0 ? {} : { sparse: i }),
  at: new Date(-500 + i * 1000),
  day: Date.UTC(2001, 0, 1) + (i % 400) * 86_400_000
})

const expectedRows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => expectedRow(from + i))

const codecs = { v1: ["uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"], v2: ["uncompressed", "zstd"] }

for (const [version, names] of Object.entries(codecs)) {
  for (const codec of names) {
    it.effect(`reads every kind of column: pages ${version}, ${codec}`, () =>
      Effect.gen(function* () {
        const options = `row_group_size 2048, parquet_version ${version}, compression ${codec}`
        const path = yield* duckFile(rowsQuery(3000), options)
        const source = ParquetFile.source({ path, schema: Row })
        const { values } = yield* readSource(source, { splits: yield* source.discover })
        expect(values).toEqual(expectedRows(0, 3000))
      })
    )
  }
}

const Small = Schema.Struct({ small: Schema.Number })

it.effect("R1 any restart position, limit and cut of splits yields the same records", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(rowsQuery(10_000), "row_group_size 2048")
    const property = fc.asyncProperty(
      fc.record({
        limit: fc.nat(11_000),
        rowGroupsPerSplit: fc.integer({ min: 1, max: 8 }),
        recordsMax: fc.integer({ min: 1, max: 3000 }),
        pollsMax: fc.nat(6)
      }),
      async ({ limit, rowGroupsPerSplit, recordsMax, pollsMax }) => {
        const source = ParquetFile.source({ path, schema: Small, limit, rowGroupsPerSplit })
        const program = Effect.gen(function* () {
          const splits = yield* source.discover
          const before = yield* readSource(source, { splits, recordsMax, pollsMax })
          const after = yield* readSource(source, { splits, recordsMax, positions: before.positions })
          expect([...before.values, ...after.values].map(({ small }) => small)).toEqual(
            Array.from({ length: Math.min(limit, 10_000) }, (_, i) => i)
          )
        })
        await Effect.runPromise(program)
      }
    )
    yield* Effect.promise(() => fc.assert(property, { numRuns: 6 }))
  })
)

it.effect("P1 decodes at most two units ahead of what was polled", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const path = yield* duckFile(rowsQuery(10_000), "row_group_size 2048")
      const source = ParquetFile.source({ path, schema: Row })
      let decoded = 0
      let woken = () => {}
      const reader = yield* source.open({
        operator: "source",
        subtask: 0,
        owns: () => true,
        wake: () => {
          decoded++
          woken()
        }
      })
      for (const split of yield* source.discover) reader.assign(split, null)
      let finished = 0
      while (true) {
        const polled = reader.poll(2048)
        if (polled._tag === "Exhausted") break
        if (polled._tag === "SplitFinished") finished++
        if (polled._tag === "Pending") yield* Effect.promise(() => new Promise<void>((resolve) => (woken = resolve)))
        expect(decoded).toBeLessThanOrEqual(finished + 3)
      }
      expect(decoded).toBe(5)
    })
  )
)
