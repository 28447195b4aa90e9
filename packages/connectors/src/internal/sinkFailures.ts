import { SinkFailure, type StorageFailure } from "@tidemark/core/connector"
import { Effect } from "effect"

type SinkOperation = SinkFailure["operation"]

/** Says for a sink what a failed file operation means. Another attempt can help, unless nobody may write there. */
const sinkFailure =
  (target: string, operation: SinkOperation) =>
  (cause: StorageFailure): SinkFailure =>
    new SinkFailure({
      target,
      operation,
      reason: cause.reason,
      detail: cause.message,
      retry: cause.reason === "denied" ? "never" : "restart",
      cause
    })

/** Runs file operations on behalf of a sink's operation. */
export const asSink =
  (target: string, operation: SinkOperation) =>
  <A, R>(effect: Effect.Effect<A, StorageFailure, R>): Effect.Effect<A, SinkFailure, R> =>
    Effect.mapError(effect, sinkFailure(target, operation))
