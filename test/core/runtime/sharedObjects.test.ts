import { describe, expect, it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { readCheckpoint, verifyJob } from "@tidemark/core/inspect"
import { Effect } from "effect"
import fc from "fast-check"
import { keyGroupRange } from "../../../packages/core/src/model/keyGroups.ts"
import { ManifestIndex, removeOrphans } from "../../../packages/core/src/runtime/ManifestIndex.ts"
import { loadRestorePoint, snapshotsOf } from "../../../packages/core/src/runtime/restorePoint.ts"
import { stateObjectName } from "../../../packages/core/src/runtime/stateObject.ts"
import { makeSubtaskState } from "../../../packages/core/src/state/index.ts"
import {
  claimLog,
  encodeLogEntry,
  type JobStorage,
  type Manifest,
  readLog,
  type SubtaskObject
} from "../../../packages/core/src/storage/index.ts"
import { counts } from "../state/support/chains.ts"
import { groupOf } from "../state/support/sums.ts"
import { manifest } from "../storage/support/entries.ts"

const task = "counts"
const operators = [counts.operator]

const openStorage = Effect.suspend(() => MemoryStorage.make().open("job", { name: "the test", since: "now" }))

const manifestOf = (id: number, subtasks: ReadonlyArray<SubtaskObject>): Manifest => ({
  ...manifest(1, id),
  tasks: [{ task, subtasks }]
})

/** Two subtasks of a job that write what they are told to, as the runtime does. */
class Writers {
  readonly #storage: JobStorage
  readonly #states = [0, 1].map((index) => {
    const state = makeSubtaskState()
    return { index, state, table: state.keyed(counts) }
  })
  #slot = 1
  readonly index = new ManifestIndex()

  constructor(storage: JobStorage) {
    this.#storage = storage
  }

  set(key: number, value: number): void {
    const group = groupOf(key)
    for (const { index, table } of this.#states) {
      const { from, to } = keyGroupRange(index, 2)
      if (group >= from && group < to) table.set(key, group, 0, value)
    }
  }

  /** Writes the objects of a checkpoint, and its manifest unless it is not completed. */
  readonly checkpoint = Effect.fnUntraced(function* (
    this: Writers,
    id: number,
    base: number | null,
    isCompleted = true
  ) {
    const subtasks: Array<SubtaskObject> = []
    for (const { index, state } of this.#states) {
      const object = stateObjectName({ term: 1, checkpoint: id, task, index })
      const { bytes, shared } = yield* state.capture([], { checkpoint: id, base, object }).encode([])
      yield* this.#storage.createObject(object, bytes)
      subtasks.push({ index, object, size: bytes.length, ...(shared.length > 0 ? { shared } : {}) })
    }
    const completed = manifestOf(id, subtasks)
    if (!isCompleted) return completed
    this.#slot++
    yield* this.#storage.appendEntry(this.#slot, encodeLogEntry(completed))
    this.index.add(this.#slot, completed)
    return completed
  })
}

/** The storage of a job that has claimed its log, and its writers with a hundred keys. */
const begun = Effect.gen(function* () {
  const storage = yield* openStorage
  yield* claimLog(storage, {
    job: "job",
    holder: "me",
    since: "now",
    decide: () => Effect.succeed({ resumesFrom: null })
  })
  const writers = new Writers(storage)
  for (let key = 0; key < 100; key++) writers.set(key, Math.sqrt(key))
  return { storage, writers }
})

/** Three checkpoints, each continuing the one before. */
const chained = Effect.gen(function* () {
  const { storage, writers } = yield* begun
  const manifests: Array<Manifest> = []
  for (const id of [1, 2, 3]) {
    writers.set(id, id)
    manifests.push(yield* writers.checkpoint(id, id === 1 ? null : id - 1))
  }
  return { storage, writers, manifests: manifests.toReversed() }
})

const countingReads = (storage: JobStorage) => {
  const read: Array<string> = []
  const readObject = (name: string) => Effect.tap(storage.readObject(name), () => Effect.sync(() => read.push(name)))
  return { read, counting: { ...storage, readObject } }
}

const objectOf = (id: number, index: number): string => stateObjectName({ term: 1, checkpoint: id, task, index })

const namesIn = (storage: JobStorage): Effect.Effect<ReadonlyArray<string>> =>
  Effect.orDie(Effect.map(storage.listObjects, (objects) => objects.map(({ name }) => name)))

const namedBy = (manifests: ReadonlyArray<Manifest>): ReadonlyArray<string> =>
  [
    ...new Set(
      manifests.flatMap(({ tasks }) =>
        tasks.flatMap(({ subtasks }) => subtasks.flatMap(({ object, shared = [] }) => [object, ...shared]))
      )
    )
  ].sort()

describe("a restore point of objects that continue others", () => {
  it.effect("is loaded with all of them, each read once, and gives every subtask just what it needs", () =>
    Effect.gen(function* () {
      const { manifests, storage } = yield* chained
      const { counting, read } = countingReads(storage)
      const point = yield* loadRestorePoint(counting, "job", manifests)
      expect(point.manifest?.id).toBe(3)
      expect(read.toSorted()).toEqual(namedBy(manifests.slice(0, 1)))
      expect(snapshotsOf(point, operators, keyGroupRange(0, 2))).toHaveLength(1)
      expect(snapshotsOf(point, operators, keyGroupRange(1, 3))).toHaveLength(2)
      const whole = makeSubtaskState()
      const table = whole.keyed(counts)
      yield* whole.restore(snapshotsOf(point, operators, { from: 0, to: 128 }), { from: 0, to: 128 })
      expect([table.size, table.get(3, groupOf(3), 0)]).toEqual([100, 3])
    })
  )

  it.effect(
    "rule 8: a damaged object makes all that continue it corrupt, and the newest that does not is restored",
    () =>
      Effect.gen(function* () {
        for (const [damaged, restored] of [
          [3, 2],
          [2, 1]
        ] as const) {
          const { manifests, storage } = yield* chained
          const object = objectOf(damaged, 1)
          const bytes = yield* storage.readObject(object)
          yield* storage.deleteObject(object)
          yield* storage.createObject(object, bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1))
          const point = yield* loadRestorePoint(storage, "job", manifests)
          expect(point.manifest?.id).toBe(restored)
          expect(point.corrupt.map(({ manifest }) => manifest.id)).toEqual([3, 2].slice(0, 3 - restored))
          for (const { failure } of point.corrupt) {
            expect(failure).toMatchObject({ object: storage.pathOf({ object }), checkpoint: damaged })
          }
        }
      })
  )

  it.effect("a missing, a swapped or an unnamed object of the chain is damage as well", () =>
    Effect.gen(function* () {
      const { manifests, storage } = yield* chained
      const [newest] = manifests
      const own = newest?.tasks[0]?.subtasks ?? []
      const unnamed = manifestOf(
        3,
        own.map(({ index, object, size }) => ({ index, object, size }))
      )
      expect((yield* Effect.flip(loadRestorePoint(storage, "job", [unnamed]))).message).toContain("the log names")
      yield* storage.deleteObject(objectOf(1, 0))
      expect((yield* Effect.flip(loadRestorePoint(storage, "job", manifests))).message).toContain("it is missing")
      yield* storage.createObject(objectOf(1, 0), yield* storage.readObject(objectOf(1, 1)))
      expect((yield* Effect.flip(loadRestorePoint(storage, "job", manifests))).message).toMatch(
        /it is the object|bytes instead of/
      )
    })
  )

  it.effect("is inspected and verified as a whole, and every object counts once", () =>
    Effect.gen(function* () {
      const { manifests, storage } = yield* chained
      const objects = yield* storage.listObjects
      const bytes = objects.reduce((sum, { size }) => sum + size, 0)
      const { counting, read } = countingReads(storage)
      expect(yield* verifyJob(counting)).toEqual({ entries: 4, checkpoints: 3, objects: 6, bytes })
      expect(read.toSorted()).toEqual(yield* namesIn(storage))
      const sizes = yield* Effect.forEach(manifests, (one) => readCheckpoint(storage, one))
      const states = sizes.flatMap(({ states }) => states)
      expect(states.map(({ entries }) => entries)).toEqual([100, 100, 100])
      expect(states.at(-1)?.deltaBytes).toBe(0)
      expect(states[0]?.deltaBytes).toBeGreaterThan(states[1]?.deltaBytes ?? 0)
      yield* storage.deleteObject(objectOf(1, 1))
      expect(yield* Effect.flip(verifyJob(storage))).toMatchObject({ _tag: "SnapshotCorrupt", checkpoint: 1 })
    })
  )
})

type Step = { readonly _tag: "Checkpoint"; readonly fate: "completed" | "invalidated" } | { readonly _tag: "Retire" }

const steps = fc.array(
  fc.oneof(
    fc.record({
      _tag: fc.constant("Checkpoint" as const),
      fate: fc.constantFrom("completed" as const, "completed" as const, "invalidated" as const)
    }),
    fc.record({ _tag: fc.constant("Retire" as const) })
  ),
  { minLength: 3, maxLength: 25 }
)

describe("retention of objects that are shared", () => {
  it("removes what no retained checkpoint refers to, and nothing else, and leaves no orphans", () => {
    let shared = 0
    return fc
      .assert(
        fc.asyncProperty(steps, (all: ReadonlyArray<Step>) =>
          Effect.gen(function* () {
            const { storage, writers } = yield* begun
            let retained: ReadonlyArray<Manifest> = []
            const left: Array<string> = []
            let id = 0
            for (const step of all) {
              if (step._tag === "Retire") {
                // The newest stays: it is the base that the next one may continue.
                const [oldest, ...others] = retained
                if (oldest === undefined || others.length === 0) continue
                yield* writers.index.retire(storage, oldest.id)
                retained = others
              } else {
                id++
                writers.set(id, id)
                const isCompleted = step.fate === "completed"
                const made = yield* writers.checkpoint(id, retained.at(-1)?.id ?? null, isCompleted)
                if (isCompleted) retained = [...retained, made]
                else left.push(...made.tasks.flatMap(({ subtasks }) => subtasks.map(({ object }) => object)))
              }
              expect(yield* namesIn(storage)).toEqual([...namedBy(retained), ...left].sort())
            }
            shared += namedBy(retained).length - retained.length * 2
            yield* removeOrphans(storage, yield* readLog(storage), 2)
            expect(yield* namesIn(storage)).toEqual(namedBy(retained))
            yield* verifyJob(storage)
          }).pipe(Effect.scoped, Effect.runPromise)
        ),
        { numRuns: 60 }
      )
      .then(() => expect(shared).toBeGreaterThan(50))
  })

  it.effect(
    "R1 an entry that is being removed keeps its objects, and one that cannot be removed keeps them for good",
    () =>
      Effect.gen(function* () {
        const { storage, writers } = yield* chained
        let entries = 0
        const removing = Effect.suspend(() => {
          entries++
          return entries === 1 ? Effect.never : storage.deleteEntry(3)
        })
        const hooked = { ...storage, deleteEntry: () => removing, deleteObject: storage.deleteObject }
        yield* Effect.forkChild(writers.index.retire(hooked, 1), { startImmediately: true })
        yield* writers.index.retire(hooked, 2)
        // The third still continues both; the first is only about to go.
        expect(yield* namesIn(storage)).toHaveLength(6)
        yield* writers.index.retire(storage, 3)
        const firsts = [objectOf(1, 0), objectOf(1, 1)]
        expect(yield* namesIn(storage)).toEqual(firsts)
      })
  )
})
