import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { layoutOf, layoutText, type StateLayout } from "../../../packages/core/src/state/layout.ts"
import * as State from "../../../packages/core/src/state/State.ts"
import { timersState } from "../../../packages/core/src/state/TimerTable.ts"

const chosen = (key: Schema.Codec<unknown, unknown>, value: Schema.Codec<unknown, unknown>): StateLayout =>
  layoutOf(State.value("state", value).describe({ operator: "operator", key }))

const textOf = (value: Schema.Codec<unknown, unknown>, key: Schema.Codec<unknown, unknown> = Schema.String): string =>
  layoutText(chosen(key, value))

describe("the layout of a keyed state", () => {
  it("is off-heap for numbers, booleans and structs of them, with columns in the order of their names", () => {
    const value = Schema.Struct({
      total: Schema.Number,
      kind: Schema.Literal("sum"),
      inner: Schema.Struct({ isOpen: Schema.Boolean, "a/b~c": Schema.Int }),
      count: Schema.Int,
      none: Schema.Null
    })
    expect(chosen(Schema.Int, value)).toEqual({
      _tag: "OffHeap",
      layout: {
        key: "integer",
        columns: [
          { name: "count", kind: "number" },
          { name: "inner/a~1b~0c", kind: "number" },
          { name: "inner/isOpen", kind: "boolean" },
          { name: "total", kind: "number" }
        ]
      }
    })
    expect(textOf(value)).toBe("off-heap: string key, 3 numbers, 1 boolean")
    expect(textOf(Schema.Number)).toBe("off-heap: string key, 1 number")
    expect(textOf(Schema.Literal(true))).toBe("off-heap: string key, no columns")
  })

  it("takes tuples as their text, and branded and checked keys as what they are", () => {
    expect(textOf(Schema.Boolean, Schema.Tuple([Schema.String, Schema.Int]))).toBe("off-heap: string key, 1 boolean")
    expect(textOf(Schema.Boolean, Schema.Int.pipe(Schema.brand("Id")))).toBe("off-heap: integer key, 1 boolean")
    expect(textOf(Schema.Boolean, Schema.Literals(["a", "b"]))).toBe("off-heap: string key, 1 boolean")
  })

  it("is maps for everything else, and says why", () => {
    expect(textOf(Schema.String)).toBe("maps: the value is a string")
    expect(textOf(Schema.Struct({ a: Schema.Struct({ b: Schema.BigInt }) }))).toBe('maps: field "a.b" is a bigint')
    expect(textOf(Schema.Struct({ a: Schema.optionalKey(Schema.Number) }))).toBe('maps: field "a" may be missing')
    expect(textOf(Schema.Struct({ a: Schema.NullOr(Schema.Number) }))).toBe('maps: field "a" is a union')
    expect(textOf(Schema.Array(Schema.Number))).toBe("maps: the value is an array")
    expect(textOf(Schema.Date)).toBe("maps: the value is a date")
    for (const key of [Schema.Boolean, Schema.BigInt, Schema.Union([Schema.String, Schema.Int])]) {
      expect(textOf(Schema.Number, key)).toBe("maps: keys are neither all integers nor all strings")
    }
    const timers = timersState("timers", { operator: "operator", key: Schema.String })
    expect(layoutText(layoutOf(timers))).toBe("maps: a key has any number of timers")
    const asked = State.value("state", Schema.Number).describe({ operator: "operator", key: Schema.String })
    expect(layoutText(layoutOf({ ...asked, layout: "maps" }))).toBe("maps: asked for")
  })
})
