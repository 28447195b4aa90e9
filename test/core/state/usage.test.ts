import { Schema } from "effect"
import { expect, it } from "vitest"
import { type KeyedStateDescriptor, makeSubtaskState } from "../../../packages/core/src/state/index.ts"
import { groupOf } from "./support/sums.ts"

const counts: KeyedStateDescriptor<number> = {
  ...{ operator: "daily", name: "counts", kind: "value", key: Schema.Int, value: Schema.Number },
  ...{ create: () => 0, copy: (count) => count }
}
const words: KeyedStateDescriptor<string> = {
  ...{ operator: "daily", name: "words", kind: "value", key: Schema.String, value: Schema.String },
  ...{ create: () => "", copy: (word) => word }
}

it("a state says how many entries it holds, and what they take off the heap, pages that a capture keeps included", () => {
  const state = makeSubtaskState()
  const table = state.keyed(counts)
  state.keyed(words).set("a", groupOf("a"), 0, "b")
  const fill = (value: number): void => {
    for (let key = 0; key < 10_000; key++) table.set(key, groupOf(key), 0, value)
  }
  fill(1)
  const [before, inMaps] = state.usage()
  expect(before).toMatchObject({ operator: "daily", state: "counts", entries: 10_000 })
  expect(before?.bytes).toBeGreaterThan(10_000 * 3 * 8)
  expect(inMaps).toEqual({ operator: "daily", state: "words", entries: 1, bytes: null })

  const capture = state.capture([], { checkpoint: 1, base: null, object: "1" })
  expect(state.usage()[0]?.bytes).toBe(before?.bytes)
  fill(2)
  const during = state.usage()[0]?.bytes ?? 0
  expect(during).toBeGreaterThanOrEqual((before?.bytes ?? 0) + 10_000 * 3 * 8)
  capture.release()
  // The pages wait for the next capture, which takes them instead of others.
  const next = state.capture([], { checkpoint: 2, base: null, object: "2" })
  fill(3)
  expect(state.usage()[0]?.bytes).toBe(during)
  next.release()
})
