/** What no state object can hold is refused with its names and its size, and before it is written. */
import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Schema } from "effect"
import { StateTooLarge } from "../../../packages/core/src/model/errors.ts"
import { type KeyedStateDescriptor, makeSubtaskState } from "../../../packages/core/src/state/index.ts"
import type { SubtaskState } from "../../../packages/core/src/state/SubtaskState.ts"
import { snapshotLimits } from "../../../packages/core/src/state/snapshot/snapshotLimits.ts"
import { TimeSlice } from "../../../packages/core/src/state/snapshot/timeSlice.ts"
import { ChunkMemory, captureFixed } from "../../../packages/core/src/state/snapshot/writeFixed.ts"
import { seededRandom } from "../../../packages/core/src/testing/seededRandom.ts"
import { encoded, fullCut, groupOf, open } from "./support/sums.ts"

const texts: KeyedStateDescriptor<string> = {
  ...{ operator: "last word", name: "word", kind: "value", create: () => "", copy: (text: string) => text },
  ...{ key: Schema.String, value: Schema.String }
}

const refused = (state: SubtaskState, lists: Parameters<typeof encoded>[1] = []) =>
  Effect.map(Effect.exit(encoded(state, lists)), (exit) => {
    const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : "was written"
    if (!(error instanceof StateTooLarge)) throw error
    return error
  })

describe("StateTooLarge", () => {
  it.effect("names operator, state, key and size of a single value", () =>
    Effect.gen(function* () {
      const state = makeSubtaskState({ limits: { entryBytes: 1_000, objectBytes: 1_000_000 } })
      const table = state.keyed(texts)
      for (let i = 0; i < 500; i++) table.set(`key ${i}`, 3, 0, "small")
      table.set("large", 3, 0, "x".repeat(1_000))
      const error = yield* refused(state)
      expect(error.message).toMatch(
        /^State "word" of operator "last word" cannot be written: the entry of key "large" takes 10\d\d bytes, at most 1000 fit\. Keep less in one value/
      )
      expect(error.retry).toBe("never")
    })
  )

  it.effect("is not said of values that are large together only: they are read back", () =>
    Effect.gen(function* () {
      const state = makeSubtaskState({ limits: { entryBytes: 1_000, objectBytes: 1_000_000 } })
      const table = state.keyed(texts)
      for (let i = 0; i < 50; i++) table.set(`key ${i}`, 3, 0, "x".repeat(900 + i))
      const snapshot = yield* open(yield* encoded(state))
      const restored = makeSubtaskState()
      const into = restored.keyed(texts)
      yield* restored.restore([snapshot], { from: 0, to: 128 })
      expect(into.size).toBe(50)
      expect(into.get("key 49", 3, 0)).toBe("x".repeat(949))
    })
  )

  it.effect("names a key group that is too large although its values are not", () =>
    Effect.gen(function* () {
      const state = makeSubtaskState({ limits: { entryBytes: 1_000, objectBytes: 20_000 } })
      const table = state.keyed(texts)
      for (let i = 0; i < 300; i++) table.set(`key ${i}`, 3, 0, "x".repeat(100))
      const { bytes, message } = yield* refused(state)
      expect(bytes).toBeGreaterThan(20_000)
      expect(message).toMatch(/key group 3 takes \d+ bytes, at most 20000 fit\. Run the job with a higher parallelism/)
    })
  )

  it.effect("names the largest part of an object that is too large as a whole", () =>
    Effect.gen(function* () {
      const state = makeSubtaskState({ limits: { entryBytes: 10_000, objectBytes: 60_000 } })
      const large = state.keyed(texts)
      const small = state.keyed({ ...texts, operator: "other" })
      const next = seededRandom(7)
      for (let i = 0; i < 100; i++) {
        const text = Array.from({ length: 1_000 }, () => String.fromCharCode(33 + Math.floor(next() * 90))).join("")
        large.set(`key ${i}`, groupOf(`key ${i}`), 0, text)
      }
      small.set("a", groupOf("a"), 0, "small")
      expect((yield* refused(state)).message).toMatch(
        /^State "word" of operator "last word" cannot be written: it is, with \d{5,} compressed bytes, the largest part of daily-\d+, which takes \d{5,} bytes, at most 60000 fit/
      )
    })
  )

  it.effect("names the list that makes an object too large", () =>
    Effect.gen(function* () {
      const state = makeSubtaskState({ limits: { entryBytes: 1_000, objectBytes: 5_000 } })
      const items = Array.from({ length: 1_000 }, (_, i) => ({ inFlight: i }))
      const lists = [
        { operator: "source", name: "splits", items: [1, 2] },
        { operator: "enrich", name: "in flight", items }
      ]
      expect((yield* refused(state, lists)).message).toMatch(
        /^State "in flight" of operator "enrich" cannot be written: it is, with 1000 items, the largest part of/
      )
    })
  )

  it.effect("is said of keys of an off-heap state that no text can hold together", () =>
    Effect.gen(function* () {
      const keys = ["x".repeat(300_000_000), "y".repeat(300_000_000)]
      const block = { namespace: 0, rows: new Int32Array([0, 1]), keys, columns: [] }
      const blocks = [block]
      const rows = {
        layout: { key: "string", columns: [] } as const,
        capture: () => ({ isFull: true, spaces: [], next: () => blocks.pop() ?? null, release: () => {} }),
        forgetBefore: () => {},
        expect: () => {},
        load: () => {}
      }
      const record = { operator: "daily", name: "sums", kind: "window", codec: 1, key: null, value: null } as const
      const capture = captureFixed(
        record,
        { table: rows, memory: new ChunkMemory(rows.layout) },
        { ...fullCut(), since: null }
      )
      const exit = yield* Effect.exit(capture.write(new TimeSlice(), 0))
      expect(String(Exit.isFailure(exit) && Cause.squash(exit.cause))).toContain(
        'State "sums" of operator "daily" cannot be written: a block of 2 keys takes 600000000 bytes'
      )
    })
  )

  it("has limits that Node can read back at once", () => {
    expect(snapshotLimits.objectBytes).toBeLessThan(2 ** 31 - 1)
  })
})
