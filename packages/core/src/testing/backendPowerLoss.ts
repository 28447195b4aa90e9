/**
 * Tests B1, B2 and B5 of a backend that writes through `Files`: power losses around every operation of creating,
 * appending, deleting and opening again.
 */
import * as Effect from "effect/Effect"
import type { StorageFailure, StorageLocked } from "../model/errors.ts"
import type { CheckpointStorage, JobStorage } from "../storage/CheckpointStorage.ts"
import type { Files } from "../storage/Files.ts"
import { expect, expectEqual, isSameBytes, patternBytes, withJob } from "./expectations.ts"
import type { PowerLossScenario } from "./powerLossScenario.ts"
import { ScenarioFailed } from "./ScenarioFailed.ts"

interface Stored {
  /** An object's name or an entry's slot. */
  readonly at: string | number
}

/** What the backend was asked for and what it has answered. */
export type StorageFact =
  | ({ readonly _tag: "Created" } & Stored)
  | ({ readonly _tag: "AskedToDelete" } & Stored)
  | ({ readonly _tag: "EntryDeleted" } & Stored)

const contentOf = (at: string | number): Uint8Array =>
  typeof at === "string" ? patternBytes(at.length * 100, at.length) : patternBytes(300 + at, at)

type Step = (
  job: JobStorage,
  answered: (fact: StorageFact) => void
) => Effect.Effect<void, StorageFailure | ScenarioFailed>

const create =
  (name: string): Step =>
  (job, answered) =>
    Effect.map(job.createObject(name, contentOf(name)), () => answered({ _tag: "Created", at: name }))

const append =
  (slot: number): Step =>
  (job, answered) =>
    Effect.map(job.appendEntry(slot, contentOf(slot)), () => answered({ _tag: "Created", at: slot }))

const deleteObject =
  (name: string): Step =>
  (job, answered) => {
    answered({ _tag: "AskedToDelete", at: name })
    return job.deleteObject(name)
  }

const deleteEntry =
  (slot: number): Step =>
  (job, answered) => {
    answered({ _tag: "AskedToDelete", at: slot })
    return Effect.map(job.deleteEntry(slot), () => answered({ _tag: "EntryDeleted", at: slot }))
  }

const firstRun: ReadonlyArray<Step> = [
  append(1),
  create("1/1/counts/0"),
  create("1/1/counts/1"),
  append(2),
  // Taken by the same bytes: "taken" is a durable fact as well.
  append(2),
  create("1/2/counts/0"),
  append(3),
  deleteEntry(2),
  deleteObject("1/1/counts/0"),
  deleteObject("1/1/counts/1")
]

const secondRun: ReadonlyArray<Step> = [append(4), create("2/3/counts/0"), append(5), deleteEntry(3)]

const checkOne = (at: string | number, found: Uint8Array): Effect.Effect<void, ScenarioFailed> =>
  expect(isSameBytes(found, contentOf(at)), `${JSON.stringify(at)} is damaged: ${found.length} bytes`)

const verifyJob = (
  job: JobStorage,
  facts: ReadonlyArray<StorageFact>
): Effect.Effect<void, StorageFailure | ScenarioFailed> =>
  Effect.gen(function* () {
    const objects = yield* job.listObjects
    const slots = yield* job.listEntries
    for (const { name } of objects) yield* checkOne(name, yield* job.readObject(name))
    for (const slot of slots) yield* checkOne(slot, yield* job.readEntry(slot))
    const present = new Set<string | number>([...objects.map(({ name }) => name), ...slots])
    const doomed = new Set(facts.filter(({ _tag }) => _tag === "AskedToDelete").map(({ at }) => at))
    for (const { _tag, at } of facts) {
      if (_tag === "EntryDeleted") yield* expect(!present.has(at), `entry ${at} was deleted and is back`)
      if (_tag === "Created") {
        yield* expect(present.has(at) || doomed.has(at), `${JSON.stringify(at)} was answered as durable and is gone`)
      }
    }
    const next = (slots.at(-1) ?? 0) + 1
    yield* expectEqual("an append after the power loss", yield* job.appendEntry(next, contentOf(next)), "appended")
  })

/** `over` makes the backend on a file system; it is called once per start of the machine. */
export const backendPowerLoss = (
  over: (files: Files) => CheckpointStorage
): PowerLossScenario<StorageFact, StorageFailure | StorageLocked | ScenarioFailed> => ({
  run: Effect.fnUntraced(function* (files, answered) {
    for (const steps of [firstRun, secondRun]) {
      yield* withJob(over(files), (job) => Effect.forEach(steps, (step) => step(job, answered), { discard: true }))
    }
  }),
  verify: (files, facts) => withJob(over(files), (job) => verifyJob(job, facts))
})
