import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Schema } from "effect"
import fc from "fast-check"
import { keyGroupRange, ownerOf } from "../../../packages/core/src/model/keyGroups.ts"
import { makeSubtaskState, type OpenSnapshot } from "../../../packages/core/src/state/index.ts"
import {
  contents,
  encoded,
  fullCut,
  groupOf,
  makeSubtask,
  open,
  restored,
  type Subtask,
  type Sum,
  sums
} from "./support/sums.ts"

interface Entry {
  readonly key: string | number | bigint
  readonly namespace: number
  readonly total: number
}

const entries = fc.array(
  fc.record({
    key: fc.oneof(fc.string(), fc.constantFrom("\ud800", "\ud801", "__proto__", 0, -1, 2 ** 40, 5n, "5")),
    namespace: fc.constantFrom(0, -86_400_000, 978_307_200_000),
    total: fc.oneof(fc.integer(), fc.constantFrom(-0, 0.1, Number.NaN))
  }),
  { maxLength: 60 }
)

const add = (subtask: Subtask, { key, namespace, total }: Entry): void => {
  const text = String(key)
  subtask.sums.update(text, groupOf(text), namespace, (sum) => {
    sum.count++
    sum.total = total
  })
  subtask.words.set(key, groupOf(key), 0, `${key} ${total}`)
}

const captured = (subtask: Subtask): Effect.Effect<OpenSnapshot> =>
  Effect.orDie(Effect.flatMap(encoded(subtask.state), open))

/** Restores the snapshots of all former subtasks into `parallelism` new ones. */
const rescale = (readers: ReadonlyArray<OpenSnapshot>, parallelism: number): Effect.Effect<ReadonlyArray<Subtask>> =>
  Effect.forEach(Array.from({ length: parallelism }).keys(), (index) =>
    restored(readers, keyGroupRange(index, parallelism))
  )

const ticks = (): { readonly count: () => number; readonly stop: () => void } => {
  let count = 0
  const timer = setInterval(() => count++, 1)
  return { count: () => count, stop: () => clearInterval(timer) }
}

describe("SubtaskState", () => {
  it("restores at any parallelism exactly what was captured: 1 to 3 to 2 subtasks", () =>
    fc.assert(
      fc.asyncProperty(entries, (all) =>
        Effect.gen(function* () {
          const [one, twin] = [makeSubtask(), makeSubtask()]
          for (const entry of all) {
            add(one, entry)
            add(twin, entry)
          }
          const expected = contents(twin)
          const three = yield* rescale([yield* captured(one)], 3)
          const two = yield* rescale(yield* Effect.forEach(three, captured), 2)
          for (const subtasks of [three, two]) {
            const lines = subtasks.map(contents)
            expect(lines.flat().sort()).toEqual([...expected].sort())
            for (const [index, own] of lines.entries()) {
              for (const line of own) expect(ownerOf(Number(line.split(" ")[1]), subtasks.length)).toBe(index)
            }
          }
        }).pipe(Effect.runPromise)
      ),
      { numRuns: 60 }
    ))

  it.effect("V1 an encoded capture shows the state at its barrier, though records arrive between its slices", () =>
    Effect.gen(function* () {
      const [subtask, twin] = [makeSubtask(), makeSubtask()]
      for (let i = 0; i < 8_000; i++) {
        for (const each of [subtask, twin]) add(each, { key: `key ${i}`, namespace: i % 3, total: i })
      }
      const encoding = yield* Effect.forkChild(encoded(subtask.state), { startImmediately: true })
      let batches = 0
      while (encoding.pollUnsafe() === undefined) {
        for (let i = batches % 7; i < 8_000; i += 7) add(subtask, { key: `key ${i}`, namespace: i % 3, total: -1 })
        subtask.words.delete(`key ${batches}`, groupOf(`key ${batches}`), 0)
        batches++
        yield* Effect.yieldNow
      }
      expect(batches).toBeGreaterThan(2)
      const back = yield* restored([yield* open(yield* Fiber.join(encoding))])
      expect(contents(back)).toEqual(contents(twin))
    })
  )

  it.effect("two overlapping captures are both right", () =>
    Effect.gen(function* () {
      const [subtask, first, second] = [makeSubtask(), makeSubtask(), makeSubtask()]
      for (let i = 0; i < 10_000; i++) {
        for (const each of [subtask, first, second]) add(each, { key: `key ${i}`, namespace: 0, total: 1 })
      }
      const one = subtask.state.capture([], fullCut())
      const encoding = yield* Effect.forkChild(one.encode([]), { startImmediately: true })
      for (let i = 0; i < 10_000; i += 2) {
        for (const each of [subtask, second]) add(each, { key: `key ${i}`, namespace: 0, total: 2 })
      }
      const two = subtask.state.capture([], fullCut())
      for (let i = 0; i < 10_000; i += 3) add(subtask, { key: `key ${i}`, namespace: 0, total: 3 })
      const later = yield* Effect.flatMap(two.encode([]), ({ bytes }) => open(bytes))
      expect(contents(yield* restored([later]))).toEqual(contents(second))
      expect(contents(yield* restored([yield* open((yield* Fiber.join(encoding)).bytes)]))).toEqual(contents(first))
    })
  )

  it.live("encoding and restoring let timers and other fibers run", () =>
    Effect.gen(function* () {
      const subtask = makeSubtask()
      for (let i = 0; i < 50_000; i++) add(subtask, { key: `key ${i}`, namespace: 0, total: i })
      const timer = ticks()
      let turns = 0
      yield* Effect.forkChild(
        Effect.forever(
          Effect.flatMap(
            Effect.sync(() => turns++),
            () => Effect.yieldNow
          )
        )
      )
      const bytes = yield* encoded(subtask.state)
      const whileEncoding = timer.count()
      const turnsWhileEncoding = turns
      yield* restored([yield* open(bytes)])
      timer.stop()
      expect(whileEncoding).toBeGreaterThan(3)
      expect(turnsWhileEncoding).toBeGreaterThan(3)
      expect(timer.count()).toBeGreaterThan(whileEncoding + 3)
      expect(turns).toBeGreaterThan(turnsWhileEncoding + 3)
    })
  )

  it.effect("keeps the lists of operators, those known late too, and tells sizes by state", () =>
    Effect.gen(function* () {
      const subtask = makeSubtask()
      for (let i = 0; i < 100; i++) add(subtask, { key: i, namespace: 0, total: i })
      const splits = { operator: "flights", name: "splits", items: [{ id: "a", at: [1, null, "\ud800"] }, "__proto__"] }
      const late = { operator: "report", name: "transactions", items: [JSON.parse('{"__proto__":[1]}')] }
      const reader = yield* open(yield* encoded(subtask.state, [splits], [late]))
      expect(reader.lists).toEqual([splits, late])
      expect(reader.sections.map(({ entries, operator, state }) => ({ entries, operator, state }))).toEqual([
        { operator: "daily", state: "sums", entries: 100 },
        { operator: "last word", state: "word", entries: 100 }
      ])
      for (const { bytes } of reader.sections) expect(bytes).toBeGreaterThan(500)
    })
  )

  it.effect("an empty state can be captured and restored", () =>
    Effect.gen(function* () {
      expect(contents(yield* restored([yield* captured(makeSubtask())]))).toEqual([])
    })
  )

  it.effect("a released capture costs nothing more, and the next one is right", () =>
    Effect.gen(function* () {
      const [subtask, twin] = [makeSubtask(), makeSubtask()]
      add(subtask, { key: "a", namespace: 0, total: 1 })
      subtask.state.capture([], fullCut()).release()
      for (const each of [subtask, twin]) add(each, { key: "b", namespace: 0, total: 2 })
      add(twin, { key: "a", namespace: 0, total: 1 })
      expect(contents(yield* restored([yield* captured(subtask)]))).toEqual(contents(twin))
    })
  )

  it.effect("a value that does not fit its schema fails the encoding with the names of operator and state", () =>
    Effect.gen(function* () {
      const state = makeSubtaskState({ layout: "maps" })
      const table = state.keyed({ ...sums, copy: (sum: Sum) => sum })
      table.set("a", 1, 0, JSON.parse('{"count":1,"total":"much"}'))
      const exit = yield* Effect.exit(encoded(state))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toMatchObject({
        _tag: "StateValueInvalid",
        message:
          'State "sums" of operator "daily" holds a value that does not fit its schema: ' +
          'field "total": expected a number, found "much". ' +
          "Fix the function that computes it, or the schema; the job resumes from its last checkpoint."
      })
    })
  )

  it.effect("misuse breaks an invariant: doubled names, a doubled encoding, doubled key groups, other states", () =>
    Effect.gen(function* () {
      const subtask = makeSubtask()
      expect(() => subtask.state.keyed(sums)).toThrow(/registered once/)
      add(subtask, { key: "a", namespace: 0, total: 1 })
      const capture = subtask.state.capture([], fullCut())
      const reader = yield* open((yield* capture.encode([])).bytes)
      const again = yield* Effect.exit(capture.encode([]))
      expect(Exit.isFailure(again) && String(Cause.squash(again.cause))).toContain("at most once")
      const doubled = yield* Effect.exit(restored([reader, reader]))
      expect(Exit.isFailure(doubled) && String(Cause.squash(doubled.cause))).toContain("restored from one subtask")
      const other = makeSubtaskState()
      other.keyed({
        ...sums,
        value: Schema.Struct({ count: Schema.Int, total: Schema.Int, max: Schema.Int }),
        create: () => ({ count: 0, total: 0, max: 0 }),
        copy: (sum) => ({ ...sum })
      })
      const changed = yield* Effect.exit(other.restore([reader], { from: 0, to: 128 }))
      expect(Exit.isFailure(changed) && String(Cause.squash(changed.cause))).toContain('field \\"max\\" was added')
    })
  )
})
