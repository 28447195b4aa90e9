/** Excludes a second open of a job through the same storage, for as long as the first one's scope is open. */
import { type Holder, StorageLocked } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"

export interface JobExclusion {
  readonly acquire: (job: string, holder: Holder) => Effect.Effect<void, StorageLocked, Scope>
}

export const makeJobExclusion = (pathOf: (job: string) => string): JobExclusion => {
  const holders = new Map<string, Holder>()
  const take = (job: string, holder: Holder): Effect.Effect<void, StorageLocked> =>
    Effect.suspend(() => {
      const other = holders.get(job)
      if (other !== undefined) {
        return Effect.fail(new StorageLocked({ path: pathOf(job), holder: other.name, since: other.since }))
      }
      holders.set(job, holder)
      return Effect.void
    })
  return {
    acquire: (job, holder) =>
      Effect.acquireRelease(take(job, holder), () => Effect.sync(() => void holders.delete(job)))
  }
}
