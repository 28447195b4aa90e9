import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { CsvFile } from "@tidemark/connectors/csv"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { readSource } from "../../support/readSource.ts"

const Row = Schema.Struct({
  id: Schema.Int,
  text: Schema.String,
  note: Schema.NullOr(Schema.String),
  rank: Schema.optionalKey(Schema.Number),
  at: Schema.Date,
  tags: Schema.Array(Schema.String)
})
type Row = typeof Row.Type

const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "tidemark-csv-sink-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true }))
)

type Options = Partial<Parameters<typeof CsvFile.sink<Row>>[0]>

const written = (rows: ReadonlyArray<Row>, options: Options = {}) =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const sink = CsvFile.sink({ directory, schema: Row, ...options })
    const session = yield* sink.open({ job: "job", operator: "out", term: 1 })
    const writer = yield* session.writer(0)
    for (const row of rows) writer.write(row)
    const transaction = yield* writer.prepare(1)
    yield* session.commit(transaction === null ? [] : [transaction])
    return directory
  })

const sample: Row = { id: 1, text: "a", note: null, at: new Date(0), tags: [] }

it.live("writes a header, quotes what must be quoted, and names the file after the checkpoint", () =>
  Effect.gen(function* () {
    const directory = yield* written([sample, { ...sample, text: 'x "y", z', note: "", rank: 1.5, tags: ["t"] }])
    const name = "part-c000000001-t0001-s00.job.out.csv"
    expect(yield* Effect.promise(() => readdir(directory))).toEqual([name])
    expect(yield* Effect.promise(() => readFile(join(directory, name), "utf8"))).toBe(
      'id,text,note,rank,at,tags\n1,a,,,1970-01-01T00:00:00.000Z,[]\n1,"x ""y"", z","",1.5,1970-01-01T00:00:00.000Z,"[""t""]"\n'
    )
  })
)

const rowOf = fc.record({
  id: fc.integer(),
  text: fc.string({ unit: fc.constantFrom("a", "'", '"', ";", ",", "\n", "\r\n", "\r", " ", "ü", "null", "\ufeff") }),
  note: fc.option(fc.constantFrom("", " ", "null", "\n", "x;y")),
  rank: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((rank) => !Object.is(rank, -0)),
  at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
  tags: fc.array(fc.constantFrom("a", '"', ",", "\n"), { maxLength: 3 })
})

it.live("what the sink writes the source reads, whatever is in it, the signs and the header are", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(rowOf, fc.boolean()), { minLength: 1, maxLength: 6 }),
        fc.constantFrom({}, { delimiter: ";" }, { quote: "'" }),
        fc.boolean(),
        (drawn, dialect, header) =>
          Effect.runPromise(
            Effect.scoped(
              Effect.gen(function* () {
                const rows = drawn.map(([{ rank, ...row }, isRanked]): Row => (isRanked ? { ...row, rank } : row))
                const path = yield* written(rows, { ...dialect, header })
                const source = CsvFile.source({ path, schema: Row, header, ...dialect })
                const { values } = yield* readSource(source, { splits: yield* source.discover })
                expect(values).toEqual(rows)
              })
            )
          )
      ),
      { numRuns: 40 }
    )
  )
)

it.live("a value that has no row is refused, and so are impossible options", () =>
  Effect.gen(function* () {
    const failed = yield* Effect.exit(written([{ ...sample, id: 1.5 }]))
    expect(JSON.stringify(failed)).toMatch(/does not fit the schema.*id/)
    expect(() => CsvFile.sink({ directory: " ", schema: Row })).toThrow(/directory is empty/)
    expect(() => CsvFile.sink({ directory: "x", schema: Row, quote: "''" })).toThrow(/quote must be one character/)
    const alone = Schema.Struct({ note: Schema.NullOr(Schema.String) })
    expect(() => CsvFile.sink({ directory: "x", schema: alone })).toThrow(/single column/)
  })
)
