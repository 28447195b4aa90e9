import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ByteReader, ByteWriter } from "../../../../packages/core/src/state/snapshot/bytes.ts"
import { readNumbers, writeNumbers } from "../../../../packages/core/src/state/snapshot/numberColumn.ts"

const packed = (values: ReadonlyArray<number>): Uint8Array => {
  const out = new ByteWriter()
  // Other bytes before it, so that the buffer grows at any place.
  out.take(1_021)
  writeNumbers(out, Float64Array.from([...values, 17]), values.length)
  return out.written().slice(1_021)
}

const unpacked = (bytes: Uint8Array, count: number): ReadonlyArray<number> => {
  const input = new ByteReader(bytes)
  const values = readNumbers(input, count)
  expect(input.offset).toBe(bytes.length)
  return [...values]
}

const cents = fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 100)
const kinds = fc.constantFrom<ReadonlyArray<fc.Arbitrary<number>>>(
  [fc.integer({ min: 0, max: 300 })],
  [fc.integer()],
  [fc.maxSafeInteger()],
  [cents],
  [cents, fc.integer()],
  [fc.double()],
  [fc.integer(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 0.1 + 0.2)],
  [fc.constantFrom(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
  [fc.constantFrom(-(2 ** 31), 2 ** 31, 2 ** 32 - 1, 0)]
)
const columns = kinds.chain((kind) => fc.array(fc.oneof(...kind), { maxLength: 200 }))

describe("a column of numbers", () => {
  it("is read as it was written, to the last bit and the sign of zero", () => {
    fc.assert(
      fc.property(columns, fc.boolean(), (values, isSorted) => {
        const column = isSorted ? values.toSorted((a, b) => a - b) : values
        expect(unpacked(packed(column), column.length)).toStrictEqual([...column])
      }),
      { numRuns: 500 }
    )
  })

  it("a column that only begins like prices is no column of prices", () => {
    const prices = Array.from({ length: 100 }, (_, i) => i / 100)
    for (const other of [0.123, 0.1 + 0.2, -0, Number.NaN]) {
      expect(unpacked(packed([...prices, other]), 101)).toStrictEqual([...prices, other])
    }
  })

  it("takes few bytes: none for what can be told, one for small steps, three for prices", () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => 7_000 + i)
    const times = rows.map((row) => 1_700_000_000_000 + row * 60_000)
    const flags = rows.map((row) => row % 2)
    const prices = rows.map((row) => ((row * 7_919) % 100_000) / 100)
    const measures = rows.map((row) => Math.sqrt(row))
    const sizes = [rows, times, flags, prices, measures].map((column) => packed(column).length / 1_000)
    expect(sizes.map(Math.floor)).toEqual([0, 0, 1, 3, 8])
  })

  it("gaps between ascending numbers cost a byte each, however large the numbers are", () => {
    const rows: Array<number> = []
    for (let i = 0, row = 2 ** 40; i < 1_000; i++, row += 1 + ((i * 31) % 200)) rows.push(row)
    expect(packed(rows).length).toBeLessThan(1_050)
  })
})
