import type { StorageFailure } from "@tidemark/core/storage"
import type * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"

/** How stores are waited for, and looked after. */
export interface ReplicaTuning {
  /** An operation that does not answer in time counts as failed, of unknown outcome. */
  readonly timeLimit: Duration.Input
  /** Between tries of one operation that meets an input/output error. */
  readonly retry: Schedule.Schedule<unknown, StorageFailure>
  /** Between tries to reach a store that is away or to bring it up to date. */
  readonly reconnect: Schedule.Schedule<unknown, unknown>
  /** A read that has not answered after this long asks the next store as well. */
  readonly hedgeAfter: Duration.Input
  /** So many records of a store's log that say nothing any more are removed together. */
  readonly cleanAfter: number
}

export const defaultTuning: ReplicaTuning = {
  timeLimit: "30 seconds",
  retry: Schedule.exponential("20 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 3 })),
  reconnect: Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]).pipe(Schedule.jittered),
  hedgeAfter: "250 millis",
  cleanAfter: 32
}
