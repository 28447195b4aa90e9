/** Brings a store up to date in the background, whenever it was away or has missed something. */
import type { StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import type { Background } from "./Background.ts"
import type { Replica, Unreachable } from "./Replica.ts"
import type { ReplicaTuning } from "./ReplicaTuning.ts"
import type { ReplicatedLog } from "./ReplicatedLog.ts"
import type { ReplicatedObjects } from "./ReplicatedObjects.ts"

export interface KeepUpOptions {
  readonly replica: Replica
  readonly log: ReplicatedLog
  readonly objects: ReplicatedObjects
  readonly background: Background
  readonly tuning: ReplicaTuning
}

/** Never ends; interrupt it. */
export const keepUp = (of: KeepUpOptions): Effect.Effect<never> => {
  const { replica, tuning } = of
  let isTold = false
  const tell = (failure: Unreachable) =>
    Effect.suspend(() => {
      if (isTold) return Effect.void
      isTold = true
      return Effect.logWarning(`Store ${replica.location} is behind: ${failure.message}`)
    })
  const round: Effect.Effect<void, Unreachable> = Effect.gen(function* () {
    replica.behind.closeUnsafe()
    yield* replica.connect
    yield* of.background.finish(catchUp(of))
    if (replica.behind.isOpen()) return
    replica.isCurrent = true
    if (isTold) yield* Effect.logInfo(`Store ${replica.location} has caught up`)
    isTold = false
  })
  return replica.behind.await.pipe(
    Effect.andThen(Effect.retry(Effect.tapError(round, tell), tuning.reconnect)),
    Effect.ignore,
    Effect.forever
  )
}

/** Objects first: a store that has a say also counts when it says that an object is missing (O2). */
const catchUp = ({ log, objects, replica }: KeepUpOptions): Effect.Effect<void, StorageFailure> =>
  Effect.gen(function* () {
    yield* objects.catchUp(replica)
    if (!replica.isSound) yield* log.admit(replica)
    if (!replica.isSound) return yield* replica.notAdmitted
    yield* log.catchUp(replica)
    yield* replica.clean
  })
