import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import fc from "fast-check"
import { keyGroupRange, ownerOf } from "../../../../packages/core/src/model/keyGroups.ts"
import type { Capture } from "../../../../packages/core/src/state/SubtaskState.ts"
import { seededRandom } from "../../../../packages/core/src/testing/seededRandom.ts"
import { ChainedSubtask, type Change, type Objects, openStored, restoredFrom } from "../support/chains.ts"
import { groupOf } from "../support/sums.ts"

type Step =
  | { readonly _tag: "Change"; readonly changes: ReadonlyArray<Change> }
  /**
   * The capture is encoded after `during` has changed the state further, a late one after the next was captured as well;
   * abandoned ones are not stored.
   */
  | {
      readonly _tag: "Checkpoint"
      readonly base: "newest" | "older" | "none" | "unknown"
      readonly fate: "completed" | "late" | "stored" | "abandoned" | "interrupted"
      readonly during: ReadonlyArray<Change>
    }

const change: fc.Arbitrary<Change> = fc.record({
  key: fc.integer({ min: 0, max: 25 }),
  namespace: fc.constantFrom(0, 0, 0, -86_400_000, 978_307_200_000),
  value: fc.oneof(fc.integer(), fc.constantFrom(-0, 0.1)),
  how: fc.constantFrom<Change["how"]>("set", "set", "set", "update", "update", "delete", "delete", "drain")
})
const changes = fc.array(change, { maxLength: 30 })

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ _tag: fc.constant("Change" as const), changes }),
  fc.record({
    _tag: fc.constant("Checkpoint" as const),
    base: fc.constantFrom("newest", "newest", "newest", "newest", "newest", "older", "older", "none", "unknown"),
    fate: fc.constantFrom("completed", "completed", "completed", "late", "late", "stored", "abandoned", "interrupted"),
    during: changes
  })
)
const steps = fc.array(step, { minLength: 6, maxLength: 24 })

/** The state at a barrier, and the objects that its snapshot needs. */
interface Retained {
  readonly checkpoint: number
  readonly contents: ReadonlyArray<string>
  readonly shared: ReadonlyArray<string>
}

/** A capture whose turn to be encoded has not come yet. */
interface Pending {
  readonly checkpoint: number
  readonly capture: Capture
  readonly contents: ReadonlyArray<string>
}

/** Runs a subtask through its steps; answers every snapshot that was stored. */
const runSteps = Effect.fnUntraced(function* (subtask: ChainedSubtask, all: ReadonlyArray<Step>) {
  const made: Array<Change> = []
  const retained: Array<Retained> = []
  const completed: Array<number> = []
  let pending: ReadonlyArray<Pending> = []
  let named = 0
  let checkpoint = 1
  const apply = (more: ReadonlyArray<Change>): void => {
    for (const one of more) subtask.change(one)
    made.push(...more)
  }
  // Enough for deltas to be small beside it.
  apply(Array.from({ length: 120 }, (_, key) => ({ how: "set", key: key - 60, namespace: 0, value: Math.sqrt(key) })))
  for (const one of all) {
    if (one._tag === "Change") {
      apply(one.changes)
      continue
    }
    checkpoint += 1 + (one.during.length % 2)
    const known = completed.filter((id) => id >= named)
    const base =
      { newest: known.at(-1), older: known.at(-2), none: undefined, unknown: checkpoint - 1 }[one.base] ?? null
    named = Math.max(named, base ?? 0)
    const capture = subtask.capture(checkpoint, base)
    const contents = contentsAfter(made)
    apply(one.during)
    if (one.fate === "abandoned") {
      capture.release()
      continue
    }
    if (one.fate === "late") {
      pending = [...pending, { checkpoint, capture, contents }]
      continue
    }
    for (const late of pending) {
      retained.push({ ...late, shared: yield* subtask.store(late.checkpoint, late.capture) })
      completed.push(late.checkpoint)
    }
    pending = []
    const storing = yield* Effect.forkChild(subtask.store(checkpoint, capture), { startImmediately: true })
    if (one.fate === "interrupted") {
      yield* Fiber.interrupt(storing)
      continue
    }
    apply(one.during)
    retained.push({ checkpoint, contents, shared: yield* Fiber.join(storing) })
    if (one.fate === "completed") completed.push(checkpoint)
  }
  return retained
})

/** The same changes in maps that nobody captures. */
const contentsAfter = (made: ReadonlyArray<Change>): ReadonlyArray<string> => {
  const twin = new ChainedSubtask(new Map(), "twin", { layout: "maps" })
  for (const one of made) twin.change(one)
  return twin.contents()
}

describe("snapshots that continue each other", () => {
  it("every one of them holds what the state was at its barrier, with just the objects that it names", () => {
    let deltas = 0
    return fc
      .assert(
        fc.asyncProperty(steps, (all) =>
          Effect.gen(function* () {
            const objects: Objects = new Map()
            const subtask = new ChainedSubtask(objects, "a")
            const retained = yield* runSteps(subtask, all)
            for (const { checkpoint, contents, shared } of retained) {
              const object = subtask.objectOf(checkpoint)
              const needed = new Map([...objects].filter(([name]) => name === object || shared.includes(name)))
              const snapshot = yield* openStored(needed, object, checkpoint)
              const back = yield* restoredFrom([snapshot], new ChainedSubtask(new Map(), "b"))
              expect(back.contents()).toEqual(contents)
              deltas += shared.length
            }
          }).pipe(Effect.runPromise)
        ),
        { numRuns: 60 }
      )
      .then(() => expect(deltas).toBeGreaterThan(60))
  })

  it("restores chains at any parallelism, and goes on from there: 1 to 3 to 2 subtasks", () =>
    fc.assert(
      fc.asyncProperty(steps, fc.tuple(changes, changes, changes), (all, [second, third, last]) =>
        Effect.gen(function* () {
          const objects: Objects = new Map()
          const made: Array<Change> = []
          const one = new ChainedSubtask(objects, "one")
          const owned = (subtasks: ReadonlyArray<ChainedSubtask>, more: ReadonlyArray<Change>): void => {
            for (const change of more.filter(({ how }) => how !== "drain" && how !== "delete")) {
              // The two keys of a change belong to different key groups: only what both fall to one subtask is made.
              const [owner, other] = [`key ${change.key}`, change.key].map((key) =>
                ownerOf(groupOf(key), subtasks.length)
              )
              if (owner !== other) continue
              subtasks[owner ?? 0]?.change(change)
              made.push(change)
            }
          }
          for (const each of all) if (each._tag === "Change") owned([one], each.changes)
          yield* one.checkpoint(1, null)
          owned([one], second)
          yield* one.checkpoint(2, 1)
          let former = [one]
          for (const parallelism of [3, 2]) {
            const snapshots = yield* Effect.forEach(former, (subtask) => subtask.open(2))
            const now = yield* Effect.forEach(Array.from({ length: parallelism }).keys(), (index) =>
              restoredFrom(
                snapshots,
                new ChainedSubtask(objects, `${index}/${parallelism}`),
                keyGroupRange(index, parallelism)
              )
            )
            for (const subtask of now) yield* subtask.checkpoint(1, null)
            owned(now, parallelism === 3 ? third : last)
            for (const subtask of now) yield* subtask.checkpoint(2, 1)
            former = now
          }
          const lines = former.map((subtask) => subtask.contents())
          expect(lines.flat().sort()).toEqual(contentsAfter(made))
          for (const [index, own] of lines.entries()) {
            for (const line of own) expect(ownerOf(Number(line.split(" ")[1]), 2)).toBe(index)
          }
        }).pipe(Effect.runPromise)
      ),
      { numRuns: 60 }
    ))

  it.effect("a first checkpoint, and one whose base is another attempt's, are whole", () =>
    Effect.gen(function* () {
      const objects: Objects = new Map()
      const subtask = filled(new ChainedSubtask(objects, "a"), 100)
      expect(yield* subtask.checkpoint(5, null)).toEqual([])
      expect(yield* subtask.checkpoint(6, 4)).toEqual([])
      expect(yield* subtask.checkpoint(7, 5)).toEqual(["a-5"])
      const next = yield* restoredFrom([yield* subtask.open(7)], new ChainedSubtask(objects, "b"))
      expect(yield* next.checkpoint(8, 7)).toEqual([])
    })
  )

  it.effect("a base that was never encoded is not continued", () =>
    Effect.gen(function* () {
      const subtask = filled(new ChainedSubtask(new Map(), "a"), 100)
      subtask.capture(1, null).release()
      expect(yield* subtask.checkpoint(2, 1)).toEqual([])
    })
  )

  it.effect("a chain grows while its deltas are small, and ends in a whole snapshot before it is long", () =>
    Effect.gen(function* () {
      const subtask = filled(new ChainedSubtask(new Map(), "a"), 3_000)
      yield* subtask.checkpoint(1, null)
      const lengths: Array<number> = []
      for (let checkpoint = 2; checkpoint < 60; checkpoint++) {
        subtask.change({ how: "set", key: checkpoint, namespace: 0, value: checkpoint })
        lengths.push((yield* subtask.checkpoint(checkpoint, checkpoint - 1)).length)
      }
      expect(lengths.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1))
      expect(lengths[16]).toBe(0)
      expect(Math.max(...lengths)).toBe(16)
    })
  )

  it.effect("deltas that are together half as large as the whole end the chain", () =>
    Effect.gen(function* () {
      const subtask = filled(new ChainedSubtask(new Map(), "a"), 3_000)
      yield* subtask.checkpoint(1, null)
      const lengths: Array<number> = []
      for (let checkpoint = 2; checkpoint < 12; checkpoint++) {
        filled(subtask, 1_000)
        lengths.push((yield* subtask.checkpoint(checkpoint, checkpoint - 1)).length)
      }
      expect(lengths.slice(0, 4)).toEqual([1, 2, 0, 1])
    })
  )

  it.effect("what is written in maps is restored off-heap, and the other way round, also from a chain", () =>
    Effect.gen(function* () {
      for (const [before, after] of [
        ["maps", null],
        [null, "maps"]
      ] as const) {
        const objects: Objects = new Map()
        const subtask = filled(new ChainedSubtask(objects, "a", layoutOf(before)), 500)
        yield* subtask.checkpoint(1, null)
        subtask.change({ how: "delete", key: 7, namespace: 0, value: 0 })
        subtask.change({ how: "set", key: 8, namespace: -86_400_000, value: -0 })
        expect(yield* subtask.checkpoint(2, 1)).toEqual(before === "maps" ? [] : ["a-1"])
        const snapshot = yield* subtask.open(2)
        const halves = yield* Effect.forEach([0, 1], (index) =>
          restoredFrom([snapshot], new ChainedSubtask(new Map(), "b", layoutOf(after)), keyGroupRange(index, 2))
        )
        expect(halves.flatMap((half) => half.contents()).sort()).toEqual(subtask.contents())
      }
    })
  )

  it.effect("chunks that cannot be compressed are written like others", () =>
    Effect.gen(function* () {
      const objects: Objects = new Map()
      const subtask = new ChainedSubtask(objects, "a")
      const random = seededRandom(7)
      const bits = new DataView(new ArrayBuffer(8))
      const values = Array.from({ length: 100_000 }, () => {
        for (let byte = 0; byte < 8; byte++) bits.setUint8(byte, random() * 256)
        return bits.getFloat64(0)
      })
      for (const [key, value] of values.entries()) subtask.counts.set(key, groupOf(key), 0, value)
      yield* subtask.checkpoint(1, null)
      expect(objects.get("a-1")?.length).toBeGreaterThan(800_000)
      const back = yield* restoredFrom([yield* subtask.open(1)], new ChainedSubtask(objects, "b"))
      expect(values.filter((value, key) => !Object.is(back.counts.get(key, groupOf(key), 0), value))).toEqual([])
    })
  )

  it.effect("tells the bytes of deltas apart, and counts entries once", () =>
    Effect.gen(function* () {
      const subtask = filled(new ChainedSubtask(new Map(), "a"), 3_000)
      yield* subtask.checkpoint(1, null)
      filled(subtask, 10)
      yield* subtask.checkpoint(2, 1)
      const [sums] = (yield* subtask.open(2)).sections
      const [whole] = (yield* subtask.open(1)).sections
      expect(sums).toMatchObject({ state: "sums", entries: 3_000 })
      expect(whole).toMatchObject({ entries: 3_000, deltaBytes: 0 })
      expect(sums?.deltaBytes).toBeGreaterThan(0)
      expect(sums?.deltaBytes).toBeLessThan((whole?.bytes ?? 0) / 20)
      expect((sums?.bytes ?? 0) - (sums?.deltaBytes ?? 0)).toBe(whole?.bytes)
    })
  )
})

const layoutOf = (layout: "maps" | null) => (layout === null ? {} : { layout })

/** Sets some keys anew. */
const filled = (subtask: ChainedSubtask, keys: number): ChainedSubtask => {
  for (let key = 0; key < keys; key++) subtask.change({ how: "update", key, namespace: 0, value: Math.sqrt(key) })
  for (let key = 0; key < keys; key++) subtask.counts.set(key, groupOf(key), 0, Math.sqrt(key))
  return subtask
}
