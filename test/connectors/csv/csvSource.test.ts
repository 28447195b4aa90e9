import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { CsvFile } from "@tidemark/connectors/csv"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { readSource } from "../../support/readSource.ts"

const Row = Schema.Struct({ id: Schema.Number, text: Schema.String })

const fileOf = (content: string | Uint8Array, name = "in.csv") =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const directory = await mkdtemp(join(tmpdir(), "tidemark-csv-"))
      await writeFile(join(directory, name), content)
      return join(directory, name)
    }),
    (path) => Effect.promise(() => rm(join(path, ".."), { recursive: true }))
  )

type Options = Omit<Parameters<typeof CsvFile.source<typeof Row.Type>>[0], "path" | "schema">

const read = (content: string | Uint8Array, options: Options = {}) =>
  Effect.gen(function* () {
    const source = CsvFile.source({ path: yield* fileOf(content), schema: Row, ...options })
    const splits = yield* source.discover
    return yield* readSource(source, { splits })
  })

it.live("reads columns by their names, whatever their order, and leaves others", () =>
  Effect.gen(function* () {
    const { values } = yield* read("text,extra,id\none,x,1\ntwo,y,2\n")
    expect(values).toEqual([
      { id: 1, text: "one" },
      { id: 2, text: "two" }
    ])
  })
)

it.live("quoted cells hold line breaks, delimiters and quotes; CRLF, a byte order mark and empty lines are fine", () =>
  Effect.gen(function* () {
    const { values } = yield* read('\ufeffid,text\r\n1,"a\r\nb,""c"""\r\n\r\n2,plain')
    expect(values).toEqual([
      { id: 1, text: 'a\r\nb,"c"' },
      { id: 2, text: "plain" }
    ])
  })
)

it.live("a file without a header is read by the schema's order, or by names that are given", () =>
  Effect.gen(function* () {
    expect((yield* read("1;one\n", { header: false, delimiter: ";" })).values).toEqual([{ id: 1, text: "one" }])
    const named = yield* read("'o''ne'\t7\n", { header: ["text", "id"], delimiter: "\t", quote: "'" })
    expect(named.values).toEqual([{ id: 7, text: "o'ne" }])
  })
)

it.live("dates, bigints, booleans, optional, null and nested values are read as JSON lines hold them", () =>
  Effect.gen(function* () {
    const Rich = Schema.Struct({
      at: Schema.Date,
      big: Schema.BigInt,
      flag: Schema.Boolean,
      note: Schema.optionalKey(Schema.String),
      rank: Schema.NullOr(Schema.Int),
      name: Schema.NullOr(Schema.String),
      tags: Schema.Array(Schema.String)
    })
    const content =
      'at,big,flag,note,rank,name,tags\n2026-01-02T03:04:05.000Z,9007199254740993,true,,,,"[""a"",""b""]"\n' +
      '1970-01-01T00:00:00.000Z,0,false,"",3,"",[]\n'
    const source = CsvFile.source({ path: yield* fileOf(content), schema: Rich })
    const { values } = yield* readSource(source, { splits: yield* source.discover })
    expect(values).toEqual([
      {
        at: new Date("2026-01-02T03:04:05Z"),
        big: 9007199254740993n,
        flag: true,
        rank: null,
        name: null,
        tags: ["a", "b"]
      },
      { at: new Date(0), big: 0n, flag: false, note: "", rank: 3, name: "", tags: [] }
    ])
  })
)

const quote = (cell: string, always: boolean): string =>
  always || /[",\r\n\s\ufeff]/u.test(cell) || cell === "" ? `"${cell.replaceAll('"', '""')}"` : cell

it.live("R1 whatever the chunks, reading on from any position yields the rows that follow, with the same lines", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.string({ unit: fc.constantFrom("a", "ü", "€", '"', ",", "\n", "\r\n", "\r", " ") }),
            fc.boolean()
          ),
          {
            minLength: 1,
            maxLength: 8
          }
        ),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (cells, lineBreak, isEnded, chunkBytes, hasHeader) =>
          Effect.runPromise(
            Effect.scoped(
              Effect.gen(function* () {
                const records = cells.map(([text], id) => ({ id, text }))
                const rows = cells.map(([text, always], id) => `${id},${quote(text, always)}`)
                const content =
                  [...(hasHeader ? ["id,text"] : []), ...rows].join(lineBreak) + (isEnded ? lineBreak : "")
                const path = yield* fileOf(content)
                const make = (bytes: number) =>
                  CsvFile.source({ path, schema: Row, chunkBytes: bytes, header: hasHeader })
                const splits = yield* make(64).discover
                const whole = yield* readSource(make(65536), { splits })
                expect(whole.values).toEqual(records)
                const left = yield* readSource(make(chunkBytes), {
                  splits,
                  recordsMax: 1,
                  pollsMax: Math.ceil(records.length / 2)
                })
                const right = yield* readSource(make(chunkBytes), { splits, positions: left.positions })
                expect([...left.values, ...right.values]).toEqual(records)
                if (right.positions.size > 0) expect(right.positions).toEqual(whole.positions)
              })
            )
          )
      ),
      { numRuns: 60 }
    )
  )
)

const failure = (content: string | Uint8Array, options: Options = {}) => Effect.flip(read(content, options))

it.live("what cannot be read says file, line and column", () =>
  Effect.gen(function* () {
    const cases: ReadonlyArray<readonly [string | Uint8Array, Options, string, RegExp]> = [
      ["id,text\n1,a\n2\n", {}, "malformed", /in\.csv: line 3 is malformed: it has 1 cells instead of 2/],
      ['id,text\n1,"a\nb"\nx,c\n', {}, "schema", /line 4 does not fit the schema: .*\["id"\]/],
      ['id,text\n1,"a"b\n', {}, "malformed", /line 2, column 2 is malformed: text follows a closing quote/],
      ['id,text\n1,a"b\n', {}, "malformed", /line 2, column 2 .*within a cell that does not begin with one/],
      ['id,text\n1,a\n2,"b\n', {}, "malformed", /a quote is opened and never closed/],
      ["id;text\n1;a\n", {}, "column", /it has no column "id", "text"; its columns are "id;text"/],
      ["id,text,id\n1,a,2\n", {}, "column", /two columns named "id"/],
      ["id,text\n1,a\n2,bbbbbbbbbbbbbbbbbbbbbb\n", { rowBytesMax: 12 }, "malformed", /line 3, .* longer than 12 bytes/],
      [
        Buffer.concat([Buffer.from("id,text\n1,a\n2,"), Buffer.from([0xff]), Buffer.from("\n")]),
        {},
        "malformed",
        /line 3 .*UTF-8/
      ]
    ]
    for (const [content, options, reason, text] of cases) {
      const found = yield* failure(content, options)
      expect(found).toMatchObject({ _tag: "SourceFailure", reason })
      expect(found.message).toMatch(text)
    }
  })
)

it.live(
  "rows that do not fit are skipped and counted if asked, and a replacement character is text like any other",
  () =>
    Effect.gen(function* () {
      const { skipped, values } = yield* read("id,text\n1,a\n2\nx,b\n3,\ufffd\n", { onMalformed: "skip" })
      expect(values).toEqual([
        { id: 1, text: "a" },
        { id: 3, text: "\ufffd" }
      ])
      expect(skipped).toBe(2)
      const quotes = yield* failure('id,text\n1,"a"b\n', { onMalformed: "skip" })
      expect(quotes.message).toMatch(/cannot be skipped/)
    })
)

it.live("a column named __proto__ pollutes nothing", () =>
  Effect.gen(function* () {
    const { values } = yield* read("id,text,__proto__,constructor\n1,a,polluted,polluted\n")
    expect(values).toEqual([{ id: 1, text: "a" }])
    expect(Object.getPrototypeOf(values[0])).toBe(Object.prototype)
    expect(() => CsvFile.source({ path: "x", schema: Schema.Struct({ ["__proto__"]: Schema.String }) })).toThrow(
      RangeError
    )
  })
)

it("options that cannot do are refused when the source is made", () => {
  const make = (options: Options) => () => CsvFile.source({ path: "x", schema: Row, ...options })
  expect(make({ delimiter: ",," })).toThrow(/delimiter must be one character/)
  expect(make({ delimiter: '"' })).toThrow(/both/)
  expect(make({ rowBytesMax: 0 })).toThrow(/rowBytesMax/)
  expect(() => CsvFile.source({ path: ["a", "b"], schema: Row, watch: true })).toThrow(/not a list/)
  expect(() => CsvFile.source({ path: "x", schema: Schema.Record(Schema.String, Schema.String) })).toThrow(/struct/)
})
