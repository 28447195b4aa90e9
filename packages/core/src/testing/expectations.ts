/** Checks that scenarios of the test kit are made of: each fails with a sentence that says what was found. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { StorageFailure, type StorageLocked } from "../model/errors.ts"
import type { CheckpointStorage, Holder, JobStorage } from "../storage/CheckpointStorage.ts"
import { ScenarioFailed } from "./ScenarioFailed.ts"

export const holder: Holder = { name: 'process 1 on host "test"', since: "2001-01-01T00:00:00.000Z" }

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Bytes that differ by seed and position, so that no two blocks of them are alike. */
export const patternBytes = (size: number, seed: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = (Math.imul(i + 1, 0x9e3779b1) >>> 16) + seed
  return bytes
}

export const expect = (isTrue: boolean, problem: string): Effect.Effect<void, ScenarioFailed> =>
  isTrue ? Effect.void : Effect.fail(new ScenarioFailed({ problem }))

export const expectEqual = (what: string, found: unknown, expected: unknown): Effect.Effect<void, ScenarioFailed> => {
  const [is, should] = [JSON.stringify(found), JSON.stringify(expected)]
  return expect(is === should, `${what} is ${is}, expected ${should}`)
}

export const isSameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index])

export const expectBytes = (
  what: string,
  found: Uint8Array,
  expected: Uint8Array
): Effect.Effect<void, ScenarioFailed> =>
  expect(
    isSameBytes(found, expected),
    `${what} reads back ${found.length} bytes that are not the ${expected.length} bytes that were written`
  )

/** Expects a failure without effect; answers it for further checks. */
export const expectRefused = <A, E>(
  what: string,
  effect: Effect.Effect<A, E>,
  reason: StorageFailure["reason"]
): Effect.Effect<StorageFailure, ScenarioFailed> =>
  Effect.gen(function* () {
    const failure = yield* Effect.flip(effect).pipe(
      Effect.mapError(() => new ScenarioFailed({ problem: `${what} succeeded, expected a failure "${reason}"` }))
    )
    if (!(failure instanceof StorageFailure)) {
      return yield* new ScenarioFailed({
        problem: `${what} failed with something else than a StorageFailure`,
        cause: failure
      })
    }
    yield* expectEqual(`the reason of the failure of ${what}`, failure.reason, reason)
    yield* expectEqual(`the outcome of the failure of ${what}`, failure.outcome, "none")
    return failure
  })

/** Opens a job for as long as `use` takes. */
export const withJob = <A, E>(
  storage: CheckpointStorage,
  use: (job: JobStorage) => Effect.Effect<A, E, Scope>,
  name = "job"
): Effect.Effect<A, E | StorageFailure | StorageLocked> =>
  Effect.scoped(Effect.flatMap(storage.open(name, holder), use))
