import { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { StateValueInvalid } from "../../../packages/core/src/model/errors.ts"
import { FixedTable } from "../../../packages/core/src/state/fixed/FixedTable.ts"
import type { RowBlock } from "../../../packages/core/src/state/fixed/RowBlock.ts"
import { misfitOf } from "../../../packages/core/src/state/fixed/rowCode.ts"
import { interpretedCodec, makeRowCodec } from "../../../packages/core/src/state/fixed/rowCodec.ts"
import { fixedTreeOf } from "../../../packages/core/src/state/fixed/rowShape.ts"
import { layoutOf } from "../../../packages/core/src/state/layout.ts"
import * as State from "../../../packages/core/src/state/State.ts"
import { command, type Entry, FixedRun, numbers, tableOf, textOf } from "./support/fixedModel.ts"
import { groupOf } from "./support/sums.ts"

const kinds = ["integer", "string"] as const

const keyOf = (kind: (typeof kinds)[number], n: number): number | string =>
  kind === "integer" ? n * 2 ** 20 - 7 : `key ${n}`

const entryOf = (n: number): Entry => ({ total: n / 3, isOpen: n % 2 === 0, kind: "entry", last: { at: -n } })

/** A capture overwrites its blocks. */
const blocksOf = (table: FixedTable<Entry>): ReadonlyArray<RowBlock> => {
  const capture = table.capture({ checkpoint: 1, since: null })
  const blocks: Array<RowBlock> = []
  for (let block = capture.next(); block !== null; block = capture.next()) blocks.push(structuredClone(block))
  return blocks
}

describe("FixedTable", () => {
  for (const kind of kinds) {
    it(`V1 V2 B1 B2 B3 with ${kind} keys captures, in full and since a base, show their barriers whatever is written meanwhile`, () => {
      const seen = { deltas: 0, removedRows: 0, concurrent: 0 }
      fc.assert(
        fc.property(fc.array(command, { minLength: 20, maxLength: 90, size: "max" }), (commands) => {
          const run = new FixedRun(kind)
          for (const each of commands) run.execute(each)
          run.finish()
          seen.deltas += run.seen.deltas
          seen.removedRows += run.seen.removedRows
          seen.concurrent += run.seen.concurrent
        }),
        { numRuns: 60 }
      )
      // The property would prove nothing without increments, removals and captures that run at the same time.
      expect(Math.min(seen.deltas, seen.removedRows, seen.concurrent)).toBeGreaterThan(20)
    })

    it(`loads of a capture with ${kind} keys the wanted rows of its key groups, as they were`, () => {
      const table = tableOf(kind)
      const count = 3_000
      for (let n = 0; n < count; n++) table.set(keyOf(kind, n), 0, n % 2, entryOf(n))
      for (let n = 0; n < count; n += 5) table.delete(keyOf(kind, n), 0, n % 2)
      const blocks = blocksOf(table)
      const parts = [tableOf(kind), tableOf(kind)]
      for (const [i, part] of parts.entries()) {
        for (const block of blocks) {
          part.load(block, { range: { from: i * 64, to: (i + 1) * 64 }, isWanted: (row) => row % 3 !== 0 })
        }
      }
      let wanted = 0
      for (const { keys, rows } of blocks) {
        for (const [i, row] of rows.entries()) if (row % 3 !== 0 && keys[i] !== null) wanted++
      }
      expect(Math.min(...parts.map((part) => part.size))).toBeGreaterThan(500)
      expect((parts[0]?.size ?? 0) + (parts[1]?.size ?? 0)).toBe(wanted)
      for (let n = 0; n < count; n++) {
        const key = keyOf(kind, n)
        const found = parts.map((part) => part.get(key, 0, n % 2))
        expect(found[groupOf(key) < 64 ? 1 : 0]).toBeUndefined()
        for (const entry of found) if (entry !== undefined) expect(textOf(entry)).toBe(textOf(entryOf(n)))
      }
      const [first] = blocks
      if (first === undefined) throw new Error("no blocks")
      expect(() => parts[0]?.load(first, { range: { from: 0, to: 128 }, isWanted: () => true })).toThrow(
        /restored once/
      )
    })
  }

  it("goes on in large arrays when the small ones are full, and keeps what is there", () => {
    const table = tableOf("integer")
    const count = 150_000
    for (let n = 0; n < count; n++) table.set(n, 0, 0, entryOf(n))
    const capture = table.capture({ checkpoint: 1, since: null })
    for (let n = 0; n < count; n += 2) table.set(n, 0, 0, entryOf(-1))
    for (let n = count; n < count * 2; n++) table.set(n, 0, 0, entryOf(n))
    let rows = 0
    for (let block = capture.next(); block !== null; block = capture.next()) {
      const total = block.columns[2]
      for (const [i, key] of block.keys.entries()) if (total?.[i] === Number(key) / 3) rows++
    }
    expect(rows).toBe(count)
    for (let n = 0; n < count * 2; n += 1_001) {
      expect(table.get(n, 0, 0)).toEqual(entryOf(n < count && n % 2 === 0 ? -1 : n))
    }
    // The next namespace is given the memory of the one that is gone, whatever it held.
    table.drain(0, () => undefined)
    for (let n = 0; n < count; n++) table.set(n + 5, 0, 1, entryOf(n))
    const next = table.capture({ checkpoint: 2, since: 1 })
    expect([next.isFull, next.spaces.map(({ entries }) => entries)]).toEqual([false, [count]])
    expect(table.get(5, 0, 1)).toEqual(entryOf(0))
    // But not while a capture reads it.
    table.drain(1, () => undefined)
    for (let n = 0; n < count; n++) table.set(-n, 0, 2, entryOf(-1))
    let seen = 0
    for (let block = next.next(); block !== null; block = next.next()) {
      for (const [i, key] of block.keys.entries()) if (block.columns[2]?.[i] === (Number(key) - 5) / 3) seen++
    }
    expect(seen).toBe(count)
  })

  it("lists its namespaces in ascending order, and writes of a drain's visitor into the drained one stay", () => {
    const table = tableOf("string")
    for (const namespace of [978_307_200_000, -5, 0]) table.set("a", 0, namespace, entryOf(1))
    table.delete("a", 0, 0)
    expect(table.namespaces()).toEqual([-5, 978_307_200_000])
    table.drain(-5, (key) => table.set(`${key}b`, 0, -5, entryOf(2)))
    expect([table.get("a", 0, -5), table.get("ab", 0, -5), table.size]).toEqual([undefined, entryOf(2), 2])
  })

  it("V2 what it answers and takes is shared with nobody, and frozen when asked to", () => {
    const table = tableOf("string")
    const entry = { ...entryOf(1), last: { at: 1 } }
    table.set("a", 0, 0, entry)
    entry.last.at = 2
    const answer = table.get("a", 0, 0)
    if (answer !== undefined) Object.assign(answer, { total: 9 })
    expect(table.get("a", 0, 0)).toEqual({ ...entryOf(1), last: { at: 1 } })
    const frozen = tableOf("string", true)
    frozen.set("a", 0, 0, entryOf(1))
    expect(Object.isFrozen(frozen.get("a", 0, 0)?.last)).toBe(true)
  })

  it("refuses values and keys that are not what their schemas say", () => {
    const table = tableOf("integer")
    const unfit: Entry = JSON.parse(`{"total":1,"isOpen":true,"kind":"entry","last":{"at":"never"}}`)
    expect(() => table.set(1, 0, 0, unfit)).toThrow(StateValueInvalid)
    expect(() => table.set(1, 0, 0, unfit)).toThrow(/field "last.at": expected a number, found "never"/)
    for (const key of ["a", true, 1n, 0.5, Number.NaN])
      expect(() => table.set(key, 0, 0, entryOf(1))).toThrow(/a key is/)
    expect(table.get(true, 0, 0)).toBeUndefined()
  })

  it("keeps keys alone where the value is known from its schema", () => {
    const descriptor = State.value("seen", Schema.Literal(true)).describe({ operator: "seen", key: Schema.String })
    const layout = layoutOf(descriptor)
    if (layout._tag === "Maps") throw new Error(layout.reason)
    const table = new FixedTable({ descriptor, layout: layout.layout, freeze: false })
    for (const key of ["", "a", "b"]) table.set(key, 0, 0, true)
    table.delete("a", 0, 0)
    expect(["", "a", "b"].map((key) => table.get(key, 0, 0))).toEqual([true, undefined, true])
    expect(table.capture({ checkpoint: 1, since: null }).next()?.keys).toEqual(["", "b"])
  })

  it("the codec of rows and its twin write the same cells, read the same values and refuse the same", () => {
    const field = fc.oneof(numbers, fc.boolean(), fc.constantFrom("entry", null, "x"))
    const value = fc.oneof(
      fc.record({ total: numbers, isOpen: fc.boolean(), kind: fc.constant("entry"), last: fc.record({ at: numbers }) }),
      fc.record({ total: field, isOpen: field, kind: field, last: fc.oneof(field, fc.record({ at: field })) }),
      field
    )
    for (const kind of kinds) {
      const { layout } = tableOf(kind)
      const tree = fixedTreeOf(
        Schema.Struct({
          ...{ total: Schema.Number, isOpen: Schema.Boolean, kind: Schema.Literal("entry") },
          last: Schema.Struct({ at: Schema.Number })
        })
      )
      const options = { tree, layout, misfit: misfitOf({ operator: "daily", name: "entries" }) }
      const codecs = [makeRowCodec(options), interpretedCodec(options)]
      fc.assert(
        fc.property(value, (each) => {
          const [one, other] = codecs.map((codec) => {
            const cells = new Float64Array(16)
            try {
              codec.write(cells, 3, each)
              return { cells, value: codec.read(cells, 3) }
            } catch (error) {
              return { error: String(error) }
            }
          })
          expect(one).toEqual(other)
          if (one !== undefined && "value" in one) expect(one.value).toEqual(each)
        })
      )
    }
  })
})
