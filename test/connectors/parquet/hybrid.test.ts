import { expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { decodeHybrid } from "../../../packages/connectors/src/parquet/hybrid.ts"

type Run = { readonly kind: "repeated"; readonly value: number; readonly length: number } | PackedRun
interface PackedRun {
  readonly kind: "packed"
  readonly values: ReadonlyArray<number>
}

const varint = (value: number): ReadonlyArray<number> =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]

const littleEndian = (value: bigint, bytes: number): ReadonlyArray<number> =>
  Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))

/** The plainest encoder: big integers as bit strings. */
const encode = (runs: ReadonlyArray<Run>, width: number): Uint8Array =>
  Uint8Array.from(
    runs.flatMap((run) => {
      if (run.kind === "repeated") {
        return [...varint(run.length * 2), ...littleEndian(BigInt(run.value), Math.ceil(width / 8))]
      }
      const bits = run.values.reduce((all, value, i) => all | (BigInt(value) << BigInt(i * width)), 0n)
      return [...varint((run.values.length / 8) * 2 + 1), ...littleEndian(bits, (run.values.length / 8) * width)]
    })
  )

const valuesOf = (runs: ReadonlyArray<Run>): ReadonlyArray<number> =>
  runs.flatMap((run) => (run.kind === "packed" ? run.values : Array.from({ length: run.length }, () => run.value)))

const cases = fc.integer({ min: 1, max: 32 }).chain((width) => {
  const value = fc.integer({ min: 0, max: 2 ** width - 1 })
  const repeated = fc.record({
    kind: fc.constant("repeated" as const),
    value,
    length: fc.integer({ min: 1, max: 300 })
  })
  const packed = fc.record({
    kind: fc.constant("packed" as const),
    values: fc
      .array(fc.array(value, { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 4 })
      .map((groups) => groups.flat())
  })
  return fc.record({ width: fc.constant(width), runs: fc.array(fc.oneof(repeated, packed), { maxLength: 6 }) })
})

it("decodes every mix of runs, of every width, to any count", () =>
  fc.assert(
    fc.property(cases, fc.integer({ min: 0, max: 7 }), ({ width, runs }, fewer) => {
      const values = valuesOf(runs)
      const count = Math.max(0, values.length - fewer)
      expect([...decodeHybrid(encode(runs, width), { width, count })]).toEqual(values.slice(0, count))
    })
  ))

it("values of no bits are zeros", () => {
  expect([...decodeHybrid(new Uint8Array(0), { width: 0, count: 3 })]).toEqual([0, 0, 0])
})

it("bytes that end too early are refused", () => {
  const whole = encode([{ kind: "packed", values: [1, 2, 3, 4, 5, 6, 7, 0] }], 3)
  for (let length = 0; length < whole.length; length++) {
    expect(() => decodeHybrid(whole.subarray(0, length), { width: 3, count: 8 })).toThrow(/ends too early/)
  }
})
