import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { KeyValue } from "../../../packages/core/src/model/keyGroups.ts"
import { MapTable } from "../../../packages/core/src/state/MapTable.ts"
import type { TableCapture } from "../../../packages/core/src/state/TableCapture.ts"

/** A value with something to mutate in its depth. */
interface Visits {
  count: number
  readonly places: Array<string>
}

const makeTable = (freeze = false): MapTable<Visits> =>
  new MapTable<Visits>({
    create: () => ({ count: 0, places: [] }),
    copy: ({ count, places }) => ({ count, places: [...places] }),
    freeze
  })

const keys: ReadonlyArray<KeyValue> = ["a", "b", "c", 1, 2, true, 3n]
const namespaces = [0, 86_400_000]

const place = fc.record({
  key: fc.constantFrom(...keys),
  group: fc.constantFrom(3, 127),
  namespace: fc.constantFrom(...namespaces)
})

type Place = { readonly key: KeyValue; readonly group: number; readonly namespace: number }

const nameOf = ({ group, key, namespace }: Place): string => `${group}/${namespace}/${typeof key}:${key}`

type Command =
  | ({ readonly _tag: "set" | "delete" | "acquire" | "get" } & Place)
  | { readonly _tag: "drain"; readonly namespace: number }
  | { readonly _tag: "capture" | "step" | "release" }

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({ _tag: fc.constantFrom("set", "delete", "acquire", "get") })
      .chain(({ _tag }) => place.map((at) => ({ _tag, ...at })))
  },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constant("drain" as const), namespace: fc.constantFrom(...namespaces) })
  },
  { weight: 8, arbitrary: fc.record({ _tag: fc.constantFrom("capture", "step", "step", "step", "step", "release") }) }
)

const sorted = (rows: Iterable<readonly [string, string]>): ReadonlyArray<readonly [string, string]> =>
  [...rows].sort(([a], [b]) => (a < b ? -1 : 1))

interface Running {
  readonly capture: TableCapture<Visits>
  readonly expected: ReadonlyArray<readonly [string, string]>
  readonly rows: Array<readonly [string, string]>
  isReleased: boolean
}

/** Runs commands against a table and a naive model; captures are advanced one row at a time. */
class Run {
  readonly table = makeTable()
  readonly model = new Map<string, Visits>()
  readonly captures: Array<Running> = []
  private tick = 0

  execute(c: Command): void {
    this.tick++
    switch (c._tag) {
      case "set": {
        const value = { count: this.tick, places: [`set ${this.tick}`] }
        this.table.set(c.key, c.group, c.namespace, value)
        this.model.set(nameOf(c), structuredClone(value))
        value.places.push("a change by the caller that must not show")
        break
      }
      case "delete":
        this.table.delete(c.key, c.group, c.namespace)
        this.model.delete(nameOf(c))
        break
      case "get": {
        const value = this.table.get(c.key, c.group, c.namespace)
        expect(value).toEqual(this.model.get(nameOf(c)))
        value?.places.push("a change by the caller that must not show")
        break
      }
      case "acquire": {
        const visits = this.table.acquire(c.key, c.group, c.namespace)
        const expected = this.model.get(nameOf(c)) ?? { count: 0, places: [] }
        expect(visits).toEqual(expected)
        for (const each of [visits, expected]) {
          each.count += this.tick
          each.places.push(`visit ${this.tick}`)
        }
        this.model.set(nameOf(c), expected)
        break
      }
      case "drain":
        this.drain(c.namespace)
        break
      case "capture":
        this.capture()
        break
      case "step":
        this.captures.at(-1)?.capture.step()
        break
      case "release": {
        const running = this.captures.at(-1)
        if (running !== undefined && running.rows.length < running.expected.length) running.isReleased = true
        running?.capture.release()
      }
    }
    expect(this.table.size).toBe(this.model.size)
  }

  private drain(namespace: number): void {
    const drained: Array<readonly [string, string]> = []
    this.table.drain(namespace, (key, group, value) => {
      drained.push([nameOf({ key, group, namespace }), JSON.stringify(value)])
      value.places.push("the visitor's change that a capture must not show")
    })
    const expected = [...this.model].filter(([name]) => name.split("/")[1] === String(namespace))
    for (const [name] of expected) this.model.delete(name)
    expect(sorted(drained)).toEqual(sorted(expected.map(([name, value]) => [name, JSON.stringify(value)])))
  }

  private capture(): void {
    const rows: Array<readonly [string, string]> = []
    const expected = sorted([...this.model].map(([name, value]) => [name, JSON.stringify(value)]))
    const row = (key: KeyValue, group: number, namespace: number, value: Visits) =>
      rows.push([nameOf({ key, group, namespace }), JSON.stringify(value)])
    const capture = this.table.capture({ row }, 1)
    this.captures.push({ capture, expected, rows, isReleased: false })
  }

  finish(): void {
    for (const { capture } of this.captures) capture.finish()
    for (const { expected, isReleased, rows } of this.captures) {
      if (!isReleased) expect(sorted(rows)).toEqual(expected)
    }
  }
}

describe("MapTable", () => {
  it("V1 V2 a capture is a deep copy at its barrier, whatever is written while it is encoded", () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 20, maxLength: 200, size: "max" }), (commands) => {
        const run = new Run()
        for (const each of commands) run.execute(each)
        run.finish()
      }),
      { numRuns: 250 }
    )
  })

  it("V1 changes between the steps of a large part are not seen", () => {
    const table = makeTable()
    for (let i = 0; i < 1000; i++) table.acquire(i, 0, 0).count = i
    const rows = new Map<KeyValue, number>()
    const capture = table.capture({ row: (key, _group, _namespace, { count }) => rows.set(key, count) })
    let steps = 0
    while (capture.step()) {
      steps++
      for (let i = 0; i < 1000; i += 2) table.acquire(i, 0, 0).count = -1
      for (let i = 1; i < 1000; i += 4) table.delete(i, 0, 0)
      table.acquire(`new ${steps}`, 0, 0)
    }
    expect(steps).toBeGreaterThan(5)
    expect([...rows]).toEqual(Array.from({ length: 1000 }, (_, i) => [i, i]))
  })

  it("a second capture finishes the first, and both are right", () => {
    const table = makeTable()
    const written: Array<Array<string>> = [[], []]
    const begin = (log: Array<string> | undefined) =>
      table.capture({ row: (key, _group, _namespace, { count }) => log?.push(`${key}=${count}`) })
    for (const key of ["a", "b"]) table.acquire(key, 5, 0).count = 1
    const first = begin(written[0])
    table.acquire("a", 5, 0).count = 2
    table.delete("b", 5, 0)
    const second = begin(written[1])
    table.acquire("a", 5, 0).count = 3
    expect(first.step()).toBe(false)
    second.finish()
    expect(written.map((rows) => rows.sort())).toEqual([["a=1", "b=1"], ["a=2"]])
    expect(table.get("a", 5, 0)?.count).toBe(3)
  })

  it("a capture that is given up leaves nothing for the next", () => {
    const table = makeTable()
    table.acquire("a", 5, 0).count = 1
    const first = table.capture({ row: () => undefined })
    table.acquire("a", 5, 0).count = 2
    first.release()
    const rows: Array<number> = []
    const second = table.capture({ row: (_key, _group, _namespace, { count }) => rows.push(count) })
    table.acquire("a", 5, 0).count = 3
    second.finish()
    expect(rows).toEqual([2])
  })

  it("what a writer throws is thrown by every later step, also after a finish", () => {
    const table = makeTable()
    table.acquire("a", 5, 0)
    const capture = table.capture({
      row: () => {
        throw new Error("no")
      }
    })
    capture.finish()
    expect(() => capture.step()).toThrow("no")
    expect(() => capture.step()).toThrow("no")
  })

  it("lists its namespaces in ascending order, negative and large ones too", () => {
    const table = makeTable()
    for (const namespace of [978_307_200_000, -5, 86_400_000, 0]) table.acquire("a", 1, namespace)
    table.delete("a", 1, 86_400_000)
    expect(table.namespaces()).toEqual([-5, 0, 978_307_200_000])
  })

  it("writes of a drain's visitor into the drained namespace stay", () => {
    const table = makeTable()
    table.acquire("a", 1, 7)
    table.drain(7, () => {
      table.acquire("b", 2, 7).count = 9
    })
    expect(table.get("b", 2, 7)?.count).toBe(9)
    expect(table.size).toBe(1)
  })

  it("freezes what is shared when asked to", () => {
    const table = makeTable(true)
    const value = { count: 1, places: ["x"] }
    table.set("a", 1, 0, value)
    expect(() => value.places.push("y")).toThrow(TypeError)
    expect(() => {
      const got = table.get("a", 1, 0)
      if (got !== undefined) got.count = 2
    }).toThrow(TypeError)
    table.acquire("a", 1, 0).count = 3
    expect(table.get("a", 1, 0)?.count).toBe(3)
  })

  it("refuses a key group that does not exist and a value that is undefined", () => {
    expect(() => makeTable().acquire("a", 128, 0)).toThrow(/key group/)
    const table = new MapTable<string | undefined>({ create: () => "", copy: (value) => value, freeze: false })
    expect(() => table.set("a", 1, 0, undefined)).toThrow(/undefined/)
  })
})
