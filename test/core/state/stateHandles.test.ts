import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import {
  KeyCursor,
  makeSubtaskState,
  type SnapshotReader,
  State,
  type StateDescription
} from "../../../packages/core/src/state/index.ts"
import { encoded, groupOf, open } from "./support/sums.ts"

const owner = { operator: "op", key: Schema.String }

interface Opened<Handle> {
  readonly handle: Handle
  readonly seek: (key: string) => void
  /** The same state, restored from its snapshot. */
  readonly restart: Effect.Effect<Opened<Handle>>
}

/** A handle over a fresh state that freezes values. */
const opened = <Handle, V>(
  description: StateDescription<Handle, V>,
  readers: ReadonlyArray<SnapshotReader> = []
): Effect.Effect<Opened<Handle>> => {
  const state = makeSubtaskState({ freezeValues: true })
  const at = new KeyCursor()
  const handle = description.open(state.keyed(description.describe(owner)), at)
  const snapshot = Effect.suspend(() => Effect.flatMap(encoded(state), open))
  return Effect.as(state.restore(readers, { from: 0, to: 128 }), {
    handle,
    seek: (key: string) => at.seek(key, groupOf(key)),
    restart: Effect.flatMap(Effect.orDie(snapshot), (reader) => opened(description, [reader]))
  })
}

describe("handles of keyed state", () => {
  it.effect("value: one per key, restored, cleared", () =>
    Effect.gen(function* () {
      const { handle, restart, seek } = yield* opened(State.value("total", Schema.Number))
      seek("a")
      handle.update((total) => (total ?? 10) + 1)
      seek("b")
      expect(handle.get()).toBeUndefined()
      handle.set(2)
      const next = yield* restart
      next.seek("a")
      expect(next.handle.get()).toBe(11)
      next.seek("b")
      expect(next.handle.get()).toBe(2)
      next.handle.clear()
      expect(next.handle.get()).toBeUndefined()
    })
  )

  it.effect("V2 value: what was given and got cannot be changed behind the state's back", () =>
    Effect.gen(function* () {
      const Path = Schema.Struct({ stops: Schema.mutable(Schema.Array(Schema.String)) })
      const { handle, seek } = yield* opened(State.value("path", Path))
      seek("a")
      const given = { stops: ["x"] }
      handle.set(given)
      expect(() => given.stops.push("y")).toThrow(TypeError)
      expect(() => handle.get()?.stops.push("y")).toThrow(TypeError)
      expect(handle.get()).toEqual({ stops: ["x"] })
    })
  )

  it.effect("V2 list: in order, and what was got never shows a later item", () =>
    Effect.gen(function* () {
      const { handle, restart, seek } = yield* opened(State.list("words", Schema.String))
      seek("a")
      expect(handle.get()).toEqual([])
      handle.add("one")
      const before = handle.get()
      handle.addAll(["two", "three"])
      expect(before).toEqual(["one"])
      expect(handle.get()).toEqual(["one", "two", "three"])
      const next = yield* restart
      next.seek("a")
      next.handle.add("four")
      expect(next.handle.get()).toEqual(["one", "two", "three", "four"])
      expect(handle.get()).toHaveLength(3)
      next.handle.set(next.handle.get().slice(2))
      expect(next.handle.get()).toEqual(["three", "four"])
      next.handle.set([])
      expect(next.handle.get()).toEqual([])
      next.handle.clear()
      expect(next.handle.get()).toEqual([])
    })
  )

  it.effect("map: entries per key of the record, restored", () =>
    Effect.gen(function* () {
      const { handle, restart, seek } = yield* opened(State.map("counts", Schema.Int, Schema.Struct({ n: Schema.Int })))
      seek("a")
      handle.set(1, { n: 1 })
      handle.update(2, (old) => ({ n: (old?.n ?? 0) + 5 }))
      const before = handle.entries()
      handle.delete(1)
      handle.delete(99)
      expect(before).toEqual([
        [1, { n: 1 }],
        [2, { n: 5 }]
      ])
      expect([handle.has(1), handle.has(2), handle.size()]).toEqual([false, true, 1])
      const next = yield* restart
      next.seek("a")
      expect(next.handle.get(2)).toEqual({ n: 5 })
      next.handle.delete(2)
      expect([next.handle.size(), next.handle.entries()]).toEqual([0, []])
      next.handle.set(3, { n: 3 })
      next.handle.clear()
      expect(next.handle.get(3)).toBeUndefined()
    })
  )

  it.effect("reducing and aggregating: combine what is added, restored", () =>
    Effect.gen(function* () {
      const max = yield* opened(State.reducing("max", Schema.Number, (a, b) => Math.max(a, b)))
      max.seek("a")
      for (const value of [3, 9, 4]) max.handle.add(value)
      const nextMax = yield* max.restart
      nextMax.seek("a")
      nextMax.handle.add(5)
      expect(nextMax.handle.get()).toBe(9)
      nextMax.handle.clear()
      expect(nextMax.handle.get()).toBeUndefined()

      const Mean = Schema.Struct({ sum: Schema.Number, count: Schema.Int })
      const mean = yield* opened(
        State.aggregating("mean", Mean, {
          create: () => ({ sum: 0, count: 0 }),
          add: ({ count, sum }, value: number) => ({ sum: sum + value, count: count + 1 }),
          result: ({ count, sum }) => sum / count
        })
      )
      mean.seek("a")
      expect(mean.handle.get()).toBeUndefined()
      for (const value of [1, 2]) mean.handle.add(value)
      const nextMean = yield* mean.restart
      nextMean.seek("a")
      nextMean.handle.add(6)
      expect(nextMean.handle.get()).toBe(3)
      nextMean.handle.clear()
      expect(nextMean.handle.get()).toBeUndefined()
    })
  )

  it("values that are set are never acquired", () => {
    const table = makeSubtaskState().keyed(State.value("total", Schema.Number).describe(owner))
    expect(() => table.update("a", 1, 0, () => {})).toThrow(/V2/)
  })
})
