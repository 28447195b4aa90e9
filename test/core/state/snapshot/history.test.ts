import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeSubtaskState } from "../../../../packages/core/src/state/index.ts"
import { SnapshotHistory } from "../../../../packages/core/src/state/snapshot/SnapshotHistory.ts"
import { counts } from "../support/chains.ts"
import { groupOf } from "../support/sums.ts"

/** Shared objects of a delta against checkpoint 1, after so many checkpoints in between that were abandoned. */
const sharedAfter = (abandoned: number) =>
  Effect.gen(function* () {
    const state = makeSubtaskState()
    const table = state.keyed(counts)
    for (let key = 0; key < 500; key++) table.set(key, groupOf(key), 0, Math.sqrt(key))
    yield* state.capture([], { checkpoint: 1, base: null, object: "first" }).encode([])
    for (let id = 2; id < 2 + abandoned; id++) {
      table.set(id, groupOf(id), 0, id)
      state.capture([], { checkpoint: id, base: 1, object: `abandoned-${id}` }).release()
    }
    const last = state.capture([], { checkpoint: 2 + abandoned, base: 1, object: "last" })
    return (yield* last.encode([])).shared
  })

describe("what a subtask remembers of its captures", () => {
  it("does not grow while no base is named, be it that none completes or that deltas are not wanted", () => {
    const history = new SnapshotHistory()
    const object = { object: "some", size: 1, identity: "0" }
    for (let checkpoint = 1; checkpoint <= 1_000; checkpoint++) {
      const oldest = history.captured(checkpoint, null)
      history.add({ object: { ...object, checkpoint }, bases: [], states: new Map() })
      expect(oldest).toBe(Math.max(1, checkpoint - 63))
      expect(history.get(oldest)).not.toBeNull()
      expect(history.get(oldest - 1)).toBeNull()
    }
  })

  it("begins with the base that was named last", () => {
    const history = new SnapshotHistory()
    for (const checkpoint of [3, 5, 8, 9]) history.captured(checkpoint, null)
    expect(history.captured(12, 8)).toBe(8)
    expect(history.captured(13, 8)).toBe(8)
    expect(history.captured(14, 13)).toBe(13)
  })

  it.effect("lets an old base be continued over abandoned checkpoints, but not over too many of them", () =>
    Effect.gen(function* () {
      expect(yield* sharedAfter(0)).toEqual(["first"])
      expect(yield* sharedAfter(40)).toEqual(["first"])
      expect(yield* sharedAfter(100)).toEqual([])
    })
  )
})
