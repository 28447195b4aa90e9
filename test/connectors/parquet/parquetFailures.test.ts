import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { ParquetFile } from "@tidemark/connectors/parquet"
import { Effect, Schema } from "effect"
import { readSource } from "../../support/readSource.ts"
import { duckFile, temporaryDirectory } from "./duckFile.ts"

const query = `select i::BIGINT as id, case when i = 700 then null else 'name ' || (i % 9) end as name,
  timestamp '2001-01-01' + interval (i) minute as at, [i] as list from range(1000) rows(i)`

const Id = Schema.Struct({ id: Schema.Number })

/** Discovers and reads everything. */
const readAll = <A>(path: string, schema: Schema.Codec<A, unknown>) =>
  Effect.gen(function* () {
    const source = ParquetFile.source({ path, schema })
    return yield* readSource(source, { splits: yield* source.discover })
  })

it.effect("a missing file, an empty one and one that is no Parquet file fail clearly", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryDirectory
    const nowhere = join(folder, "nowhere.parquet")
    const missing = yield* Effect.flip(ParquetFile.source({ path: nowhere, schema: Id }).discover)
    expect(missing.message).toBe(`Source ${nowhere}: it does not exist. Check the path.`)
    const path = join(folder, "text.parquet")
    for (const text of ["", "this is only text, and long enough", `PAR1${"\xff".repeat(20)}PAR1`]) {
      yield* Effect.promise(() => writeFile(path, text))
      const failure = yield* Effect.flip(ParquetFile.source({ path, schema: Id }).discover)
      expect(failure).toMatchObject({ reason: "malformed", retry: "never" })
      expect(failure.message).toMatch(/it is not a whole Parquet file: .* Check the path/)
    }
    expect(yield* Effect.flip(ParquetFile.source({ path: folder, schema: Id }).discover)).toMatchObject({
      reason: "missing"
    })
  })
)

it.effect("a missing column fails with what the file has", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(query)
    const schema = Schema.Struct({ id: Schema.Number, weight: Schema.Number })
    const failure = yield* Effect.flip(ParquetFile.source({ path, schema }).discover)
    expect(failure).toMatchObject({ reason: "column", retry: "never" })
    expect(failure.message).toMatch(
      /Column "weight" is missing\. The file has: id \(INT64.*\), name \(BYTE_ARRAY\/UTF8\), at \(INT64\/TIMESTAMP\), list/
    )
  })
)

it.effect("a column of another type fails with both types", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(query)
    const schema = Schema.Struct({ name: Schema.Number, list: Schema.String })
    const { message } = yield* Effect.flip(ParquetFile.source({ path, schema }).discover)
    expect(message).toContain('Column "name" holds BYTE_ARRAY/UTF8, which cannot be read as number.')
    expect(message).toContain('Column "list" holds nested columns, which cannot be read as string.')
  })
)

it.effect("a schema that no columns can fill is refused", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(query)
    const nested = Schema.Struct({ id: Schema.Struct({ a: Schema.Number }) })
    expect((yield* Effect.flip(readAll(path, nested))).message).toMatch(/field "id" cannot be read from a column/)
    expect((yield* Effect.flip(readAll(path, Schema.String))).message).toMatch(/must be a Schema\.Struct/)
  })
)

it.effect("a row without a value in a column that must have one fails with row and column", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(query)
    const source = ParquetFile.source({ path, schema: Schema.Struct({ name: Schema.String }) })
    const splits = yield* source.discover
    const before = yield* readSource(source, { splits, recordsMax: 1000, pollsMax: 1 })
    expect(before.values).toHaveLength(700)
    const failure = yield* Effect.flip(readSource(source, { splits, positions: before.positions }))
    expect(failure).toMatchObject({ reason: "schema", path, retry: "never" })
    expect(failure.message).toContain('row 700, column "name" does not fit the schema: it has no value')
  })
)

it.effect("checks of a field and of the struct fail with the row", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(query)
    const small = Schema.Struct({ id: Schema.Number.check(Schema.isLessThan(321)) })
    expect((yield* Effect.flip(readAll(path, small))).message).toMatch(/row 321, column "id" does not fit the schema/)
    const known = Schema.Struct({ name: Schema.NullOr(Schema.Literals(["name 0", "name 1", "name 2"])) })
    expect((yield* Effect.flip(readAll(path, known))).message).toMatch(/row 3, column "name" does not fit/)
    const whole = Id.check(Schema.makeFilter(({ id }: typeof Id.Type) => id < 12 || "too large"))
    expect((yield* Effect.flip(readAll(path, whole))).message).toMatch(/row 12 does not fit the schema: too large/)
  })
)

it.effect("an integer that a number cannot hold fails with its row", () =>
  Effect.gen(function* () {
    for (const version of ["v1", "v2"]) {
      const rows = "select case when i = 5 then 9007199254740993 else i end::BIGINT as id from range(9) rows(i)"
      const path = yield* duckFile(rows, `parquet_version ${version}`)
      const failure = yield* Effect.flip(readAll(path, Id))
      expect(failure).toMatchObject({ reason: "schema" })
      expect(failure.message).toContain('row 5, column "id" holds an integer beyond 2^53')
      const { values } = yield* readAll(path, Schema.Struct({ id: Schema.BigInt }))
      expect(values[5]).toEqual({ id: 9007199254740993n })
    }
  })
)

it.effect("a damaged page fails with column and rows", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(query, "compression zstd")
    const bytes = yield* Effect.promise(() => readFile(path))
    yield* Effect.promise(() => writeFile(path, bytes.fill(0xa5, 60, 400)))
    const failure = yield* Effect.flip(readAll(path, Schema.Struct({ id: Schema.Number, at: Schema.Number })))
    expect(failure).toMatchObject({ reason: "malformed", retry: "never" })
    expect(failure.message).toMatch(/column "\w+", rows 0 to 999, cannot be decoded: .* Restore the file/)
  })
)

it.effect("a file that disappears while it is read is an input/output failure", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(query)
    const source = ParquetFile.source({ path, schema: Id })
    const splits = yield* source.discover
    const failure = yield* Effect.scoped(
      Effect.gen(function* () {
        let woken = () => {}
        const reader = yield* source.open({ operator: "source", subtask: 0, owns: () => true, wake: () => woken() })
        yield* Effect.promise(() => rm(path))
        for (const split of splits) reader.assign(split, null)
        while (true) {
          const polled = reader.poll(10)
          if (polled._tag === "Failed") return polled.failure
          expect(polled._tag).toBe("Pending")
          yield* Effect.promise(() => new Promise<void>((resolve) => (woken = resolve)))
        }
      })
    )
    expect(failure).toMatchObject({ reason: "io", retry: "restart" })
  })
)

it.effect("another file in the place of the first has changed", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(query)
    const other = yield* duckFile("select i::BIGINT as id from range(1001) rows(i)")
    const source = ParquetFile.source({ path, schema: Id })
    const splits = yield* source.discover
    yield* source.validate(splits)
    yield* Effect.promise(async () => writeFile(path, await readFile(other)))
    const failure = yield* Effect.flip(source.validate(splits))
    expect(failure).toMatchObject({ reason: "changed", retry: "never" })
    expect(failure.message).toMatch(/changed from 1000 rows in \d+ bytes to 1001 rows .* since the job began/)
  })
)

it.effect("orderedBy is refused when the row groups overlap", () =>
  Effect.gen(function* () {
    const path = yield* duckFile(
      "select ((i * 37) % 5000)::BIGINT as id from range(5000) rows(i)",
      "row_group_size 2048"
    )
    const ordered = yield* duckFile("select i::BIGINT as id from range(5000) rows(i)", "row_group_size 2048")
    const failure = yield* Effect.flip(ParquetFile.source({ path, schema: Id, orderedBy: "id" }).discover)
    expect(failure).toMatchObject({ reason: "column" })
    expect(failure.message).toMatch(/column "id" reaches \d+ in row group 0, but row group 1 begins at \d+/)
    const source = ParquetFile.source({ path: ordered, schema: Id, orderedBy: "id" })
    expect(yield* source.discover).toHaveLength(3)
  })
)

it("impossible options are refused", () => {
  expect(() => ParquetFile.source({ path: "a", schema: Id, limit: -1 })).toThrow(
    "limit must be a whole number of at least 0, got -1"
  )
  expect(() => ParquetFile.source({ path: "a", schema: Id, rowGroupsPerSplit: 0 })).toThrow("at least 1, got 0")
})
