import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeSubtaskState } from "../../../../packages/core/src/state/index.ts"
import { counts, type Objects, openStored } from "../support/chains.ts"
import { groupOf } from "../support/sums.ts"

/** A subtask with a single state, so that its objects are small; answers a function that takes a checkpoint. */
const makeSubtask = (objects: Objects, name: string, from: number) => {
  const state = makeSubtaskState()
  const table = state.keyed(counts)
  for (let key = 0; key < 40; key++) table.set(key, groupOf(key), 0, Math.sqrt(key + from))
  return (checkpoint: number, base: number | null) => {
    table.set(checkpoint, groupOf(checkpoint), 0, checkpoint)
    const object = `${name}-${checkpoint}`
    return Effect.map(state.capture([], { checkpoint, base, object }).encode([]), ({ bytes }) =>
      objects.set(object, bytes)
    )
  }
}

/** Two subtasks with three checkpoints each; the third continues the other two. */
const twoChains = Effect.gen(function* () {
  const objects: Objects = new Map()
  for (const name of ["a", "b"]) {
    const take = makeSubtask(objects, name, 0)
    yield* take(1, null)
    yield* take(2, 1)
    yield* take(3, 2)
  }
  return objects
})

const chain = ["a-1", "a-2", "a-3"]

interface Told {
  readonly object: string
  readonly checkpoint: number | null
  readonly problem: string
}

/** What is told of the newest snapshot of `a`. */
const told = (objects: Objects): Effect.Effect<Told | "opened"> =>
  Effect.match(openStored(objects, "a-3", 3), {
    onFailure: (failure): Told =>
      failure._tag === "SnapshotCorrupt"
        ? { object: failure.object, checkpoint: failure.checkpoint, problem: failure.problem }
        : { object: failure.object, checkpoint: null, problem: failure._tag },
    onSuccess: () => "opened" as const
  })

const changed = (objects: Objects, name: string, bytes: Uint8Array | null): Objects => {
  const after = new Map(objects)
  if (bytes === null) after.delete(name)
  else after.set(name, bytes)
  return after
}

describe("damage to a chain of state objects", () => {
  it.effect("S1 a change of any byte and a truncation of any object is noticed, with the object's name", () =>
    Effect.gen(function* () {
      const objects = yield* twoChains
      expect(yield* told(objects)).toBe("opened")
      for (const [i, name] of chain.entries()) {
        const bytes = objects.get(name) ?? new Uint8Array(0)
        for (let at = 0; at < bytes.length; at++) {
          const damaged = bytes.slice()
          damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8))
          for (const broken of at % 16 === 0 ? [damaged, bytes.subarray(0, at)] : [damaged]) {
            expect(yield* told(changed(objects, name, broken))).toMatchObject({ object: name, checkpoint: i + 1 })
          }
        }
      }
    })
  )

  it.effect("S2 an object that is missing, or another in its place, is noticed", () =>
    Effect.gen(function* () {
      const objects = yield* twoChains
      for (const [i, name] of chain.entries()) {
        const at = { object: name, checkpoint: i + 1 }
        expect(yield* told(changed(objects, name, null))).toEqual({ ...at, problem: "it is missing" })
        for (const [other, bytes] of objects) {
          if (other === name) continue
          const found = yield* told(changed(objects, name, bytes))
          expect(found).toMatchObject(at)
          expect(found).toMatchObject({ problem: expect.stringMatching(/^it is the object/) })
        }
      }
    })
  )

  it.effect("S2 an object of the same name that was written anew is not the one that was continued", () =>
    Effect.gen(function* () {
      const objects = yield* twoChains
      for (const name of ["a-1", "a-2"]) {
        const anew: Objects = new Map()
        const checkpoint = Number(name.slice(2))
        yield* makeSubtask(anew, "a", 1)(checkpoint, null)
        const found = yield* told(changed(objects, name, anew.get(name) ?? null))
        expect(found).toMatchObject({ object: name, checkpoint })
        expect(found).toMatchObject({ problem: expect.stringMatching(/bytes instead of|not the object that newer/) })
      }
    })
  )

  it.effect("an object that continues others is not opened without them", () =>
    Effect.gen(function* () {
      const objects = yield* twoChains
      const alone = new Map([...objects].filter(([name]) => name === "a-3"))
      expect(yield* told(alone)).toMatchObject({ problem: "it is missing" })
      const state = makeSubtaskState()
      const table = state.keyed(counts)
      yield* state.restore([yield* openStored(objects, "a-3", 3)], { from: 0, to: 128 })
      expect([table.size, table.get(3, groupOf(3), 0)]).toEqual([40, 3])
    })
  )
})
