/** Runs commands against an off-heap table and a naive model, and puts together what captures show, as a restore would. */
import { Schema } from "effect"
import fc from "fast-check"
import { expect } from "vitest"
import { FixedTable } from "../../../../packages/core/src/state/fixed/FixedTable.ts"
import type { FixedCapture, FixedSpace } from "../../../../packages/core/src/state/fixed/RowBlock.ts"
import type { KeyedStateDescriptor } from "../../../../packages/core/src/state/KeyedStateDescriptor.ts"
import { layoutOf } from "../../../../packages/core/src/state/layout.ts"
import { groupOf } from "./sums.ts"

const Entry = Schema.Struct({
  total: Schema.Number,
  isOpen: Schema.Boolean,
  kind: Schema.Literal("entry"),
  last: Schema.Struct({ at: Schema.Number })
})
export type Entry = typeof Entry.Type

const entriesBy = (key: Schema.Codec<unknown, unknown>): KeyedStateDescriptor<Entry> => ({
  operator: "daily",
  name: "entries",
  kind: "window",
  key,
  value: Entry,
  create: () => ({ total: 0, isOpen: false, kind: "entry", last: { at: -1 } }),
  copy: (entry) => ({ ...entry, last: { ...entry.last } })
})

export const tableOf = (kind: "integer" | "string", freeze = false): FixedTable<Entry> => {
  const descriptor = entriesBy(kind === "integer" ? Schema.Int : Schema.String)
  const layout = layoutOf(descriptor)
  if (layout._tag === "Maps") throw new Error(layout.reason)
  return new FixedTable({ descriptor, layout: layout.layout, freeze })
}

export const numbers = fc.oneof(fc.integer(), fc.constantFrom(-0, 0.1, Number.NaN, Infinity, -Infinity, 2 ** 60))

const namespaces = [0, -86_400_000, 978_307_200_000]
const namespace = fc.constantFrom(...namespaces)
/** Keys are numbers here; some of them huge or negative, most in runs that fill pages. */
const keyMax = 3_000
const place = fc.record({ key: fc.nat({ max: keyMax }), namespace })
const run = fc.record({ from: fc.nat({ max: keyMax }), count: fc.integer({ min: 1, max: 1_500 }), namespace })

export type Command =
  | { readonly _tag: "set"; readonly key: number; readonly namespace: number; readonly total: number }
  | { readonly _tag: "update" | "delete" | "get"; readonly key: number; readonly namespace: number }
  | { readonly _tag: "setRun" | "deleteRun"; readonly from: number; readonly count: number; readonly namespace: number }
  | { readonly _tag: "drain"; readonly namespace: number }
  /** `since` counts the captures that have been read to their end, from the last one back. */
  | { readonly _tag: "capture"; readonly since: number | null }
  | { readonly _tag: "step" | "finish" | "release" | "forget"; readonly capture: number }

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(place, numbers).map(([at, total]) => ({ _tag: "set" as const, ...at, total })) },
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom("update", "delete", "get"), place).map(([_tag, at]) => ({ _tag, ...at }))
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom("setRun", "setRun", "deleteRun"), run).map(([_tag, at]) => ({ _tag, ...at }))
  },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("drain" as const), namespace }) },
  {
    weight: 5,
    arbitrary: fc.record({ _tag: fc.constant("capture" as const), since: fc.option(fc.nat({ max: 3 }), { freq: 3 }) })
  },
  {
    weight: 12,
    arbitrary: fc.record({
      _tag: fc.constantFrom("step", "step", "step", "step", "finish", "finish", "finish", "release"),
      capture: fc.nat()
    })
  },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("forget" as const), capture: fc.nat({ max: 12 }) }) }
)

/** By namespace, then key: the entry as text. */
type Contents = ReadonlyMap<number, ReadonlyMap<number | string, string>>

/** By row: key and entry. */
type Rows = Map<number, readonly [number | string, string]>

interface Taken {
  readonly capture: FixedCapture
  readonly expected: Contents
  readonly base: Taken | null
  /** By serial. */
  readonly rows: Map<number, Rows>
  isOver: boolean
  isReleased: boolean
}

export const textOf = ({ isOpen, kind, last, total }: Entry): string =>
  `${numberText(total)} ${numberText(last.at)} ${isOpen} ${kind}`

const numberText = (number: number): string => (Object.is(number, -0) ? "-0" : String(number))

export class FixedRun {
  readonly table: FixedTable<Entry>
  readonly #model = new Map<number, Map<number | string, Entry>>()
  readonly taken: Array<Taken> = []
  readonly seen = { deltas: 0, removedRows: 0, concurrent: 0 }
  readonly #isInteger: boolean
  #tick = 0
  #forgotten = -1

  constructor(kind: "integer" | "string") {
    this.#isInteger = kind === "integer"
    this.table = tableOf(kind)
  }

  execute(command: Command): void {
    this.#tick++
    switch (command._tag) {
      case "set":
        this.#set(command.key, command.namespace, command.total)
        break
      case "setRun":
        for (let i = 0; i < command.count; i++) this.#set(command.from + i, command.namespace, this.#tick + i)
        break
      case "deleteRun":
        for (let i = 0; i < command.count; i++) this.#delete(command.from + i, command.namespace)
        break
      case "update":
        this.#update(this.#key(command.key), command.namespace)
        break
      case "delete":
        this.#delete(command.key, command.namespace)
        break
      case "get": {
        const key = this.#key(command.key)
        const expected = this.#model.get(command.namespace)?.get(key)
        expect(this.table.get(key, 0, command.namespace)).toStrictEqual(expected)
        break
      }
      case "drain":
        this.#drain(command.namespace)
        break
      case "capture":
        this.#capture(command.since)
        break
      case "step":
        this.#step(this.#running(command.capture))
        break
      case "finish":
        this.#finish(this.#running(command.capture))
        break
      case "release": {
        const taken = this.#running(command.capture)
        if (taken === undefined) break
        taken.isReleased ||= !taken.isOver
        taken.capture.release()
        break
      }
      case "forget":
        if (this.taken.length === 0) break
        this.#forgotten = Math.max(this.#forgotten, this.taken.length - 1 - (command.capture % this.taken.length))
        this.table.forgetBefore(this.#forgotten)
    }
    let size = 0
    for (const entries of this.#model.values()) size += entries.size
    expect(this.table.size).toBe(size)
  }

  finish(): void {
    for (const taken of this.taken) this.#finish(taken)
    const sorted = [...this.#model].filter(([, entries]) => entries.size > 0).map(([at]) => at)
    expect(this.table.namespaces()).toEqual(sorted.sort((a, b) => a - b))
    for (const at of namespaces) this.#drain(at)
    expect(this.table.size).toBe(0)
  }

  /** Small numbers become keys of all kinds. */
  #key(n: number): number | string {
    if (this.#isInteger) return n % 7 === 0 ? -n : n % 11 === 0 ? n * 2 ** 40 + n : n
    return n === 0 ? "" : n % 7 === 0 ? `\ud800${n}` : n % 11 === 0 ? `${n}@example.com` : String(n)
  }

  #entriesOf(at: number): Map<number | string, Entry> {
    const known = this.#model.get(at) ?? new Map<number | string, Entry>()
    this.#model.set(at, known)
    return known
  }

  #set(n: number, at: number, total: number): void {
    const key = this.#key(n)
    const entry: Entry = { total, isOpen: n % 2 === 0, kind: "entry", last: { at: this.#tick } }
    this.table.set(key, 0, at, entry)
    this.#entriesOf(at).set(key, entry)
  }

  #update(key: number | string, at: number): void {
    this.table.update(key, 0, at, (entry) => Object.assign(entry, { total: entry.total + this.#tick }))
    const before = this.#entriesOf(at).get(key) ?? { total: 0, isOpen: false, kind: "entry", last: { at: -1 } }
    this.#entriesOf(at).set(key, { ...before, total: before.total + this.#tick })
  }

  #delete(n: number, at: number): void {
    this.table.delete(this.#key(n), 0, at)
    this.#model.get(at)?.delete(this.#key(n))
  }

  #drain(at: number): void {
    const drained = new Map<number | string, string>()
    this.table.drain(at, (key, group, entry) => {
      expect(group).toBe(groupOf(key))
      if (typeof key === "number" || typeof key === "string") drained.set(key, textOf(entry))
    })
    expect(drained).toEqual(this.#contents().get(at) ?? new Map())
    this.#model.delete(at)
  }

  #contents(): Contents {
    const texts = (entries: ReadonlyMap<number | string, Entry>) =>
      new Map([...entries].map(([key, entry]) => [key, textOf(entry)]))
    return new Map([...this.#model].filter(([, e]) => e.size > 0).map(([at, entries]) => [at, texts(entries)]))
  }

  #running(n: number): Taken | undefined {
    const running = this.taken.filter((taken) => !taken.isOver && !taken.isReleased)
    return running[n % Math.max(1, running.length)]
  }

  #finish(taken: Taken | undefined): void {
    while (taken !== undefined && !taken.isOver && !taken.isReleased) this.#step(taken)
  }

  /** Checkpoints are numbered as they are taken. */
  #capture(since: number | null): void {
    const base = since === null ? undefined : this.taken.filter((taken) => taken.isOver).at(-1 - since)
    const checkpoint = base === undefined ? null : this.taken.indexOf(base)
    const capture = this.table.capture({ checkpoint: this.taken.length, since: checkpoint })
    expect(capture.isFull).toBe(checkpoint === null || checkpoint < this.#forgotten)
    const known = capture.isFull || base === undefined ? null : base
    const expected = this.#contents()
    expect(capture.spaces.map(({ entries, namespace: at }) => [at, entries])).toEqual(
      [...expected].map(([at, entries]) => [at, entries.size]).sort(([a = 0], [b = 0]) => a - b)
    )
    if (known !== null) this.seen.deltas++
    if (this.taken.some((other) => !other.isOver && !other.isReleased)) this.seen.concurrent++
    this.taken.push({
      capture,
      expected,
      base: known,
      rows: rowsFrom(known, capture),
      isOver: false,
      isReleased: false
    })
  }

  #step(taken: Taken | undefined): void {
    if (taken === undefined || taken.isReleased || taken.isOver) return
    const block = taken.capture.next()
    if (block === null) {
      taken.isOver = true
      this.#check(taken)
      return
    }
    const space = taken.capture.spaces.find((each) => each.namespace === block.namespace)
    const rows = space === undefined ? undefined : taken.rows.get(space.serial)
    if (space === undefined || rows === undefined) throw new Error("a block of no space")
    expect(block.rows.length).toBeGreaterThan(0)
    expect(block.rows.length).toBeLessThanOrEqual(1_024)
    expect([...block.rows]).toEqual([...block.rows].sort((a, b) => a - b))
    const names = this.table.layout.columns.map((column) => column.name)
    for (const [i, row] of block.rows.entries()) {
      expect(row).toBeLessThan(space.rowsEnd)
      const key = block.keys[i] ?? null
      const cell = (name: string): number => block.columns[names.indexOf(name)]?.[i] ?? Number.NaN
      if (key === null) {
        if (rows.delete(row)) this.seen.removedRows++
        expect(taken.capture.isFull).toBe(false)
        continue
      }
      const entry = {
        total: cell("total"),
        isOpen: cell("isOpen") === 1,
        kind: "entry",
        last: { at: cell("last/at") }
      } as const
      rows.set(row, [key, textOf(entry)])
    }
  }

  #check(taken: Taken): void {
    for (const { entries, namespace: at, serial } of taken.capture.spaces) {
      const rows = taken.rows.get(serial)
      expect(rows?.size).toBe(entries)
      expect(new Map(rows?.values())).toEqual(taken.expected.get(at))
    }
  }
}

/** The rows of a base that still count: those of spaces that are still the same. */
const rowsFrom = (base: Taken | null, { spaces }: { readonly spaces: ReadonlyArray<FixedSpace> }): Map<number, Rows> =>
  new Map(spaces.map(({ serial }) => [serial, new Map(base?.rows.get(serial) ?? [])]))
