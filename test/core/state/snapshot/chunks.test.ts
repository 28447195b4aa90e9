import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { FixedLayout, RowBlock } from "../../../../packages/core/src/state/fixed/RowBlock.ts"
import { ByteWriter } from "../../../../packages/core/src/state/snapshot/bytes.ts"
import { ChunkReader } from "../../../../packages/core/src/state/snapshot/ChunkReader.ts"
import { ChunkWriter } from "../../../../packages/core/src/state/snapshot/ChunkWriter.ts"

interface Row {
  readonly key: number | string | null
  readonly values: readonly [number, number]
}

interface Rows {
  readonly namespace: number
  readonly rows: ReadonlyArray<Row>
}

const layout = (key: FixedLayout["key"]): FixedLayout => ({
  key,
  columns: [
    { name: "a", kind: "number" },
    { name: "b", kind: "number" }
  ]
})

const keysOf = (kind: FixedLayout["key"]): fc.Arbitrary<number | string> =>
  kind === "integer"
    ? fc.maxSafeInteger()
    : fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "\ud800", "\udc00", "\ufeff", "x".repeat(3_000)))

const blocksOf = (kind: FixedLayout["key"]): fc.Arbitrary<ReadonlyArray<Rows>> =>
  fc.array(
    fc.record({
      namespace: fc.constantFrom(0, -86_400_000, 978_307_200_000),
      rows: fc.array(
        fc.record({
          key: fc.option(keysOf(kind), { freq: 4 }),
          values: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.double())
        }),
        { minLength: 1, maxLength: 20 }
      )
    }),
    { maxLength: 8 }
  )

const blockOf = ({ namespace, rows }: Rows, at: number): RowBlock => ({
  namespace,
  rows: Int32Array.from(rows, (_, i) => at * 1_024 + i * 3),
  keys: rows.map(({ key }) => key),
  columns: [Float64Array.from(rows, ({ values }) => values[0]), Float64Array.from(rows, ({ values }) => values[1])]
})

/** What a block says, in plain values; removed rows apart. */
const told = (block: RowBlock) => ({
  namespace: block.namespace,
  live: [...block.rows].flatMap((row, i) =>
    block.keys[i] === null ? [] : [{ row, key: block.keys[i], values: block.columns.map((column) => column[i]) }]
  ),
  removed: [...block.rows].filter((_, i) => block.keys[i] === null)
})

const readAll = (bytes: Uint8Array, key: FixedLayout["key"]) => {
  const reader = new ChunkReader(bytes, layout(key))
  while (reader.step());
  const found: Array<ReturnType<typeof told>> = []
  for (let next = reader.next(); next !== null; next = reader.next()) {
    found.push({ ...told(next.block), removed: [...next.removed] })
  }
  return found
}

describe("a chunk of rows", () => {
  for (const key of ["integer", "string"] as const) {
    it(`is read as it was written, also when its writer is used again: ${key} keys`, () => {
      fc.assert(
        fc.property(blocksOf(key), blocksOf(key), (first, second) => {
          const writer = new ChunkWriter(layout(key))
          const out = new ByteWriter()
          for (const all of [first, second]) {
            const blocks = all.map(blockOf)
            for (const block of blocks) writer.add(block)
            out.clear()
            for (const _ of writer.pack(out));
            expect(writer.isEmpty).toBe(true)
            expect(readAll(out.written().slice(), key)).toStrictEqual(blocks.map(told))
          }
        }),
        { numRuns: 200 }
      )
    })
  }

  it("refuses keys of another kind than its layout's", () => {
    const writer = new ChunkWriter(layout("integer"))
    expect(() => writer.add(blockOf({ namespace: 0, rows: [{ key: "7", values: [0, 0] }] }, 0))).toThrow(/its layout/)
  })
})
