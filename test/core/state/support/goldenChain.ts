/** The state in golden/format2-full.snapshot and golden/format2-delta.snapshot: how it was made and what it must be. */
import { Effect, Schema } from "effect"
import { expect } from "vitest"
import { makeSubtaskState, openSnapshot, State, verifyObject } from "../../../../packages/core/src/state/index.ts"
import { groupOf } from "./sums.ts"

const Reading = Schema.Struct({
  celsius: Schema.Number,
  at: Schema.Struct({ ms: Schema.Int, isExact: Schema.Boolean })
})

const reading = (celsius: number, ms = 1_700_000_000_000): typeof Reading.Type => ({
  celsius,
  at: { ms, isExact: ms % 2 === 0 }
})

const day = 86_400_000
const many = Array.from({ length: 3_000 }, (_, i) => i * 7 - 10_000)
const lists = [{ operator: "sensors", name: "splits", items: [{ id: "a", next: 17 }] }]

const makeState = () => {
  const state = makeSubtaskState()
  const keyedBy = (key: Schema.Codec<unknown, unknown>) => ({ operator: "golden", key })
  return {
    state,
    readings: state.keyed(State.value("reading", Reading).describe(keyedBy(Schema.String))),
    totals: state.keyed(State.value("total", Schema.Number).describe(keyedBy(Schema.Int))),
    notes: state.keyed(State.value("note", Schema.String).describe(keyedBy(Schema.String)))
  }
}

const objects = ["golden-1", "golden-2"] as const

/** Writes the golden state as the present format does: whole, then what has changed. */
export const writeGoldenChain = Effect.gen(function* () {
  const { notes, readings, state, totals } = makeState()
  readings.set("roof", groupOf("roof"), 0, reading(21.5))
  readings.set("\ud800", groupOf("\ud800"), 0, reading(-0, 1))
  readings.set("cellar", groupOf("cellar"), 0, reading(Number.NaN))
  readings.set("roof", groupOf("roof"), day, reading(1e300))
  for (const key of many) totals.set(key, groupOf(key), 0, Math.sqrt(key + 10_000))
  notes.set("roof", groupOf("roof"), 0, "sunny")
  const full = yield* state.capture(lists, { checkpoint: 1, base: null, object: objects[0] }).encode([])
  readings.delete("cellar", groupOf("cellar"), 0)
  readings.set("attic", groupOf("attic"), 0, reading(30))
  readings.drain(day, () => {})
  readings.set("shed", groupOf("shed"), day, reading(4))
  totals.set(many[1] ?? 0, groupOf(many[1] ?? 0), 0, 0.25)
  notes.set("roof", groupOf("roof"), 0, "windy")
  const delta = yield* state.capture(lists, { checkpoint: 2, base: 1, object: objects[1] }).encode([])
  expect([full.shared, delta.shared]).toEqual([[], [objects[0]]])
  return [full.bytes, delta.bytes] as const
})

export const expectGoldenChain = Effect.fnUntraced(function* ([full, delta]: readonly [Uint8Array, Uint8Array]) {
  const source = (checkpoint: 1 | 2, bytes: Uint8Array) => {
    const object = objects[checkpoint - 1] ?? ""
    return { object, name: object, checkpoint, bytes }
  }
  yield* expectTotals(yield* Effect.orDie(openSnapshot(source(1, full))), Math.sqrt(7))
  const snapshot = yield* Effect.orDie(openSnapshot(source(2, delta), () => verifyObject(source(1, full))))
  const { notes, readings } = yield* expectTotals(snapshot, 0.25)
  expect(snapshot.lists).toEqual(lists)
  expect(readings.get("roof", groupOf("roof"), 0)).toStrictEqual(reading(21.5))
  expect(readings.get("\ud800", groupOf("\ud800"), 0)).toStrictEqual(reading(-0, 1))
  expect(readings.get("attic", groupOf("attic"), 0)).toStrictEqual(reading(30))
  expect(readings.get("shed", groupOf("shed"), day)).toStrictEqual(reading(4))
  expect(readings.size).toBe(4)
  expect(notes.get("roof", groupOf("roof"), 0)).toBe("windy")
})

const expectTotals = Effect.fnUntraced(function* (
  snapshot: Effect.Success<ReturnType<typeof openSnapshot>>,
  second: number
) {
  const restored = makeState()
  yield* restored.state.restore([snapshot], { from: 0, to: 128 })
  for (const [i, key] of many.entries()) {
    expect(restored.totals.get(key, groupOf(key), 0)).toBe(i === 1 ? second : Math.sqrt(key + 10_000))
  }
  expect(restored.totals.size).toBe(many.length)
  return restored
})
