import { type Duration, Effect } from "effect"
import { StorageFailure } from "../model/errors.ts"

/** How long one operation of a storage backend may take before its outcome counts as unknown. */
const storageTimeLimit: Duration.Input = "60 seconds"

/** An operation that does not answer in time may still happen: its outcome is unknown (rule 2). */
export const withinTimeLimit = <A>(
  operation: string,
  path: string,
  effect: Effect.Effect<A, StorageFailure>
): Effect.Effect<A, StorageFailure> =>
  Effect.timeoutOrElse(effect, {
    duration: storageTimeLimit,
    orElse: () => Effect.fail(new StorageFailure({ operation, path, reason: "timeout", outcome: "unknown" }))
  })
